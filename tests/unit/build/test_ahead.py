"""The next thing is made while the last is worked on, and nothing is lost over it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.ahead import ahead


@given(st.lists(st.one_of(st.none(), st.integers()), max_size=8))
def test_it_gives_the_same_things_in_their_order(things: list[int | None]) -> None:
    assert list(ahead(things)) == things


def test_the_second_is_made_while_the_first_is_worked_on() -> None:
    made = threading.Event()

    def things() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    stream = ahead(things())
    assert next(stream) == 1
    assert made.wait(120)  # with `stream` at rest
    assert list(stream) == [2]


def test_never_more_than_one_is_made_too_early() -> None:
    made = list[int]()

    def things() -> Iterator[int]:
        for n in range(5):
            made.append(n)
            yield n

    stream = ahead(things())
    most = 0
    for n in stream:
        most = max(most, len(made) - n)
    assert most <= 2  # the one that is worked on, and the next


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def things() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("third")

    got = list[int]()
    with pytest.raises(KeyError, match="third"):
        got.extend(ahead(things()))
    assert got == [] or got == [1, 2]
    stream = ahead(things())
    assert [next(stream), next(stream)] == [1, 2]
    with pytest.raises(KeyError, match="third"):
        next(stream)


def test_who_stops_asking_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())  # of another test, which failed on purpose
    stream = ahead(iter(range(100)))
    next(stream)
    stream.close()
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith("ahead")]
