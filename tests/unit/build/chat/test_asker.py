"""Many questions at once: retries, whose fault it is, and what it costs."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest

from sakuga.build.chat.answer import Answer
from sakuga.build.chat.asker import HOPELESS, Body
from sakuga.core.errors import BadOutput, NoAnswer, Refused, StopBuild, Truncated
from tests.servers import said
from tests.unit.build.chat.lines import (
    asked_text,
    asker,
    is_harmless,
    question,
    status,
    unreachable,
)

MANY = [question(f"q{n}") for n in range(64)]


class Echo:
    """Answers with what was asked; does to a text what it is told to, so many times."""

    def __init__(self, errors: dict[str, Exception] | None = None, times: int = 10**9) -> None:
        self.errors, self.times = errors or {}, times
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()

    def __call__(self, body: Body) -> object:
        text = asked_text(body)
        with self.lock:
            self.asked[text] += 1
        if text in self.errors and self.asked[text] <= self.times:
            raise self.errors[text]
        return said(f"told of {text}")


def told(n: int) -> Answer:
    return Answer(f"told of q{n}", 7, 3)


def test_what_passes_is_asked_again() -> None:
    echo = Echo({"q3": status(500), "q5": status(429)}, times=2)
    assert asker(echo)(MANY) == [told(n) for n in range(64)]
    assert (echo.asked["q3"], echo.asked["q5"], echo.asked["q4"]) == (3, 3, 1)


def test_one_that_never_passes_costs_only_itself() -> None:
    answers = asker(Echo({"q3": status(500, message="boom")}))(MANY)
    assert isinstance(answers[3], NoAnswer)
    assert str(answers[3]) == "asked 4 times; the last time: boom"
    assert answers[:3] + answers[4:] == [told(n) for n in range(64) if n != 3]


def test_one_that_never_passes_costs_only_itself_even_alone() -> None:
    [answer] = asker(Echo({"q0": unreachable()}))(MANY[:1])
    assert isinstance(answer, NoAnswer)


def test_many_that_never_pass_stop_nothing_while_the_server_answers_others() -> None:
    poison = {f"q{n}": status(400, message="too long") for n in range(64)}
    answers = asker(Echo(poison))(MANY)
    assert {type(answer) for answer in answers} == {Refused}


def test_what_the_server_rejects_is_not_asked_again() -> None:
    echo = Echo({"q3": status(400), "q4": status(400, "content_filter")})
    answers = asker(echo)(MANY)
    assert isinstance(answers[3], Refused)
    assert isinstance(answers[4], Refused)
    assert echo.asked["q3"] == echo.asked["q4"] == 1


@pytest.mark.parametrize(
    "error", [unreachable(), status(500), status(400, message="no such parameter")]
)
def test_a_server_that_answers_nothing_stops_the_build(error: Exception) -> None:
    asked: list[str] = []

    def broken(body: Body) -> object:
        asked.append(asked_text(body))
        raise error

    with pytest.raises(StopBuild, match="http://fake does not answer"):
        asker(broken, concurrency=4)(MANY)
    assert len(set(asked)) <= HOPELESS + 4  # three more on their way, and the harmless one


@pytest.mark.parametrize("error", [status(401), status(404), status(429, "insufficient_quota")])
def test_what_no_question_would_pass_stops_the_build_at_once(error: Exception) -> None:
    echo = Echo({"q0": error})
    with pytest.raises(StopBuild):
        asker(echo, concurrency=1)(MANY)
    assert echo.asked.total() <= 2


def test_a_server_that_goes_away_stops_the_build_and_what_it_said_is_kept(tmp_path: Path) -> None:
    left = iter(range(20))  # an iterator gives each number once, whoever asks

    def goes(body: Body) -> object:
        if is_harmless(body) or next(left, None) is None:
            raise unreachable()
        return said(f"told of {asked_text(body)}")

    with pytest.raises(StopBuild, match="is kept"):
        asker(goes, cache=str(tmp_path))(MANY)
    echo = Echo()
    assert asker(echo, cache=str(tmp_path))(MANY) == [told(n) for n in range(64)]
    assert echo.asked.total() == 64 - 20


def test_a_wait_longer_than_allowed_stops_the_build() -> None:
    busy = status(429, message="come back tomorrow", **{"retry-after": "3600"})
    with pytest.raises(StopBuild, match=r"wait for 3600 s.*tomorrow"):
        asker(Echo({"q0": busy}))(MANY)


def test_a_rerun_costs_nothing(tmp_path: Path) -> None:
    first, second = Echo(), Echo()
    answers = asker(first, cache=str(tmp_path))(MANY)
    assert asker(second, cache=str(tmp_path))(MANY) == answers
    assert second.asked.total() == 0


def test_a_changed_question_is_asked(tmp_path: Path) -> None:
    asker(Echo(), cache=str(tmp_path))(MANY[:1])
    echo = Echo()
    asker(echo, cache=str(tmp_path))([question("q0, again")])
    assert echo.asked.total() == 1


def test_what_could_not_be_used_is_asked_again_by_the_next_run(tmp_path: Path) -> None:
    bad = {"q0": said("cut", "length"), "q1": said("I cannot help with this."), "q2": said("")}
    answers = asker(lambda body: bad[asked_text(body)], cache=str(tmp_path))(MANY[:3])
    assert [type(answer) for answer in answers] == [Truncated, Refused, BadOutput]
    assert asker(Echo(), cache=str(tmp_path))(MANY[:3]) == [told(n) for n in range(3)]


def test_equal_questions_are_asked_once() -> None:
    echo = Echo()
    assert asker(echo)([MANY[0], MANY[1], MANY[0]]) == [told(0), told(1), told(0)]
    assert echo.asked.total() == 2


def test_no_question_is_no_work() -> None:
    assert asker(Echo())([]) == []


def test_a_budget_stops_the_build_and_each_run_goes_on(tmp_path: Path) -> None:
    """20 tokens a question are set aside and 10 spent: 9 of them are sure to fit into 100."""
    echo = Echo()
    for run in range(1, 8):
        with pytest.raises(StopBuild, match=r"budget of 100 are spent 90.*Raise describe\.budget"):
            asker(echo, budget=100, cache=str(tmp_path))(MANY)
        assert echo.asked.total() == 9 * run
    assert asker(echo, budget=100, cache=str(tmp_path))(MANY) == [told(n) for n in range(64)]
    assert set(echo.asked.values()) == {1}


def test_what_is_known_costs_no_budget(tmp_path: Path) -> None:
    answers = asker(Echo(), cache=str(tmp_path))(MANY)
    assert asker(Echo(), budget=1, cache=str(tmp_path))(MANY) == answers


def test_an_answer_that_is_not_counted_costs_what_was_set_aside() -> None:
    with pytest.raises(StopBuild, match="are spent 100"):
        asker(lambda _: said("A cat.") | {"usage": None}, budget=100)(MANY)


def test_refusals_are_paid_too() -> None:
    with pytest.raises(StopBuild, match="budget"):
        asker(lambda _: said("I cannot help with this."), budget=100)(MANY)


def test_a_bug_is_no_failure_of_the_server_s() -> None:
    def bug(_: Body) -> object:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asker(bug)(MANY)
