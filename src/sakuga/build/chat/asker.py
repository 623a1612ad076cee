"""Many questions to a language model's server at once; each answer comes back in its place.

Threads ask, as many as the server is to work on at a time. What passes is asked again, after waits
that grow and differ; what is answered is kept at once, so that a stop loses nothing that was paid.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from sakuga.build.chat.answer import Answer, Garbled, answer_of, usage_of
from sakuga.build.chat.kept import Kept, cache_folder, opened, question_key
from sakuga.build.chat.pace import Pace
from sakuga.build.chat.purse import Purse, Spent
from sakuga.build.chat.question import Body, Question, harmless
from sakuga.build.chat.server import Server, client_of
from sakuga.build.chat.trouble import Trouble, pause, trouble_of
from sakuga.core.errors import ItemError, NoAnswer, Refused, StopBuild
from sakuga.core.pulse import alive, beat

HOPELESS = 8  # questions in a row that came to nothing: is it the server?
Post = Callable[[Body], object]
Line = Callable[[], AbstractContextManager[Post]]


class Asker:
    """Asks questions, one call at a time.

    `line` opens a connection, for as long as one call lasts: a function that sends one body and
    gives what came. The real server's unless told.
    """

    def __init__(self, server: Server, line: Line | None = None) -> None:
        self._server = server
        self._line = line or (lambda: _line_to(server))
        self._pace = Pace(server.requests_per_minute, server.tokens_per_minute)
        self._purse = Purse(server.budget)
        self._random = random.Random()
        self._lock = threading.Lock()
        self._answered = 0  # how many attempts the server has answered
        self._failed_in_a_row = 0
        self._stopping = threading.Event()
        self._stopped_by: BaseException | None = None  # the first error that ends it all

    def __call__(self, questions: Sequence[Question]) -> list[Answer | ItemError]:
        """An answer for each, in their order, or the error that tells why there is none.

        Equal questions are asked once. Raises StopBuild, when nothing more is on its way and what
        was answered is kept: the budget is spent, or the server is gone.
        """
        self._stopping.clear()
        self._stopped_by = None
        keys = [question_key(self._server.base_url, each.body) for each in questions]
        folder = cache_folder(self._server.cache)
        with opened(folder, self._server.room) as kept, self._line() as post:
            known: dict[str, Answer | ItemError] = dict(kept.known(keys)) if kept else {}
            lacking = {k: q for k, q in zip(keys, questions, strict=True) if k not in known}
            with alive(), ThreadPoolExecutor(self._server.concurrency, "ask") as pool:
                asked = {k: pool.submit(self._ask, k, q, kept, post) for k, q in lacking.items()}
                self._wait(list(asked.values()))
        known |= {key: future.result() for key, future in asked.items()}
        return [known[key] for key in keys]

    def _wait(self, asked: Sequence[Future[Any]]) -> None:
        """Until all are done; if one raises, the others are called off and it is raised."""
        try:
            wait(asked, return_when=FIRST_EXCEPTION)
            if self._stopped_by:
                raise self._stopped_by
        except BaseException as error:
            self._stop(error)
            for future in asked:
                future.cancel()
            raise

    def _stop(self, error: BaseException) -> None:
        """Nothing more is asked: what is on its way may cost money, and is the last."""
        with self._lock:
            self._stopped_by = self._stopped_by or error
        self._stopping.set()

    def _ask(
        self, key: str, question: Question, kept: Kept | None, post: Post
    ) -> Answer | ItemError:
        try:
            return self._asked(key, question, kept, post)
        except BaseException as error:
            self._stop(error)
            raise

    def _asked(
        self, key: str, question: Question, kept: Kept | None, post: Post
    ) -> Answer | ItemError:
        """One question, as often as it takes. Raises StopBuild."""
        answered_before = self._answered
        trouble = Trouble("again", "it was never asked")
        for attempt in range(self._server.attempts):
            if attempt:
                self._rest(attempt, trouble)
            outcome = self._attempt(question, post)
            beat()
            if isinstance(outcome, Answer) and kept:
                kept.keep(key, outcome)
            if not isinstance(outcome, Trouble):
                return outcome
            trouble = outcome
            if trouble.kind != "again":
                break
        works = partial(self._answers_at_all, question, post)
        return self._came_to_nothing(trouble, answered_before, works)

    def _attempt(self, question: Question, post: Post) -> Answer | ItemError | Trouble:
        self._sleep(self._pace.turn(question.most))
        self._pay_for(question)
        cost, spent = (0, 0), 0
        try:
            body = post(question.body)
            cost = usage_of(body)
            spent = sum(cost) or question.most
            answer = answer_of(body)
        except ItemError as error:  # an answer, though none to use
            self._went_well()
            return error
        except Exception as error:
            if trouble := trouble_of(error):
                return trouble
            raise
        finally:
            self._purse.settle(question.most, spent)
            self._pace.settle(question.most, spent)
        self._went_well()
        return answer

    def _pay_for(self, question: Question) -> None:
        try:
            self._purse.take(question.most, self._stopping.is_set)
        except Spent:
            room, budget = self._server.room, self._purse.budget
            raise StopBuild(
                f"[{room}] the next question may cost {question.most} tokens, and of the "
                f"budget of {budget} are spent {self._purse.spent}. Each run may spend it anew; "
                f"what is answered is kept. Raise {room}.budget to go on for longer"
            ) from None

    def _rest(self, attempt: int, trouble: Trouble) -> None:
        """Wait before the next attempt: as the server asks, or twice as long each time."""
        server = self._server
        chance = self._random.random()
        seconds = pause(attempt, server.first_wait, server.longest_wait, chance)
        if trouble.wait is not None:
            if trouble.wait > server.longest_wait:
                raise StopBuild(
                    f"[{server.room}] {server.called} asks to wait for {trouble.wait:.0f} s: "
                    f"{server.redacted(trouble.what)}. Run it again then, or raise "
                    f"{server.room}.longest_wait"
                )
            self._pace.hold(trouble.wait)
            seconds = max(seconds, trouble.wait)
        self._sleep(seconds)

    def _sleep(self, seconds: float) -> None:
        if self._stopping.wait(max(0.0, seconds)):
            raise StopBuild(f"[{self._server.room}] stopped")  # another's error is the one told

    def _went_well(self) -> None:
        with self._lock:
            self._answered += 1
            self._failed_in_a_row = 0

    def _came_to_nothing(
        self, trouble: Trouble, answered_before: int, works: Callable[[], bool]
    ) -> ItemError:
        """The failure of one question; raises StopBuild where it is the server that fails.

        `works`: looks whether it is.
        """
        what = self._server.redacted(trouble.what)
        if trouble.kind == "censored":
            return Refused(f"the server rejects the question: {what}")
        with self._lock:
            self._failed_in_a_row += 1
            alone = trouble.down and self._answered == answered_before
            doubtful = alone or self._failed_in_a_row >= HOPELESS
        if trouble.kind == "stop" or (doubtful and not works()):
            raise StopBuild(
                f"[{self._server.room}] {self._server.called} does not answer: {what}. What it "
                "has answered is kept"
            )
        if trouble.kind == "again":
            return NoAnswer(f"asked {self._server.attempts} times; the last time: {what}")
        return Refused(f"the server rejects the question: {what}")

    def _answers_at_all(self, question: Question, post: Post) -> bool:
        """Whether the server answers a harmless question: then it is not the server that fails."""
        try:
            post(harmless(question.body))
        except Exception as error:
            if trouble_of(error):
                return False
            raise
        self._went_well()
        return True


@contextmanager
def _line_to(server: Server) -> Generator[Post]:
    with client_of(server) as client:

        def post(body: Body) -> object:
            rest = {k: v for k, v in body.items() if k not in ("model", "messages")}
            raw = client.chat.completions.with_raw_response.create(
                model=body["model"], messages=body["messages"], extra_body=rest
            )
            try:
                return raw.http_response.json()
            except ValueError:
                raise Garbled("no JSON") from None

        yield post
