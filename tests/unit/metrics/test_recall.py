"""R@k, its intervals, and the ceiling that equal captions put on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.metrics.ranks import rank
from sakuga.metrics.recall import AT, bootstrap, ceilings, recalls


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_recall_is_the_share_found_and_grows_with_k(found: list[int]) -> None:
    made = recalls(np.array(found), 31)
    for each in made:
        assert each.share == pytest.approx(sum(r < each.k for r in found) / len(found))
        assert 0 <= each.low <= each.high <= 1
        assert each.chance == pytest.approx(each.k / 31)
    assert [e.share for e in made] == sorted(e.share for e in made)


def test_random_vectors_score_chance_within_the_interval() -> None:
    rng = np.random.default_rng(0)
    ranks = rank(rng.standard_normal((4000, 8)), rng.standard_normal((4000, 8)), 200)
    for found in (ranks.text_to_video, ranks.video_to_text):
        assert all(e.low <= e.chance <= e.high for e in recalls(found, ranks.gallery))


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        hits = rng.random((150, 1)) < 0.3
        low, high = bootstrap(hits, seed=seed)
        covered += bool(low[0] <= 0.3 <= high[0])
    assert 0.88 <= covered / 200 <= 0.99


def test_clips_of_one_film_that_are_alike_make_the_interval_wider() -> None:
    films = np.repeat(np.arange(20), 30)
    hits = (films % 2 == 0)[:, None]
    alone, together = bootstrap(hits), bootstrap(hits, films.tolist())
    assert (together[1] - together[0])[0] > 3 * (alone[1] - alone[0])[0]


def test_groups_of_one_give_what_no_groups_give() -> None:
    hits = np.random.default_rng(0).random((500, 2)) < 0.4
    one, other = bootstrap(hits), bootstrap(hits, list(range(500)))
    assert np.allclose(one, other, atol=0.01)


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=40), st.integers(1, 40))
def test_no_model_passes_the_ceiling_that_equal_captions_put(words: list[str], size: int) -> None:
    """Nor does the best there can be: equal captions equal vectors, clips in no doubt."""
    names = sorted(set(words))
    text = np.eye(len(names), dtype=np.float32)[[names.index(w) for w in words]]
    lean = 1 - 1e-3 * np.arange(len(words), dtype=np.float32)  # the first of the equal ones wins
    ranks = rank(text * lean[:, None], text, size)
    made = ceilings(words, ranks)
    for k in AT:
        assert np.mean(ranks.text_to_video < k) == pytest.approx(made.to_video[k])
        assert np.mean(ranks.video_to_text < k) == pytest.approx(made.to_text[k])


def test_captions_that_all_differ_leave_everything_to_be_found() -> None:
    made = ceilings(list(range(50)), rank(np.eye(50), np.eye(50), 20))
    assert made.pairs == 0
    assert set(made.to_video.values()) | set(made.to_text.values()) == {1.0}
