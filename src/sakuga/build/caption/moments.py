"""Which of a clip's samples a model is shown, and how large."""

from __future__ import annotations

from collections.abc import Sequence

from sakuga.core.images import Picture, fit


def shown(clip: Sequence[Picture], most: int, side: int) -> list[Picture]:
    """At most `most` pictures, evenly chosen with the first and the last, `side` pixels at most.

    Raises Unreadable where one is no image.
    """
    last = len(clip) - 1
    if len(clip) <= most:
        chosen = range(len(clip))
    else:
        chosen = [round(i * last / (most - 1)) for i in range(most)] if most > 1 else [0]
    return [fit(clip[index], side) for index in chosen]
