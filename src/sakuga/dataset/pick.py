"""Which of a clip's keyframes a model sees: a pure function of their number.

| how | which of K keyframes |
| --- | --- |
| `uniform` | evenly spaced from the first to the last, both among them |
| `middle` | the middle of each of `count` equal intervals: ViCLIP's test sampling |
| `random` | one from each interval, drawn anew for every seed: ViCLIP's training sampling |

§5: 8 keyframes, and clips that have fewer are left out. ViCLIP's own code repeats the last one.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import ItemError, RequestError
from sakuga.dataset.columns import meant

How = Literal["uniform", "middle", "random"]
Short = Literal["refuse", "repeat"]


class TooFewKeyframes(ItemError):
    """A clip has fewer keyframes than are asked for."""

    reason = "too_few_keyframes"


def check(count: int, how: str, short: str) -> None:
    """Raise RequestError for what can't be asked for."""
    if count < 1:
        raise RequestError(f"count = {count}: must be 1 or more")
    if how not in get_args(How):
        raise RequestError(f"how = {how!r}: {meant(how, get_args(How))}")
    if short not in get_args(Short):
        raise RequestError(f"short = {short!r}: {meant(short, get_args(Short))}")


def pick(
    keyframes: int,
    count: int,
    how: How = "uniform",
    short: Short = "refuse",
    seed: int = 0,
    clip_id: str = "0",
) -> NDArray[np.int64]:
    """(count,) places among the keyframes, ascending.

    A clip with fewer raises TooFewKeyframes, or gives all of them and its last one again and again.
    `random` depends on the seed and the clip's id alone, not on what was drawn before.
    """
    if keyframes < (count if short == "refuse" else 1):
        raise TooFewKeyframes(f"{keyframes} keyframes; {count} are asked for")
    if keyframes < count:
        return np.minimum(np.arange(count), keyframes - 1)
    if how == "uniform":
        # Halves go up, as nobody expects of NumPy's round.
        return np.floor(np.linspace(0, keyframes - 1, count) + 0.5).astype(np.int64)
    # The floor of equal parts in whole numbers: what linspace cut to integers is, without its
    # rounding errors.
    edges = np.arange(count + 1) * keyframes // count
    if how == "middle":
        return (edges[:-1] + edges[1:] - 1) // 2
    return _drawn(edges, np.random.default_rng([seed, int(clip_id[:16], 16)]))


def _drawn(edges: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """One of each interval [edge, next edge), but never its last: so ViCLIP's training draws.

    An interval of one has none but its last; then any `count` are drawn, in order, as there.
    """
    if np.any(np.diff(edges) == 1):
        return np.sort(random.permutation(int(edges[-1]))[: len(edges) - 1])
    return random.integers(edges[:-1], edges[1:] - 1)
