"""How the content of one picture moved to where it is in another.

Gradient least squares (Lucas and Kanade, 1981) for a shift and a zoom of the whole picture, summed
over blocks so that each block votes once: characters in front of a still background are outvoted,
however much they move. Moves of more than a pixel start from half the size, or from the peaks of
phase correlation (Kuglin and Hines, 1975).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.picture import Small, halve

Floats = NDArray[np.float32]

# The slope of a cubic B-spline and its smoothing: as a pair exact to the fourth order.
_SMOOTH: Final = np.array([1, 4, 1], np.float32) / 6
_SLOPE: Final = np.array([-0.25, 0, 0.25], np.float32)  # of the sum of two pictures

BLOCK: Final = 8  # pixels: a power of two
FEWEST: Final = 6  # blocks
TEXTURE: Final = 2.0  # squared grey levels a pixel: blocks of less slope count for little
_SPARSE: Final = 0.15  # of the picture has texture, or less: few can't speak for all
_AGREES: Final = 0.2  # pixels: a block further off than this does not agree
_FINEST: Final = 0.01  # pixels: how closely blocks can be told apart
_STEPS: Final = 4  # of reweighting, at most
_SETTLED: Final = 0.004  # pixels: a smaller step is the last
_FURTHEST: Final = 0.25  # of the picture: no view moves further in a frame
_NEAR: Final = 0.6  # pixels: a larger shift is measured again from where it points
_SWELL: Final = 0.008  # a larger zoom is measured again from a zoomed picture
ENOUGH: Final = 0.6  # of the texture agrees: no need to look any further
_TAPER: Final = 0.15  # of the picture at each side
_BETTER: Final = 0.03  # of the texture: by so much must a later start convince more
_FAINT: Final = 0.15  # of the height of a picture's peak with itself: pure chance
_RIVAL: Final = 0.3  # of the first peak's height: a second one is worth a look


class Move(NamedTuple):
    """Of the picture's content: pixels right and down, growth; fit: the share that agrees."""

    x: float
    y: float
    zoom: float
    fit: float = 1.0

    def since(self, earlier: Move) -> Move:
        """This move, less the part that was made before."""
        zoom = (1 + self.zoom) / (1 + earlier.zoom) - 1
        return Move(self.x - earlier.x, self.y - earlier.y, zoom, self.fit)

    def near(self, other: Move) -> bool:
        """True where one is within the other's reach."""
        off = max(abs(self.x - other.x), abs(self.y - other.y))
        return off <= _NEAR and abs(self.zoom - other.zoom) <= _SWELL


STILL: Final = Move(0.0, 0.0, 0.0)
UNKNOWN: Final = Move(0.0, 0.0, 0.0, 0.0)


def movement(
    before: Small, after: Small, since: Move = STILL, last: Move = STILL, enough: float = ENOUGH
) -> Move:
    """How the content of a picture moved from one frame to another.

    since: how far it had moved before; last: by how much at last; enough: agreement of so much of
    the texture ends the search.
    """
    guess = Move(since.x + last.x, since.y + last.y, since.zoom + last.zoom)
    best, tried = UNKNOWN, list[Move]()
    for start in _starts(before, after, guess):
        if any(start.near(other) for other in tried):
            continue
        tried.append(start)
        found = _from(before, after, start)
        if not found.near(start):
            found = max(found, _from(before, after, found), key=lambda move: move.fit)
        if found.fit > best.fit + _BETTER:
            best = found
        if best.fit >= enough:
            break
    return best


def _starts(before: Small, after: Small, guess: Move) -> Iterator[Move]:
    """Where to look: as before, nowhere, where half the size points, and at the peaks."""
    yield guess
    yield STILL
    a, b = halve(before), halve(after)
    x, y, zoom, _ = _near(a, b, (0, 0), BLOCK // 2)
    yield Move(2 * x, 2 * y, zoom)
    yield from (Move(2.0 * x, 2.0 * y, 0.0) for x, y in _peaks(a, b))


def _from(before: Small, after: Small, start: Move) -> Move:
    """The move that most blocks agree on, among those close to a start."""
    if abs(start.zoom) <= _SWELL:
        return _near(before, after, (round(start.x), round(start.y)), BLOCK)
    h, w = before.shape
    scale = 1 + start.zoom
    shift = [[scale, 0, (1 - scale) * (w - 1) / 2], [0, scale, (1 - scale) * (h - 1) / 2]]
    grown: Any = cv2.warpAffine(before, np.array(shift), (w, h), borderMode=cv2.BORDER_REPLICATE)
    x, y, zoom, fit = _near(grown, after, (round(start.x), round(start.y)), BLOCK)
    return Move(x, y, scale * (1 + zoom) - 1, fit)


@lru_cache(maxsize=8)
def _window(h: int, w: int) -> tuple[Floats, Floats, int, int]:
    """What phase correlation multiplies with: pixels, frequencies; and the size it pads to."""
    high, wide = 2 * cv2.getOptimalDFTSize((h + 1) // 2), 2 * cv2.getOptimalDFTSize((w + 1) // 2)
    fy, fx = np.fft.fftfreq(high)[:, None], np.fft.fftfreq(wide)
    low = np.exp(-(fx**2 + fy**2) / (2 * 0.4**2)).astype(np.float32)
    return np.outer(_taper(h), _taper(w)).astype(np.float32), low, high, wide


def _taper(n: int) -> NDArray[np.float64]:
    """Tukey's window. Hann's would leave little but the middle, where the characters are."""
    edge = np.minimum(np.arange(n) + 0.5, n - 0.5 - np.arange(n)) / (_TAPER * n)
    return np.where(edge < 1, 0.5 - 0.5 * np.cos(np.pi * edge), 1.0)


def _peaks(before: Small, after: Small) -> list[tuple[int, int]]:
    """The whole shifts, in pixels, that phase correlation prefers: two at most, best first."""
    h, w = before.shape
    window, low, high, wide = _window(h, w)
    planes = np.zeros((2, high, wide), np.float32)
    for plane, part in zip(planes, (before, after), strict=True):
        plane[:h, :w] = (part - part.mean(dtype=np.float32)) * window
    a, b = (
        cv2.dft(plane, flags=cv2.DFT_COMPLEX_OUTPUT).view(np.complex64)[..., 0] for plane in planes
    )
    cross = b * a.conj()
    cross *= low / (np.abs(cross) + 1.0)
    flags = cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT
    surface = cv2.dft(cross.view(np.float32).reshape(high, wide, 2), flags=flags)
    y, x = divmod(int(surface.argmax()), wide)
    first = float(surface[y, x])
    if first < _FAINT * float(low.sum()):
        return []
    surface[np.ix_(np.arange(y - 1, y + 2) % high, np.arange(x - 1, x + 2) % wide)] = 0
    v, u = divmod(int(surface.argmax()), wide)
    found = [(x, y), (u, v)] if surface[v, u] > _RIVAL * first else [(x, y)]
    return [(_signed(x, wide), _signed(y, high)) for x, y in found]


def _signed(shift: int, size: int) -> int:
    return (shift + size // 2) % size - size // 2


def _near(before: Small, after: Small, shift: tuple[int, int], block: int) -> Move:
    """The move that most blocks agree on, within about a pixel of a whole shift."""
    grid = _grid(*before.shape, *shift, block)
    if grid is None:
        return UNKNOWN
    forms, energy = grid.forms(before, after)
    scale = 1.0 / (energy + TEXTURE)
    votes = energy * scale
    votes *= grid.weight
    trust = votes * scale
    width = _AGREES**2
    starts = np.array([*_AROUND, _form(*_solved(forms @ trust))], np.float32)
    alike = 1.0 / (1.0 + (starts @ forms) * (scale / width)) ** 2
    alike = alike[int((alike @ votes).argmax())]
    x = y = zoom = 0.0
    off = alike
    for _ in range(_STEPS):
        was = x, y
        x, y, zoom = _solved(forms @ (trust * alike))
        off = (np.array(_form(x, y, zoom), np.float32) @ forms) * scale
        alike *= votes
        spread = float(alike @ off) / (float(alike.sum()) + 1e-6)
        width = min(max(3.0 * spread, _FINEST**2), width)
        if abs(x - was[0]) + abs(y - was[1]) < _SETTLED:
            break
        alike = 1.0 / (1.0 + off / width) ** 2
    enough = max(float(votes.sum()), _SPARSE * float(grid.weight.sum()))
    fit = float(votes @ (off < _AGREES**2)) / enough
    return Move(x + shift[0], y + shift[1], zoom, fit)


class _Grid:
    """Blocks over two pictures, one shifted by whole pixels; only where both are."""

    def __init__(self, h: int, w: int, right: int, down: int, block: int) -> None:
        self._rows, self._cols = max(h - abs(down), 0) // block, max(w - abs(right), 0) // block
        self.blocks = self._rows * self._cols
        self._h, self._w = self._rows * block, self._cols * block
        self._before = _part(max(-right, 0), max(-down, 0), self._w, self._h)
        self._after = _part(max(right, 0), max(down, 0), self._w, self._h)
        # middles of the blocks, from the middle of the picture, halfway through the move
        x = np.arange(self._cols, dtype=np.float32) * block + (abs(right) + block - w) / 2
        y = np.arange(self._rows, dtype=np.float32) * block + (abs(down) + block - h) / 2
        self._x, self._y = np.tile(x, self._rows), np.repeat(y, self._cols)
        # the background is where the characters are not: blocks at the edge weigh more
        self.weight = 0.5 + np.maximum(np.abs(self._x) / (w / 2), np.abs(self._y) / (h / 2))
        self._slopes = np.empty((3, self._h, self._w), np.float32)
        self._products = np.empty((6, self._h, self._w), np.float32)

    def forms(self, before: Small, after: Small) -> tuple[Floats, Floats]:
        """(10, K): the squared error of each block as a quadratic form; (K,): its squared slope."""
        xx, xy, xt, yy, yt, tt = self._sums(before[self._before], after[self._after])
        x, y = self._x, self._y
        ax, ay = xx * x + xy * y, xy * x + yy * y
        forms = (xx, xy, yy, ax, ay, ax * x + ay * y, xt, yt, xt * x + yt * y, tt)
        return np.array(forms), xx + yy

    def _sums(self, before: Small, after: Small) -> Floats:
        """(6, K): means over blocks of the products xx, xy, xt, yy, yt, tt of the slopes."""
        both = cv2.add(before, after, dtype=cv2.CV_16S)
        change = cv2.subtract(after, before, dtype=cv2.CV_16S)
        slopes, products = self._slopes, self._products
        cv2.sepFilter2D(both, cv2.CV_32F, _SLOPE, _SMOOTH, dst=slopes[0])
        cv2.sepFilter2D(both, cv2.CV_32F, _SMOOTH, _SLOPE, dst=slopes[1])
        cv2.sepFilter2D(change, cv2.CV_32F, _SMOOTH, _SMOOTH, dst=slopes[2])
        np.multiply(slopes, slopes[0], out=products[:3])
        np.multiply(slopes[1:], slopes[1], out=products[3:5])
        np.multiply(slopes[2], slopes[2], out=products[5])
        sums: Any = products.reshape(6 * self._h, self._w)
        while sums.shape[1] > self._cols:
            size = (sums.shape[1] // 2, sums.shape[0] // 2)
            sums = cv2.resize(sums, size, interpolation=cv2.INTER_AREA)
        return sums.reshape(6, -1)


def _part(left: int, top: int, w: int, h: int) -> tuple[slice, slice]:
    return slice(top, top + h), slice(left, left + w)


@lru_cache(maxsize=64)
def _grid(h: int, w: int, right: int, down: int, block: int) -> _Grid | None:
    grid = _Grid(h, w, right, down, block)
    inside = abs(right) <= w * _FURTHEST and abs(down) <= h * _FURTHEST
    return grid if inside and grid.blocks >= FEWEST else None


def _form(x: float, y: float, z: float) -> tuple[float, ...]:
    """A move as the row that forms are multiplied with: gives the squared error."""
    return (x * x, 2 * x * y, y * y, 2 * x * z, 2 * y * z, z * z, 2 * x, 2 * y, 2 * z, 1.0)


def _solved(form: NDArray[Any]) -> tuple[float, float, float]:
    """The move of the least squared error of a sum of forms: Cramer's rule on 3x3."""
    a, b, d, c, e, g, x, y, z, _ = form.tolist()
    a, d, g = a + 1e-4, d + 1e-4, g + 1e-2
    da, db, dc = d * g - e * e, c * e - b * g, b * e - c * d
    dd, de, df = a * g - c * c, b * c - a * e, a * d - b * b
    det = a * da + b * db + c * dc
    return (
        -(da * x + db * y + dc * z) / det,
        -(db * x + dd * y + de * z) / det,
        -(dc * x + de * y + df * z) / det,
    )


_STEP: Final = (-1.0, -0.5, 0.5, 1.0)
_STARTS: Final = ((0.0, 0.0), *((n, 0.0) for n in _STEP), *((0.0, n) for n in _STEP))
_AROUND: Final = [_form(x, y, 0.0) for x, y in _STARTS]
