"""What the release's keyframe rule reads equals scikit-image."""

from __future__ import annotations

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from sakuga.build.scan.ssim import Ssim, ssim, thumbnail
from tests.unit.build.scan.frames import held, measured, scene, with_square


def test_it_equals_scikit_image():
    random = np.random.default_rng(0)
    for strength in (0, 1, 5, 40, 255):
        a = random.integers(0, 256, (64, 64)).astype(np.float64)
        b = np.clip(a + random.normal(0, strength, a.shape), 0, 255).round()
        expected = structural_similarity(a, b, data_range=255)
        assert abs(ssim(a, b) - expected) < 1e-9


def test_thumbnails_are_the_releases():
    bgr = np.random.default_rng(1).integers(0, 256, (90, 160, 3)).astype(np.uint8)
    expected = cv2.cvtColor(cv2.resize(bgr, (64, 64)), cv2.COLOR_BGR2GRAY)
    np.testing.assert_array_equal(thumbnail(bgr), expected)


def test_the_first_frame_has_one_and_the_others_what_they_have():
    column = measured(Ssim(True), held([scene(), with_square(scene(), 50)], 2))["ssim"]
    assert column[0] == column[1] == column[3] == 1
    assert 0 < column[2] < 1


def test_nothing_is_measured_unless_asked_for():
    assert len(measured(Ssim(False), [scene()])["ssim"]) == 0
