"""What the contracts are made of: a promise that is required, and results that are alike."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, cast

TOLERANCE = 1e-3  # of a number: batches of another size round otherwise


class Broken(AssertionError):
    """A backend does not keep a promise: which one, and how that was seen."""


def require(kept: bool, promise: str, seen: object = None) -> None:
    """Raises Broken unless the promise is kept."""
    if not kept:
        raise Broken(promise if seen is None else f"{promise}; seen: {seen!r:.500}")


def require_alike(one: object, other: object, promise: str) -> None:
    """Raises Broken unless two results are the same, their numbers nearly."""
    require(alike(one, other), promise, (one, other))


def alike(one: Any, other: Any) -> bool:
    """Whether two results, with all that is in them, are the same, their numbers nearly."""
    if isinstance(one, (str, bytes)) or one is None:
        return one == other
    if isinstance(one, BaseException):
        return type(one) is type(other)
    if isinstance(one, (int, float)):
        return isinstance(other, (int, float)) and _near(one, other)
    if dataclasses.is_dataclass(one):
        return type(one) is type(other) and all(
            alike(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one)
        )
    if isinstance(one, Sequence):
        ours, theirs = list(cast("Sequence[Any]", one)), list(cast("Sequence[Any]", other))
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    return bool(one == other)


def _near(one: float, other: float) -> bool:
    both_none = math.isnan(one) and math.isnan(other)  # no number at all is another promise's
    return both_none or math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
