"""A small server that speaks OpenAI's chat completions, and fails as it is told to.

    with serving(lambda request: Reply(said("a cat"))) as server:
        ... server.url, server.requests, server.peak

What it answers is a function of the request, so a test knows whose answer came where.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

_ENDS = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
REASONS = {200: "OK", 401: "Unauthorized", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    number: int  # how many came before it


@dataclass
class Reply:
    """What is sent back. after: seconds; until: not before this is so; hang_up: the connection is
    closed in the middle of it."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    hang_up: bool = False
    until: Callable[[], bool] = lambda: True


def said(text: str | None, finish: str = "stop", **more: Any) -> dict[str, Any]:
    """A chat completion that says this."""
    message = {"role": "assistant", "content": text, **more}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    choice = {"index": 0, "finish_reason": finish, "message": message}
    return {"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}


def failed(status: int, code: str = "", message: str = "no", **headers: str) -> Reply:
    """An error as OpenAI words it."""
    return Reply({"error": {"message": message, "code": code}}, status, headers)


class Server:
    """Serves on a thread of its own; `capacity` requests are worked on at a time."""

    def __init__(
        self,
        answer: Callable[[Asked], Reply],
        capacity: int = 1000,
        port: int = 0,
        models: Reply | None = None,
    ) -> None:
        self._answer = answer
        self._capacity = capacity
        self._models = models or Reply({"object": "list", "data": [{"id": "m", "object": "model"}]})
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = port
        self.requests: list[Asked] = []  # questions, in the order in which they came
        self.peak = 0  # how many were being worked on at once, at most
        self._busy = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        self._thread.start()
        assert self._started.wait(120)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(120)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        self._end = asyncio.Event()
        self._free = asyncio.Semaphore(self._capacity)
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        listener = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = listener.sockets[0].getsockname()[1]
        self._started.set()
        await self._end.wait()
        while coming := asyncio.all_tasks() - {asyncio.current_task(), *self._open}:
            await asyncio.wait(coming)  # what is accepted at last is closed with the others
        listener.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        for writer in self._open.values():
            writer.transport.abort()
        await asyncio.sleep(0)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open[self._loop.create_task(self._talk(reader, writer))] = writer

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(*_ENDS):
            while await self._exchange(reader, writer):
                pass
        with contextlib.suppress(Exception, asyncio.CancelledError):
            writer.close()
            await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        sent = await reader.readexactly(int(headers.get("content-length", 0)))
        path = first.split()[1]
        if path.endswith("/models"):
            reply = self._models
        else:
            reply = await self._worked_on(path, headers, sent)
        return await self._send(reply, writer)

    async def _worked_on(self, path: str, headers: dict[str, str], sent: bytes) -> Reply:
        asked = Asked(path, headers, json.loads(sent), len(self.requests))
        self.requests.append(asked)
        async with self._free:
            self._busy += 1
            self.peak = max(self.peak, self._busy)
            try:
                reply = self._answer(asked)
                await asyncio.sleep(reply.after)
                while not reply.until():
                    await asyncio.sleep(0.01)
            finally:
                self._busy -= 1
        return reply

    async def _send(self, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        headers = {"content-type": "application/json", "content-length": str(len(body))}
        lines = [f"{name}: {value}" for name, value in (headers | reply.headers).items()]
        status = f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}"
        head = "\r\n".join([status, *lines, "", ""]).encode()
        if reply.hang_up:
            writer.write(head + body[: len(body) // 2])
            await writer.drain()
            return False
        writer.write(head + body)
        await writer.drain()
        return True


@contextlib.contextmanager
def serving(
    answer: Callable[[Asked], Reply],
    capacity: int = 1000,
    port: int = 0,
    models: Reply | None = None,
) -> Generator[Server]:
    """A server, for as long as the block runs; `models`: what it says when asked for them."""
    server = Server(answer, capacity, port, models)
    server.start()
    try:
        yield server
    finally:
        server.stop()
