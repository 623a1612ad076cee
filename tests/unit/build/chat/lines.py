"""A line to a server that is a function of this process, and the server it stands for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import httpx2
import openai

from sakuga.build.chat.asker import Asker, Body
from sakuga.build.chat.question import Question
from sakuga.build.chat.server import Server

REQUEST = httpx2.Request("POST", "http://fake/v1/chat/completions")


def server(**changed: Any) -> Server:
    """A server that is asked without real waits, and whose answers are not kept."""
    fields: dict[str, Any] = {
        "room": "describe",
        "base_url": "http://fake/v1",
        "key_variable": "",
        "concurrency": 16,
        "requests_per_minute": 0,
        "tokens_per_minute": 0,
        "budget": 0,
        "attempts": 4,
        "timeout": 120.0,
        "first_wait": 0.0,
        "longest_wait": 1.0,
        "cache": "none",
    }
    return Server(**(fields | changed))


def asker(post: Callable[[Body], object], **changed: Any) -> Asker:
    return Asker(server(**changed), lambda: contextlib.nullcontext(post))


def question(text: str, most: int = 20) -> Question:
    return Question({"model": "m", "messages": [{"role": "user", "content": text}]}, most)


def asked_text(body: Body) -> str:
    return str(body["messages"][-1]["content"])


def is_harmless(body: Body) -> bool:
    return asked_text(body).startswith("Answer with one word")


def status(code: int, name: str = "", message: str = "no", **headers: str) -> openai.APIStatusError:
    response = httpx2.Response(code, request=REQUEST, headers=headers)
    return openai.APIStatusError(message, response=response, body={"code": name})


def unreachable() -> openai.APIConnectionError:
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = httpx2.ConnectError("connection refused")
    return error
