"""Ranks of pairs against a count in plain Python, and models that must not score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from sakuga.metrics.ranks import galleries, rank, rank_gallery

# Whole numbers: their products are exact, so a tie is one however it is computed.
WHOLE = st.integers(-3, 3).map(float)
PAIRS = array_shapes(min_dims=2, max_dims=2, max_side=9).flatmap(
    lambda shape: st.tuples(*[arrays(np.float32, shape, elements=WHOLE)] * 2)
)


def naive(queries: np.ndarray, targets: np.ndarray) -> list[int]:
    """Others that score at least as well as the right one, one by one."""
    scores = [[float(np.dot(q, t)) for t in targets] for q in queries]
    return [sum(s >= row[n] for s in row) - 1 for n, row in enumerate(scores)]


@given(PAIRS, st.integers(1, 10))
def test_ranks_are_those_of_a_count_one_by_one_whatever_the_block(
    pairs: tuple[np.ndarray, np.ndarray], block: int
) -> None:
    video, text = pairs
    to_video, to_text = rank_gallery(video, text, block)
    assert to_video.tolist() == naive(text, video)
    assert to_text.tolist() == naive(video, text)


@given(PAIRS, st.integers(0, 5))
def test_ranks_do_not_depend_on_the_order_of_the_pairs(
    pairs: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    video, text = pairs
    order = np.random.default_rng(seed).permutation(len(video))
    straight, mixed = rank_gallery(video, text), rank_gallery(video[order], text[order])
    assert [r[order].tolist() for r in straight] == [r.tolist() for r in mixed]


@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 3))
def test_galleries_are_full_share_no_pair_and_leave_out_less_than_one(
    pairs: int, size: int, seed: int
) -> None:
    made = list(galleries(pairs, size, seed))
    taken = [n for each in made for n in each.tolist()]
    assert len(set(taken)) == len(taken) and set(taken) <= set(range(pairs))
    assert {len(each) for each in made} == {min(size, pairs)}
    assert pairs - len(taken) < size


@pytest.mark.parametrize("constant", ["video", "text", "both"])
def test_a_model_that_gives_all_the_same_vector_finds_nothing_where_it_must_choose(
    constant: str,
) -> None:
    rng = np.random.default_rng(0)
    video, text = (rng.standard_normal((300, 64)).astype(np.float32) for _ in range(2))
    for name, vectors in (("video", video), ("text", text)):
        if constant in (name, "both"):
            vectors[:] = vectors[0]
    to_video, to_text = rank_gallery(video, text)
    if constant != "text":  # captions choose among equal clips
        assert to_video.tolist() == [299] * 300
    if constant != "video":
        assert to_text.tolist() == [299] * 300
    assert (to_video < 10).mean() <= 10 / 300 and (to_text < 10).mean() <= 10 / 300


def test_vectors_that_differ_in_the_sign_of_zero_alone_are_equal() -> None:
    video = np.array([[0.0, 1.0], [-0.0, 1.0]], np.float32)
    assert [r.tolist() for r in rank_gallery(video, np.ones((2, 2), np.float32))] == [[1, 1]] * 2


def test_what_is_no_number_is_found_last() -> None:
    video = np.eye(4, dtype=np.float32)
    text = np.eye(4, dtype=np.float32)
    text[2] = np.nan
    to_video, to_text = rank_gallery(video, text)
    assert to_video[2] == 3
    assert to_text.tolist() == [1, 1, 3, 1]  # a caption without a score stands before the right one


def test_perfect_vectors_are_found_first_in_every_gallery_and_the_tail_is_told() -> None:
    rng = np.random.default_rng(0)
    video = rng.standard_normal((70, 16)).astype(np.float16)
    video /= np.linalg.norm(video, axis=1, keepdims=True)
    made = rank(video, video, 32, seed=1)
    assert (made.gallery, made.left_out, len(made.pairs)) == (32, 6, 64)
    assert made.video_to_text.max() == made.text_to_video.max() == 0


def test_fewer_pairs_than_a_gallery_are_one_smaller_gallery() -> None:
    made = rank(np.eye(5), np.eye(5))
    assert (made.gallery, made.left_out, made.text_to_video.tolist()) == (5, 0, [0] * 5)


def test_vectors_that_are_no_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3, 2\), \(2, 2\)"):
        rank(np.zeros((3, 2)), np.zeros((2, 2)))
