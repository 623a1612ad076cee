"""Which patches are dropped: as many as asked for, in every row, reproducibly."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sakuga.models import masks

MAKERS = (masks.anywhere, masks.every_frame, masks.tube, masks.rows)


@given(
    make=st.sampled_from(MAKERS), batch=st.integers(1, 4), frames=st.integers(1, 5),
    side=st.integers(1, 6), ratio=st.floats(0, 0.99), seed=st.integers(0, 9),
)  # fmt: skip
def test_every_row_drops_what_the_ratio_says(
    make: object, batch: int, frames: int, side: int, ratio: float, seed: int
) -> None:
    assert callable(make)
    dropped = make(batch, frames, side * side, ratio, torch.Generator().manual_seed(seed))
    again = make(batch, frames, side * side, ratio, torch.Generator().manual_seed(seed))
    assert dropped.shape == (batch, frames, side * side)
    assert torch.equal(dropped, again)
    expected = {
        masks.anywhere: int(ratio * frames * side * side),
        masks.every_frame: frames * int(ratio * side * side),
        masks.tube: frames * int(ratio * side * side),
        masks.rows: frames * side * int(ratio * side),
    }[make]
    assert dropped.sum((1, 2)).tolist() == [expected] * batch


def test_the_papers_ratio_keeps_the_public_numbers_of_tokens() -> None:
    assert int((~masks.anywhere(1, 8, 256, 0.9)).sum()) == 205  # and the class token: 206
    assert int((~masks.anywhere(1, 8, 196, 0.9)).sum()) == 157
    assert int((~masks.every_frame(1, 8, 196, 0.9)).sum()) == 8 * 20
    assert int((~masks.rows(1, 8, 196, 0.9)).sum()) == 8 * 28


def test_a_tube_is_the_same_in_all_frames() -> None:
    dropped = masks.tube(3, 4, 9, 0.5)
    assert torch.equal(dropped, dropped[:, :1].expand(-1, 4, -1))


def test_rows_are_whole() -> None:
    dropped = masks.rows(2, 3, 16, 0.5).unflatten(2, (4, 4))
    assert torch.equal(dropped.all(-1), dropped.any(-1))


def test_what_is_kept_stays_in_order() -> None:
    tokens = torch.arange(12.0).view(2, 6, 1)
    dropped = torch.tensor([[0, 1, 0, 0, 1, 0], [1, 1, 0, 0, 0, 0]]).bool()
    assert masks.kept(tokens, dropped).flatten().tolist() == [0, 2, 3, 5, 8, 9, 10, 11]


def test_rows_that_keep_unequally_many_are_refused() -> None:
    dropped = torch.tensor([[True, False], [False, False]])
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        masks.kept(torch.zeros(2, 2, 1), dropped)


def test_a_mask_for_other_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        masks.kept(torch.zeros(2, 2, 1), torch.zeros(2, 3, dtype=torch.bool))


@pytest.mark.parametrize("ratio", [-0.1, 1.0])
@pytest.mark.parametrize("make", MAKERS)
def test_a_ratio_that_leaves_nothing_is_refused(make: object, ratio: float) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="mask ratio"):
        make(1, 2, 4, ratio)


def test_rows_need_square_frames() -> None:
    with pytest.raises(ValueError, match="square"):
        masks.rows(1, 2, 5, 0.5)
