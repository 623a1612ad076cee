"""No text ever lands on another clip, whatever a server does to the order and to the requests."""

from __future__ import annotations

import hashlib
import itertools
import random
import threading
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.build.chat.answer import Answer
from sakuga.build.chat.asker import Body
from sakuga.build.describe import Describe, Scene
from sakuga.build.describe.facts import messages_of
from sakuga.build.describe.openai import OpenAi
from sakuga.core.errors import NoAnswer, Refused, StopBuild, Truncated
from sakuga.core.records import Description, Failure
from tests.scenes import scene
from tests.servers import Asked, Reply, failed, said, serving
from tests.unit.build.chat.lines import (
    asked_text,
    asker,
    is_harmless,
    question,
    status,
    unreachable,
)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Jammed:
    """Holds requests back and lets them go in any order; fails some, by chance."""

    def __init__(self, seed: int, troubled: float) -> None:
        self.random = random.Random(seed)
        self.troubled = troubled
        self.gate = threading.Condition()
        self.waiting: list[object] = []

    def __call__(self, body: Body) -> object:
        self._pass_the_gate()
        text = asked_text(body)
        if not is_harmless(body) and self.random.random() < self.troubled:
            return self._trouble(text)
        return said(digest(text))

    def _pass_the_gate(self) -> None:
        """Those who wait are let through one by one, by lot."""
        me = object()
        with self.gate:
            self.waiting.append(me)
            for _ in range(3):
                if self.random.choice(self.waiting) is me:
                    break
                self.gate.wait(0.0005)
            self.waiting.remove(me)
            self.gate.notify_all()

    def _trouble(self, text: str) -> object:
        fate: Any = self.random.choice(
            [
                status(500),
                status(429, **{"retry-after": "0"}),
                unreachable(),
                status(400, "content_filter"),
                said(digest(text)[:9], "length"),
                said(None, refusal="no"),
                "<html>",
            ]
        )
        if isinstance(fate, Exception):
            raise fate
        return fate


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(100, 800),
    kinds=st.integers(1, 800),
    troubled=st.sampled_from([0.0, 0.1, 0.5]),
    width=st.sampled_from([1, 3, 16]),
)
def test_every_answer_is_of_its_own_question(
    seed: int, count: int, kinds: int, troubled: float, width: int
) -> None:
    questions = [question(f"facts of {n % kinds}") for n in range(count)]
    ask = asker(Jammed(seed, troubled), concurrency=width)
    answers = ask(questions)
    assert len(answers) == count
    for one, answer in zip(questions, answers, strict=True):
        if isinstance(answer, Answer):
            assert answer.text == digest(asked_text(one.body))
        else:
            assert isinstance(answer, NoAnswer | Refused | Truncated)
            assert troubled


def written(scenes: list[Scene], backend: OpenAi) -> list[Description | Failure]:
    items = [(s.clip, s.video, s.motion, s.tags, s.tag_scores, s.captions) for s in scenes]
    return list(Describe(backend).load()(items))


def test_over_a_wire_that_fails_every_description_is_of_its_own_clip(tmp_path: Path) -> None:
    """Stalls past the time limit, hung up connections, 429, 5xx, no JSON, refusals; then again."""
    chance = random.Random(4)
    turn = itertools.count()

    def answer(asked: Asked) -> Reply:
        text = digest(asked.body["messages"][-1]["content"])
        if "Answer with one word" in str(asked.body):
            return Reply(said("yes"))
        late = chance.uniform(0, 0.01)
        number = next(turn)
        match number % 12:
            case 0 if number < 100:  # a few: each is waited for
                return Reply(said(text), after=600)
            case 1:
                return Reply(said(text), hang_up=True)
            case 2:
                return failed(429, **{"retry-after": "0.01"})
            case 3:
                return failed(503)
            case 4:
                return Reply(b"<html>", headers={"content-type": "text/html"})
            case 5:
                return Reply(said(text[:5], "length"), after=late)
        return Reply(said(text), after=late)

    scenes = [scene(str(n), captions=[f"caption of {n}"]) for n in range(300)]
    chance.shuffle(scenes)
    with serving(answer) as server:
        backend = OpenAi(
            base_url=server.url, timeout=3.0, first_wait=0.001, attempts=8, cache=str(tmp_path)
        )
        rows = written(scenes, backend)
        again = written(scenes, backend)
        sent = {digest(a.body["messages"][-1]["content"]) for a in server.requests}
    assert [row.id for row in rows] == [s.clip.id for s in scenes]
    for some in (rows, again):
        texts = {row.id: row.text for row in some if isinstance(row, Description)}
        assert len(texts) > 200
        assert set(texts.values()) <= sent
        assert len(set(texts.values())) == len(texts)
    own = {s.clip.id: _own(backend, s) for s in scenes}
    for row in [*rows, *again]:
        assert row.text == own[row.id] if isinstance(row, Description) else row.reason
    kept = {row.id for row in rows if isinstance(row, Description)}
    assert kept <= {row.id for row in again if isinstance(row, Description)}


def _own(backend: OpenAi, of: Scene) -> str:
    return digest(messages_of(of, backend.prompt)[-1]["content"])


def test_when_the_budget_ends_no_text_is_lost_or_misplaced(tmp_path: Path) -> None:
    scenes = [scene(str(n), captions=[f"caption of {n}"]) for n in range(40)]

    def answer(asked: Asked) -> Reply:
        return Reply(said(digest(asked.body["messages"][-1]["content"])), after=0.001)

    stops = 0
    with serving(answer) as server:
        backend = OpenAi(base_url=server.url, budget=760, cache=str(tmp_path))
        while True:
            try:
                rows = written(scenes, backend)
                break
            except StopBuild:
                stops += 1
        assert len(server.requests) == 40  # none is asked twice
    assert stops >= 2
    for row, each in zip(rows, scenes, strict=True):
        assert isinstance(row, Description)
        assert (row.id, row.text) == (each.clip.id, _own(backend, each))
