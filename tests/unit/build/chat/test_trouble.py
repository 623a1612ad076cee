"""What an error of a server's means."""

from __future__ import annotations

import email.utils
import time

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.chat.answer import Garbled
from sakuga.build.chat.trouble import pause, trouble_of, wait_asked
from tests.unit.build.chat.lines import REQUEST, status, unreachable


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (status(429), "again"),
        (status(500), "again"),
        (status(503), "again"),
        (status(529), "again"),
        (status(408), "again"),
        (openai.APITimeoutError(REQUEST), "again"),
        (unreachable(), "again"),
        (Garbled("no JSON"), "again"),
        (status(429, "insufficient_quota"), "stop"),
        (status(401), "stop"),
        (status(402), "stop"),
        (status(404), "stop"),
        (status(400), "rejected"),
        (status(413), "rejected"),
        (status(403), "rejected"),
        (status(400, "content_filter"), "censored"),
        (status(400, "content_policy_violation"), "censored"),
    ],
)
def test_an_error_passes_or_is_the_question_s_or_the_server_s(error: Exception, kind: str) -> None:
    trouble = trouble_of(error)
    assert trouble is not None
    assert trouble.kind == kind


def test_a_bug_of_ours_is_no_trouble_of_the_server_s() -> None:
    assert trouble_of(KeyError("x")) is None


def test_only_a_call_that_nobody_takes_means_that_the_server_is_down() -> None:
    down = {name: trouble_of(e) for name, e in (("no", unreachable()), ("5xx", status(500)))}
    assert {name: t.down for name, t in down.items() if t} == {"no": True, "5xx": False}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_server_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_asked(headers) == seconds


def test_a_server_may_say_until_when_to_wait() -> None:
    seconds = wait_asked({"retry-after": email.utils.formatdate(time.time() + 3600, usegmt=True)})
    assert seconds is not None
    assert 3000 < seconds <= 3601


def test_waits_double_up_to_the_longest() -> None:
    waits = [pause(attempt, 1.0, 20.0, chance=1.0) for attempt in range(1, 8)]
    assert waits == [1, 2, 4, 8, 16, 20, 20]
    assert pause(10_000, 1.0, 20.0, 1.0) == 20


@given(st.integers(1, 50), st.floats(0, 10), st.floats(0, 100), st.floats(0, 1))
def test_chance_takes_up_to_half_of_a_wait(
    attempt: int, first: float, longest: float, chance: float
) -> None:
    most = pause(attempt, first, longest, 1.0)
    assert most / 2 <= pause(attempt, first, longest, chance) <= most <= longest
