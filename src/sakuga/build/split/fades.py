"""Fades: the picture goes in a straight line to black or white, another one comes from there.

They are looked for where the film is at its darkest or brightest. Both halves are one border, in
the middle of what is black or white; a half may be missing at the ends of a film, and where the
other side is a hard cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sakuga.build.split.boundary import Border
from sakuga.build.split.film import CHROMA, LUMA, WIDTH, Film
from sakuga.build.split.ramps import CONTEXT, Doubles, Ramps
from sakuga.build.split.runs import LONGEST, Run, is_smooth, lengths_of_steps, straightest

Kind = Literal["fade_black", "fade_white"]
_KINDS: Final[tuple[Kind, ...]] = ("fade_black", "fade_white")
SHORTEST: Final = 3
"""Frames of one half."""
_LENGTHS: Final = (3, 4, 5, 6, 8, 10, 12, 15, 19, 24, 30, 38, 48, 58)  # of one half, tried first
_REACHED: Final = 0.35  # of the way that is left where a fade of 4 and 4 frames turns
_BAR: Final = 0.85  # of how bright the rest gets: where a cell never does, it is part of a bar
_EVEN: Final = 6.0  # grey levels from the colour, root mean square: nothing is left to see
_TURN: Final = 4  # frames: what stays longer without being even is a dark picture, or a title
_STRAIGHT: Final = 0.05  # error of a run, as a share of its span, that no accident makes
_LITTLE: Final = 2  # frames of context, where more of it bears something else
_SAME: Final = 0.25  # of the way: pictures nearer to each other are one, the film only blinked


@dataclass(frozen=True, slots=True)
class _Place:
    """Frames [first, last) are nearest to the colour, `far` away from it on average."""

    first: int
    last: int
    far: float


def fades(film: Film) -> list[Border]:
    """Every fade, in order."""
    found: list[Border] = []
    points, cells = _view(film)
    for kind in _KINDS:
        colour = _colour(points, cells, kind)
        for place in _places(points, colour):
            border = _fade(points, kind, colour, place)
            if border is not None:
                found.append(border)
    return sorted(found, key=lambda border: border.at)


def _fade(points: Doubles, kind: Kind, colour: Doubles, place: _Place) -> Border | None:
    out, into = _half(points, colour, place, out=True), _half(points, colour, place, out=False)
    frames = len(points)
    even = place.far < _EVEN
    if out is None and into is None:
        return None
    if out is None and not (place.first <= 1 or even):
        return None
    if into is None and not (place.last >= frames - 1 or even):
        return None
    first = out.first if out else place.first
    last = into.last if into else place.last
    if _blinks(points, out, into):
        return None
    turn = _turn(place, out, into)
    at = 0 if first <= 0 else frames if last >= frames else turn
    return Border(kind, at, first, last, _confidence(out, into))


def _blinks(points: Doubles, out: Run | None, into: Run | None) -> bool:
    """The same picture comes back, and not in straight lines that only a fade would draw."""
    if not out or not into or max(out.error, into.error) < _STRAIGHT:
        return False
    return _distance(points, out.first - 1, into.last) < _SAME * min(out.span, into.span)


def _turn(place: _Place, out: Run | None, into: Run | None) -> int:
    """The middle of what is black or white; where two halves meet, the frame that comes back."""
    first = out.last if out else place.first
    last = into.first if into else place.last
    return (first + max(last, first) + 1) // 2


def _half(points: Doubles, colour: Doubles, place: _Place, out: bool) -> Run | None:
    """The best run that ends, or begins, at the place.

    Where it is not straight, what lies beyond it may be to blame: then less of that is looked at.
    """
    runs = _runs(points, colour, place, out, CONTEXT)
    found = min(runs, key=lambda run: run.error, default=None)
    if found is not None and found.error < _STRAIGHT:
        return found
    runs = [run for run in _runs(points, colour, place, out, _LITTLE) if run.error < _STRAIGHT]
    return max(runs, key=lambda run: run.worth, default=found)


def _runs(points: Doubles, colour: Doubles, place: _Place, out: bool, context: int) -> list[Run]:
    """The straightest ones of some lengths, and of all lengths near the straightest of these."""
    offset = max(place.first - LONGEST - CONTEXT, 0)
    near = points[offset : place.last + LONGEST + CONTEXT]
    ramps, steps = Ramps(near, context), lengths_of_steps(near)
    start, end = (None, colour) if out else (colour, None)

    def tried(lengths: Iterable[int]) -> list[Run]:
        found: list[Run] = []
        for length in lengths:
            low = place.first - offset - 1 - (length if out else 0)
            high = place.last - offset + 2 - (length if out else 0)
            run = straightest(ramps.fit(length, start, end, (low, high)))
            if run is not None and is_smooth(run, steps):
                found.append(run.moved(offset))
        return found

    some = tried(_LENGTHS)
    if not some:
        return []
    first = min(some, key=lambda run: run.error)
    middle, reach = first.last - first.first, (first.last - first.first) // 4 + 1
    return some + tried(range(max(middle - reach, SHORTEST), min(middle + reach, LONGEST) + 1))


def _confidence(out: Run | None, into: Run | None) -> float:
    error = max(half.error for half in (out, into) if half is not None)
    return 1 / (1 + exp(-70 * (0.17 - error)))


def _distance(points: Doubles, a: int, b: int) -> float:
    """Between two frames, root mean square."""
    a, b = max(a, 0), min(b, len(points) - 1)
    return float(np.sqrt(np.square(points[a] - points[b]).sum()))


def _view(film: Film) -> tuple[Doubles, int]:
    """Points in which black and white are even, and how many of their columns are luma.

    All cells and the detail; or, where bars stay black above and below or at the sides, the cells
    that they don't touch. A bar's edge is detail, so that there detail says nothing.
    """
    grid = film.mixing[:, :LUMA].reshape(-1, 6, 8) * LUMA**0.5
    brightest = [grid.mean(axis=axis).max(axis=0) for axis in (2, 1)]
    if not any(max(edge[0], edge[-1]) < _BAR * edge[1:-1].min() for edge in brightest):
        return np.column_stack([film.mixing, np.sqrt(film.detail)]), LUMA
    inner = grid[:, 1:-1, 1:-1].reshape(len(grid), -1)
    colours = film.mixing[:, LUMA:].reshape(-1, 2, 3, 4)[:, :, 1, 1:-1].reshape(len(grid), -1)
    colours *= ((WIDTH - LUMA) / colours.shape[1]) ** 0.5
    none = np.zeros(len(grid))
    return np.column_stack([inner * inner.shape[1] ** -0.5, colours, none]), inner.shape[1]


def _colour(points: Doubles, cells: int, kind: Kind) -> Doubles:
    """Black or white as this film has it, as a point: U and V are 128, there is no detail.

    16 and 235 are luma's limited range.
    """
    grey = points[:, :cells].mean(axis=1) * cells**0.5
    black, others = kind == "fade_black", points.shape[1] - 1 - cells
    level = min(float(grey.min()), 16.0) if black else max(float(grey.max()), 235.0)
    parts = [level * cells**-0.5, 128 * CHROMA * others**-0.5, 0.0]
    return np.repeat(parts, [cells, others, 1])


def _places(points: Doubles, colour: Doubles) -> list[_Place]:
    """Where the film is even, or turns; the nearest to the colour first."""
    far = np.sqrt(np.square(points - colour).sum(axis=1))
    found: list[_Place] = []
    for t in sorted(_valleys(far), key=lambda t: far[t]):
        if any(place.first <= t < place.last for place in found):
            continue
        first, last = _stretch(far <= far[t] + 2.0, t)
        if far[t] < _EVEN or last - first <= _TURN:
            found.append(_Place(first, last, float(far[t])))
    return found


def _valleys(far: Doubles) -> list[int]:
    """Frames nearer to the colour than those beside them, and far nearer than what is around."""
    lowest = _around(far, SHORTEST, np.min)
    highest = _around(far, LONGEST // 2, np.max)
    return np.flatnonzero((far <= lowest) & (far < _REACHED * highest)).tolist()


def _around(values: Doubles, reach: int, of: Callable[..., Any]) -> Doubles:
    padded = np.pad(values, reach, mode="edge")
    return of(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)


def _stretch(true: NDArray[np.bool_], t: int) -> tuple[int, int]:
    """The run of true frames that t is in, half-open."""
    before, after = np.flatnonzero(~true[:t]), np.flatnonzero(~true[t:])
    first = int(before[-1]) + 1 if len(before) else 0
    return first, t + int(after[0]) if len(after) else len(true)
