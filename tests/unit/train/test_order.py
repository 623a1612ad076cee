"""Which clips a step sees depends on nothing but the seed and the step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.errors import RequestError
from sakuga.train.order import Key, Order, random_of

SIZES = st.tuples(st.integers(1, 40), st.integers(2, 12)).map(lambda n: (n[0] + n[1], n[1]))


@given(SIZES, st.integers(0, 2**31), st.integers(0, 4))
def test_an_epoch_shows_each_clip_once_or_leaves_it_to_the_next(
    sizes: tuple[int, int], seed: int, epoch: int
) -> None:
    order = Order(*sizes, seed)
    steps = range(epoch * order.steps_an_epoch, (epoch + 1) * order.steps_an_epoch)
    seen = [key.clip for keys in order.of_steps(steps) for key in keys]
    assert len(seen) == len(set(seen)) == order.steps_an_epoch * order.batch
    assert set(seen) <= set(range(order.clips))


@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 30), st.integers(0, 2**31))
def test_the_ranks_together_see_what_one_sees(ranks: int, share: int, step: int, seed: int) -> None:
    order = Order(50, 2 * ranks * share, seed)
    together = [key for rank in range(ranks) for key in order.of_step(step, rank, ranks)]
    assert together == order.of_step(step)


@given(st.integers(0, 100), st.integers(0, 2**31))
def test_a_later_step_needs_no_earlier_one(step: int, seed: int) -> None:
    order = Order(30, 7, seed)
    assert list(order.of_steps(range(step + 1)))[-1] == Order(30, 7, seed).of_step(step)


def test_epochs_and_seeds_differ() -> None:
    order = Order(64, 64, 0)
    first, second = order.of_step(0), order.of_step(1)
    assert [k.clip for k in first] != [k.clip for k in second]
    assert first != Order(64, 64, 1).of_step(0)


def test_a_clip_is_drawn_differently_at_each_step() -> None:
    drawn = [random_of(Key(step, 3), 0).integers(2**62) for step in range(10)]
    assert len(set(drawn)) == 10
    assert drawn[4] == random_of(Key(4, 3), 0).integers(2**62)
    assert not np.array_equal(drawn, [random_of(Key(s, 4), 0).integers(2**62) for s in range(10)])


def test_fewer_clips_than_a_batch_are_refused() -> None:
    with pytest.raises(RequestError, match=r"5 clips and a batch of 6.*schedule\.batch"):
        Order(5, 6, 0)
