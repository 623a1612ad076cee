"""Films as `split` reads them, drawn as numbers: no file, no decoder."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.measures import WIDTH
from sakuga.core.records import Clip, Signals, Video

DETAIL = 400.0  # variance inside the cells of a picture


@dataclass(frozen=True)
class Run:
    """Frames (T, 72) of the grid, their detail (T,) and their kinship (T,) with the one before."""

    grid: NDArray[np.float64]
    detail: NDArray[np.float64]
    kinship: NDArray[np.float64]

    def __add__(self, other: Run) -> Run:
        return Run(
            np.concatenate([self.grid, other.grid]),
            np.concatenate([self.detail, other.detail]),
            np.concatenate([self.kinship, other.kinship]),
        )

    def __len__(self) -> int:
        return len(self.grid)


def picture(seed: int) -> NDArray[np.float64]:
    """A picture's 72 means: luma 40 to 210, colours around 128."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.uniform(40, 210, 48), random.uniform(100, 156, 24)])


BLACK = np.concatenate([np.full(48, 16.0), np.full(24, 128.0)])
WHITE = np.concatenate([np.full(48, 235.0), np.full(24, 128.0)])


def shot(seed: int, frames: int, on: int = 2, acting: float = 4.0) -> Run:
    """A place with somebody in it who moves on ones, twos, threes, ...: two of the 48 cells."""
    random = np.random.default_rng([seed, 1])
    grid = np.tile(picture(seed), (frames, 1))
    for start in range(0, frames, on):
        grid[start : start + on, random.integers(0, 48, 2)] += random.normal(0, 8 * acting, 2)
    return Run(grid, np.full(frames, DETAIL), np.array([0.02] + [0.9] * (frames - 1)))


def even(colour: NDArray[np.float64], frames: int) -> Run:
    """Nothing but black or white."""
    return Run(np.tile(colour, (frames, 1)), np.zeros(frames), np.zeros(frames))


def pan(seed: int, frames: int, on: int, cells: float) -> Run:
    """The camera goes over a wide picture, so many cells to the right with every move."""
    random = np.random.default_rng([seed, 2])
    steps = np.arange(frames) // on * cells
    wide = np.repeat(random.uniform(40, 210, (6, 12 + int(steps[-1]))), 8, axis=1)
    smooth = np.stack([np.convolve(row, np.ones(16) / 16, "same") for row in wide])
    colour = picture(seed)[48:]
    views = [smooth[:, int(8 * s) : int(8 * s) + 64].reshape(6, 8, 8) for s in steps]
    rows = [np.concatenate([view.mean(2).ravel(), colour]) for view in views]
    return Run(np.stack(rows), np.full(frames, DETAIL), np.full(frames, 0.5))


def dissolve(before: Run, after: Run, frames: int) -> Run:
    """The last frames of one run over the first of the next."""
    share = (np.arange(1, frames + 1) / (frames + 1))[:, None]
    mixed = Run(
        before.grid[-frames:] * (1 - share) + after.grid[:frames] * share,
        before.detail[-frames:] * (1 - share[:, 0]) ** 2 + after.detail[:frames] * share[:, 0] ** 2,
        np.full(frames, 0.9),
    )
    return part(before, 0, len(before) - frames) + mixed + part(after, frames, len(after))


def faded(run: Run, colour: NDArray[np.float64], into: int = 0, out: int = 0) -> Run:
    """A run whose first frames come from a colour, and whose last ones go to it."""
    share = np.ones(len(run))
    share[:into] = np.arange(1, into + 1) / (into + 1)
    share[len(run) - out :] = np.arange(out, 0, -1) / (out + 1)
    grid = run.grid * share[:, None] + colour * (1 - share[:, None])
    return Run(grid, run.detail * share**2, run.kinship)


def part(run: Run, start: int, end: int) -> Run:
    """Frames [start, end) of a run."""
    return Run(run.grid[start:end], run.detail[start:end], run.kinship[start:end])


def signals(run: Run, **columns: Any) -> Signals:
    """What `scan` would have measured at 24 frames a second in ticks of a thousandth."""
    grid = np.clip(np.rint(run.grid), 0, 255)
    known: dict[str, Any] = {
        "id": "v" * 64, "frames": len(run), "damaged": 0,
        "pts": np.rint(np.arange(len(run)) * 1000 / 24).astype(np.int64),
        "grid": grid.astype(np.uint8).ravel(),
        "contrast": np.sqrt(run.detail + grid[:, :48].var(axis=1)).astype(np.float32),
        "kinship": run.kinship.astype(np.float32),
        "hsv_change": np.zeros(0, np.int32),
        "ink": np.repeat(np.sqrt(run.detail).astype(np.uint8), 48),
        "measures": np.random.default_rng(0).integers(0, 255, len(run) * WIDTH, dtype=np.uint8),
        "match": np.full(len(run), -1, np.int32),
    } | columns  # fmt: skip
    nothing = np.zeros(len(run), np.float32)
    return Signals(**{f.name: known.get(f.name, nothing) for f in dataclasses.fields(Signals)})


def video(width: int = 640, height: int = 360) -> Video:
    """The video of those signals."""
    known = {
        "width": width, "height": height, "rotation": 0, "sample_aspect": Fraction(1),
        "frame_rate": Fraction(24), "time_base": Fraction(1, 1000), "id": "v" * 64,
        "user_tags": [], "duration": None,
    }  # fmt: skip
    return Video(**{f.name: known.get(f.name, "") for f in dataclasses.fields(Video)})


def borders(found: Sequence[Clip]) -> list[tuple[str, int]]:
    """How each clip after the first begins, and where."""
    return [(clip.opens, clip.start) for clip in found[1:]]
