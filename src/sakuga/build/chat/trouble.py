"""What went wrong when a server was asked: whether to ask again, when, or to stop."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sakuga.build.chat.answer import Garbled

_AGAIN = frozenset({408, 409, 425, 429})  # and every 5xx
_CENSORED = ("content_filter", "content_policy_violation", "moderation")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One attempt that came to nothing.

    kind: `again` (it may pass), `rejected` (this question will never pass), `censored` (because of
    what it is about), `stop` (no question will). wait: seconds that the server asks for. down:
    nobody answered the call at all.
    """

    kind: str
    what: str
    wait: float | None = None
    down: bool = False


def trouble_of(error: Exception) -> Trouble | None:
    """What an exception of the client's means; None where it is none of them: a bug of ours."""
    import openai

    if isinstance(error, Garbled):
        return Trouble("again", f"it sent {error}")
    if isinstance(error, openai.APITimeoutError):
        return Trouble("again", "it did not answer in time")
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__ or error
        refused = type(cause).__name__ == "ConnectError"
        return Trouble("again", f"{type(cause).__name__}: {cause}", down=refused)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, str(error), error.body, error.response.headers)
    return None


def _of_status(status: int, what: str, body: object, headers: Mapping[str, str]) -> Trouble:
    code = _code(body)
    if status in (401, 402, 404) or code == "insufficient_quota":
        return Trouble("stop", what)
    if status in _AGAIN or status >= 500:
        return Trouble("again", what, wait_asked(headers))
    if any(word in code for word in _CENSORED):
        return Trouble("censored", what)
    return Trouble("rejected", what)


def pause(attempt: int, first: float, longest: float, chance: float) -> float:
    """Seconds before an attempt, counted from 1 for the second: doubled each time.

    chance: 0 to 1; by it, from half of that to all of it, or all would come back at once.
    """
    return min(longest, first * 2.0 ** min(attempt - 1, 60)) * (0.5 + chance / 2)


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks to wait: a number or a date; None where it says neither."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    date = email.utils.parsedate_tz(headers.get("retry-after", ""))
    return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())


def _code(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    error = cast("dict[str, Any]", body)
    return f"{error.get('code') or ''} {error.get('type') or ''}".strip()
