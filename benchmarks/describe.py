"""Descriptions a second, beside what the server itself could give.

A server of its own process works on 16 questions at a time and takes so long for each: its limit is
16 / seconds. The peer asks the same questions by OpenAI's own asynchronous client, 16 at once, with
neither retries nor a rate, kept answers, budget or checks.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from tests.scenes import scene
from tests.servers import Asked, Reply, failed, said, serving

from benchmarks.table import Line
from sakuga.build.describe import Describe, Scene
from sakuga.build.describe.facts import messages_of
from sakuga.build.describe.openai import OpenAi
from sakuga.core.records import Description

WIDTH = 16
BAR = 0.9


def serve(pipe: Connection, seconds: float, spread: float, troubled: float) -> None:
    """Answer until told to end: after `seconds`, give or take a share of them."""
    chance = random.Random(1)

    def answer(_: Asked) -> Reply:
        after = seconds * chance.uniform(1 - spread, 1 + spread)
        if chance.random() < troubled:
            return replace(failed(503), after=after)
        return Reply(said("A girl in a red coat runs along a wall."), after=after)

    with serving(answer, WIDTH) as server:
        pipe.send(server.url)
        pipe.recv()
        pipe.send(len(server.requests))


def measured(seconds: float, count: int, spread: float = 0.0, troubled: float = 0.0) -> list[float]:
    """Shares of the server's limit: ours, ours again with all answers kept, the peer's."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, seconds, spread, troubled))
    process.start()
    url = ours.recv()
    scenes = [scene(str(n), captions=[f"a girl runs {n} times"] * 4) for n in range(count)]
    ideal = count * seconds / WIDTH / (1 - troubled)
    with tempfile.TemporaryDirectory() as folder:
        recipe = OpenAi(model="m", base_url=url, cache=folder, first_wait=0.01)
        write(recipe, scenes[:WIDTH])  # all is imported, the server is warm
        took = [timed(lambda: write(recipe, scenes[WIDTH:]))]
        again = timed(lambda: write(recipe, scenes))
    if not troubled:
        took.append(timed(lambda: asyncio.run(bare(url, scenes[WIDTH:]))))
    ours.send("end")
    ours.recv()
    process.join()
    share = (count - WIDTH) / count
    return [*(ideal * share / each for each in took), again / count * 1000]


def write(recipe: OpenAi, scenes: list[Scene]) -> None:
    """Describe them through the room, as the build does."""
    items = [(s.clip, s.video, s.motion, s.tags, s.tag_scores, s.captions) for s in scenes]
    work, size = Describe(recipe).load(), Describe.batch
    for at in range(0, len(items), size):
        rows = list(work(items[at : at + size]))
        assert all(isinstance(row, Description) for row in rows)


async def bare(url: str, scenes: list[Scene]) -> None:
    """The same questions by the asynchronous client alone."""
    import openai

    free = asyncio.Semaphore(WIDTH)
    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def ask(messages: list[Any]) -> None:
            async with free:
                await client.chat.completions.create(model="m", messages=messages, max_tokens=160)

        await asyncio.gather(*(ask(messages_of(each, "Tell.")) for each in scenes))


def timed(work: Any) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def lines() -> Iterator[Line]:
    """Share of the server's limit; what is said on the way is the peer's, and a rerun's time."""
    cases = [(0.25, 1200, 0.0, 0.0), (0.5, 640, 0.0, 0.0), (1.0, 320, 0.0, 0.0)]
    cases += [(0.5, 640, 0.8, 0.0), (0.5, 640, 0.0, 0.1)]
    for seconds, count, spread, troubled in cases:
        ours, *peer, again = measured(seconds, count, spread, troubled)
        limit = WIDTH * (1 - troubled) / seconds
        what = f"{count} questions, {seconds:g} s each"
        what += f" give or take {spread:.0%}" if spread else ""
        what += f", {troubled:.0%} of the answers 503" if troubled else ""
        bare_ = f"{peer[0]:.3f}" if peer else "fails at the first 503"
        print(
            f"- {what}, so {limit:.0f} a second at most: the client alone {bare_}; "
            f"a rerun {again:.2f} ms each",
            file=sys.stderr,
        )
        yield Line(f"{what}: share of the server's limit", ours, ">=", BAR)
