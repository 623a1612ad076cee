"""KID, Inception score, CLIPSIM, neighbours and probe: closed forms, peers, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from sakuga.metrics.clipsim import clipsim
from sakuga.metrics.inception_score import per_clip, pooled
from sakuga.metrics.kid import kid, over_subsets, with_interval
from sakuga.metrics.neighbours import mixing
from sakuga.metrics.probe import probe
from tests.fidelity import peer
from tests.unit.metrics.test_frechet import features


def test_kid_is_what_torch_fidelity_says() -> None:
    theirs = peer("torch_fidelity.metric_kid")
    import torch

    a, b = features(120, 16, 1), features(120, 16, 2, shift=0.3)
    said = theirs.kid_features_to_metric(
        torch.from_numpy(a), torch.from_numpy(b), kid_subsets=1, kid_subset_size=120, verbose=False
    )
    assert kid(a, b) == pytest.approx(said["kernel_inception_distance_mean"], rel=1e-4)
    assert over_subsets(a, b, 1, 120).mean == pytest.approx(kid(a, b))


def test_kid_is_what_torchmetrics_says() -> None:
    theirs = peer("torchmetrics.image.kid")
    import torch

    a, b = features(90, 16, 1), features(90, 16, 2, shift=0.3)
    said = float(theirs.poly_mmd(torch.from_numpy(a), torch.from_numpy(b)))
    assert kid(a, b) == pytest.approx(said, rel=1e-4)


def test_kid_has_no_bias() -> None:
    made = [kid(features(15, 6, 2 * k), features(15, 6, 2 * k + 1)) for k in range(200)]
    assert abs(np.mean(made)) < 3 * np.std(made) / np.sqrt(200)
    assert min(made) < 0


def test_kid_over_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = features(50, 4, 1), features(30, 4, 2)
    whole = kid(a, b)
    monkeypatch.setattr("sakuga.metrics.kid.BLOCK", 7)
    assert kid(a, b) == pytest.approx(whole)


def test_kid_counts_no_pair_of_one_group() -> None:
    a, b = features(20, 4, 1), features(20, 4, 2)
    three = [np.repeat(x, 3, axis=0) for x in (a, b)]
    groups = np.repeat(np.arange(20), 3).tolist()
    assert kid(*three, (groups, groups)) == pytest.approx(kid(a, b))
    assert kid(*three) > kid(a, b)


def test_intervals_of_kid_are_as_wide_as_samples_differ() -> None:
    draws = [(features(60, 6, k), features(60, 6, 500 + k, shift=0.5)) for k in range(60)]
    spread = np.std([kid(a, b) for a, b in draws])
    made = [with_interval(a, b) for a, b in draws[:10]]
    assert 0.7 * spread < np.mean([(e.high - e.low) / 3.92 for e in made]) < 1.4 * spread


def test_inception_score_is_what_torch_fidelity_says() -> None:
    theirs = peer("torch_fidelity.metric_isc")
    import torch

    logits = 3 * features(203, 30, 1)
    said = theirs.isc_features_to_metric(torch.from_numpy(logits), splits=10, shuffle=False)
    found = pooled(logits, seed=None)
    assert found.mean == pytest.approx(said["inception_score_mean"], rel=1e-4)
    assert found.deviation == pytest.approx(said["inception_score_std"], rel=1e-4)


@pytest.mark.filterwarnings("ignore:std():UserWarning", "ignore:Metric `InceptionScore`")
def test_inception_score_is_what_torchmetrics_says() -> None:
    """In one split: of several, it draws which clips stand together."""
    theirs = peer("torchmetrics.image.inception")
    import torch

    logits = 3 * features(203, 30, 1)
    asked = theirs.InceptionScore(feature=torch.nn.Identity(), splits=1)
    asked.update(torch.from_numpy(logits))
    assert pooled(logits, 1, seed=None).mean == pytest.approx(float(asked.compute()[0]), rel=1e-4)


def test_inception_score_goes_from_1_to_the_number_of_classes() -> None:
    assert pooled(np.ones((40, 7))).whole.value == pytest.approx(1)
    sure = 500 * np.eye(7)[np.arange(70) % 7]
    found = pooled(sure, splits=1)
    assert found.whole.value == found.mean == pytest.approx(7)
    assert found.whole.low is not None and found.whole.low <= 7 + 1e-9


def test_a_clip_of_equal_frames_scores_1_however_the_clips_differ() -> None:
    clips = [np.repeat(500 * np.eye(7)[[n % 7]], 8, axis=0) for n in range(14)]
    assert per_clip(clips).value == pytest.approx(1)
    assert pooled(np.concatenate(clips)).whole.value == pytest.approx(7)


def test_clipsim_is_the_mean_cosine_over_frames_then_clips() -> None:
    frames = [np.array([[2.0, 0], [0, 3.0]]), np.array([[-1.0, 0]])]
    found = clipsim(frames, np.array([[5.0, 0], [0.5, 0]]))
    assert found.value == pytest.approx((0.5 - 1) / 2)


@pytest.mark.parametrize(
    ("frames", "texts", "said"),
    [
        ([np.ones((2, 3))], np.ones((2, 3)), "1 clips and 2 captions"),
        ([np.ones((2, 4))], np.ones((1, 3)), "other models"),
        ([np.zeros((2, 3))], np.ones((1, 3)), "2 vectors of length 0"),
        ([np.full((2, 3), np.nan)], np.ones((1, 3)), "NaN"),
    ],
)
def test_what_has_no_clipsim_is_refused(frames: list, texts: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        clipsim(frames, texts)


def test_equal_sets_mix_and_are_told_apart_by_chance() -> None:
    a, b = features(120, 8, 1), features(120, 8, 2)
    mixed, told = mixing(a, b), probe(a, b)
    assert mixed.rate.low < 1 < mixed.rate.high and mixed.neighbours == 10
    assert told.auc.low < 0.5 < told.auc.high and told.folds == 5


def test_sets_far_apart_do_not_mix_and_are_always_told_apart() -> None:
    a, b = features(60, 8, 1), features(60, 8, 2, shift=20)
    assert mixing(a, b).rate.value == 0
    assert probe(a, b).auc.value == 1


def test_neighbours_of_ones_own_film_do_not_count() -> None:
    """Films far from each other, of both sets alike: by shots they would never mix."""
    random = np.random.default_rng(0)
    films = 30 * random.standard_normal((40, 8))
    shots = films[:, None] + 0.1 * random.standard_normal((40, 12, 8))
    a, b = shots[:20].reshape(-1, 8), shots[20:].reshape(-1, 8)
    groups = np.repeat(np.arange(20), 12).tolist()
    assert mixing(a, b).rate.value < 0.05
    of_films = mixing(a, b, (groups, groups))
    assert of_films.rate.low < 1 < of_films.rate.high


def test_a_probe_never_sees_the_film_it_is_asked_about() -> None:
    random = np.random.default_rng(0)
    films = 30 * random.standard_normal((40, 60))
    shots = films[:, None] + 0.1 * random.standard_normal((40, 6, 60))
    a, b = shots[:20].reshape(-1, 60), shots[20:].reshape(-1, 60)
    groups = np.repeat(np.arange(20), 6).tolist()
    assert probe(a, b).auc.value > 0.95
    found = probe(a, b, (groups, groups)).auc
    assert found.low < 0.5 < found.high


def test_sets_of_one_group_are_refused() -> None:
    a, b = features(10, 4, 1), features(10, 4, 2)
    for measure in (mixing, probe):
        with pytest.raises(ValueError, match="one group"):
            measure(a, b, ([0] * 10, list(range(10))))
