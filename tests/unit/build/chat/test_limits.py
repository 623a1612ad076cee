"""How fast, and for how much, a server is asked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.chat.pace import Pace
from sakuga.build.chat.purse import Purse, Spent


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def sent_at(pace: Pace, clock: Clock, tokens: list[int]) -> list[float]:
    """When each request is sent, one asked for after the other at once."""
    return [clock.now + pace.turn(amount) for amount in tokens]


@given(st.lists(st.integers(1, 500), min_size=2, max_size=40), st.sampled_from([0, 60, 600]))
def test_no_minute_holds_more_than_its_limits(tokens: list[int], requests: float) -> None:
    clock = Clock()
    times = sent_at(Pace(requests, 1000, clock), clock, tokens)
    assert times == sorted(times)
    for first, start in enumerate(times):
        within = [i for i, at in enumerate(times) if start <= at < start + 60]
        assert sum(tokens[i] for i in within[:-1]) <= 1000 + 1e-6  # the last may be half in it
        assert not requests or len(within) <= requests + 1, first


def test_without_limits_nobody_waits() -> None:
    assert sent_at(Pace(), Clock(), [10**9] * 5) == [100.0] * 5


def test_who_was_idle_does_not_catch_up_in_a_burst() -> None:
    clock = Clock()
    pace = Pace(60, 0, clock)
    pace.turn(1)
    clock.now += 1000
    assert sent_at(pace, clock, [1, 1, 1]) == [1100.0, 1101.0, 1102.0]


def test_what_costs_less_than_expected_lets_the_next_go_sooner() -> None:
    clock = Clock()
    pace = Pace(0, 60, clock)
    pace.turn(60)
    pace.settle(60, 10)
    assert pace.turn(1) == pytest.approx(10)


def test_a_server_that_asks_for_quiet_is_left_alone_by_all() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    pace.hold(7)
    assert [pace.turn(1), pace.turn(1)] == [7, 7]


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), max_size=60))
def test_a_budget_is_never_exceeded(costs: list[tuple[int, int]]) -> None:
    purse = Purse(300)

    def ask(most: int, cost: int) -> None:
        purse.take(most)
        purse.settle(most, min(most, cost))

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(ask, *each) for each in costs]:
            try:
                future.result()
            except Spent:
                continue
    assert purse.spent <= 300


def test_what_is_on_its_way_is_waited_for_before_the_budget_counts_as_spent() -> None:
    purse = Purse(100)
    purse.take(90)
    threading.Timer(0.02, purse.settle, (90, 10)).start()
    purse.take(80)
    assert purse.spent == 10


def test_no_budget_is_no_limit() -> None:
    Purse(0).take(10**12)
