"""How fast a server is asked: so many requests and tokens a minute, evenly spaced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Turns, given one after the other; for many threads. A limit of 0 is none."""

    def __init__(
        self,
        requests_per_minute: float = 0,
        tokens_per_minute: float = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._request_time = 60 / requests_per_minute if requests_per_minute else 0.0
        self._token_time = 60 / tokens_per_minute if tokens_per_minute else 0.0
        self._clock = clock
        self._lock = threading.Lock()
        self._requests_from = 0.0  # when the next request may be sent, by its number ...
        self._tokens_from = 0.0  # ... and by its tokens
        self._held_until = 0.0

    def turn(self, tokens: int) -> float:
        """Seconds to wait before a request of so many tokens may be sent; its turn is taken."""
        with self._lock:
            now = self._clock()
            at = max(now, self._requests_from, self._tokens_from, self._held_until)
            self._requests_from = at + self._request_time
            self._tokens_from = at + tokens * self._token_time
            return at - now

    def settle(self, expected: int, spent: int) -> None:
        """A request of so many tokens turned out to have others."""
        with self._lock:
            self._tokens_from += (spent - expected) * self._token_time

    def hold(self, seconds: float) -> None:
        """The server wants to be left alone for so long."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)
