"""Crops, flips, sizes and norms, against computations of others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from sakuga.train.contrastive.transforms import augmented, crop, normalised, resized


def picture(height: int, width: int) -> np.ndarray:
    """Smooth with an edge, so that a bicubic filter has something to ring at."""
    y, x = np.mgrid[:height, :width]
    planes = [128 + 100 * np.sin(x / 5 + n) * np.cos(y / (4 + n)) for n in range(3)]
    made = np.stack(planes, -1)
    made[height // 3 :, width // 2 :] = 240
    return made.clip(0, 255).astype(np.uint8)


def tensor(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


@pytest.mark.parametrize("shape", [(60, 80), (17, 90), (200, 40), (32, 32)])
def test_sizes_are_pillows_bicubic(shape: tuple[int, int]) -> None:
    pixels = picture(*shape)
    expected = np.asarray(Image.fromarray(pixels).resize((32, 32), Image.Resampling.BICUBIC))
    found = resized(tensor(pixels), 32)[0].permute(1, 2, 0).numpy()
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_a_crop_is_half_to_all_of_the_area_and_3_4_to_4_3() -> None:
    random = np.random.default_rng(0)
    boxes = [crop(120, 160, random) for _ in range(500)]
    shares = np.array([box.height * box.width / (120 * 160) for box in boxes])
    ratios = np.array([box.width / box.height for box in boxes])
    assert shares.min() > 0.49 and shares.max() <= 1
    assert shares.min() < 0.52 and shares.max() > 0.95
    assert ratios.min() > 0.74 and ratios.max() < 1.35
    assert all(0 <= b.top <= 120 - b.height and 0 <= b.left <= 160 - b.width for b in boxes)
    assert len({(box.top, box.left) for box in boxes}) > 300


@pytest.mark.parametrize("shape", [(10, 400), (400, 10), (1, 1)])
def test_a_picture_that_no_crop_fits_gives_its_middle(shape: tuple[int, int]) -> None:
    box = crop(*shape, np.random.default_rng(0))
    assert abs(box.top * 2 + box.height - shape[0]) <= 1
    assert abs(box.left * 2 + box.width - shape[1]) <= 1
    assert box.height >= 1 and box.width >= 1


def test_all_frames_of_a_clip_get_one_crop_and_one_flip() -> None:
    frames = tensor(picture(40, 60)).repeat(4, 1, 1, 1)
    for seed in range(8):
        made = augmented(frames, 16, np.random.default_rng(seed), True)
        assert made.shape == (4, 3, 16, 16)
        assert made.dtype == torch.uint8
        assert torch.equal(made[0], made[3])


def test_half_of_the_clips_are_mirrored_and_none_where_it_is_off() -> None:
    frames = tensor(picture(32, 32))

    def made(seed: int, flip: bool) -> torch.Tensor:
        return augmented(frames, 16, np.random.default_rng(seed), flip)

    mirrored = [not torch.equal(made(s, True), made(s, False)) for s in range(200)]
    assert 70 < sum(mirrored) < 130
    one = mirrored.index(True)
    assert torch.equal(made(one, True), made(one, False).flip(-1))


def test_the_norm_is_imagenets() -> None:
    pixels = picture(8, 9)
    expected = (pixels / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    found = normalised(tensor(pixels))[0].permute(1, 2, 0)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)
