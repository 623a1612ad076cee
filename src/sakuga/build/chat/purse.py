"""What a command may spend in tokens; never more than the budget, whatever runs at once."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Spent(Exception):
    """The next question could cost more than is left."""


class Purse:
    """Tokens, taken out before a question is asked and settled after; for many threads.

    A budget of 0 is none.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.spent = 0
        self._held = 0
        self._changed = threading.Condition()

    def take(self, most: int, gone: Callable[[], bool] = lambda: False) -> None:
        """Set aside what a question costs at most, once those on their way have been settled.

        Raises Spent where that is more than is left; `gone`: whether to give up waiting.
        """
        with self._changed:
            while self._short(most) and self._held and not gone():
                self._changed.wait(0.05)
            if self._short(most):
                raise Spent
            self._held += most

    def settle(self, most: int, cost: int) -> None:
        """Pay what it did cost, and put the rest back."""
        with self._changed:
            self._held -= most
            self.spent += cost
            self._changed.notify_all()

    def _short(self, most: int) -> bool:
        return bool(self.budget) and self.spent + self._held + most > self.budget
