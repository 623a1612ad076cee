"""Camera moves: where the camera looks on each frame of a shot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.studio.styles.look import Points, Random

KINDS: Final = (
    "pan",
    "tilt",
    "diagonal",
    "zoom in",
    "zoom out",
    "push",
    "whip",
    "shake",
    "drift",
    "roll",
)


@dataclass(frozen=True, slots=True)
class Path:
    """A camera's way. right, down: (T,) heights of the picture from its rest; zoom: (T,) 1 and
    more; roll: (T,) radians; blur: (T,) heights of the picture smeared along the way."""

    right: Points
    down: Points
    zoom: Points
    roll: Points
    blur: Points

    def still(self) -> bool:
        """The camera stands at its rest all the time."""
        moved = np.abs(self.right).max() + np.abs(self.down).max() + np.abs(self.roll).max()
        return float(moved) == 0.0 and float(np.abs(self.zoom - 1).max()) == 0.0


def rest(frames: int) -> Path:
    """A camera that never moves."""
    zeros = np.zeros(frames)
    return Path(zeros, zeros, zeros + 1, zeros, zeros)


def way(random: Random, kind: str, frames: int, rate: float) -> Path:
    """A move of a kind by lot; `static` rests. rate: frames a second."""
    found = rest(frames)
    if kind == "static" or frames < 2:
        return found
    t = _course(random, frames)
    if kind == "shake":
        return _shaken(random, frames, found)
    if kind == "whip":
        return _whipped(random, frames, found)
    if kind == "drift":
        return _drift(random, frames, rate)
    if kind == "roll":
        turn = float(random.uniform(-0.15, 0.15))
        return Path(found.right, found.down, found.zoom * 1.25, t * turn, found.blur)
    if kind in ("zoom in", "zoom out", "push"):
        most = float(random.uniform(1.03, 1.1) if kind == "push" else random.uniform(1.15, 1.9))
        zoom = most ** (1 - t if kind == "zoom out" else t)
        return Path(found.right, found.down, zoom, found.roll, found.blur)
    far = float(random.uniform(0.1, 0.8)) * float(random.choice([-1, 1])) * min(frames / rate, 1.5)
    right = t * far * (kind != "tilt")
    down = t * (far * 0.45 if kind == "tilt" else far * 0.3 if kind == "diagonal" else 0.0)
    return Path(right, down, found.zoom, found.roll, found.blur)


def _course(random: Random, frames: int) -> Points:
    """0 to 1: even or eased, through the whole shot or only a part of it; seldom on twos."""
    start = float(random.choice([0, 0, 0, 0.25]))
    end = float(random.choice([1, 1, 1, 0.75]))
    t = np.clip((np.arange(frames) / max(frames - 1, 1) - start) / (end - start), 0, 1)
    if random.random() < 0.5:
        t = t * t * (3 - 2 * t)
    if random.random() < 0.1:
        t = t[np.arange(frames) // 2 * 2]
    return t


def _shaken(random: Random, frames: int, found: Path) -> Path:
    start = int(random.integers(0, max(frames // 2, 1)))
    length = int(random.integers(4, 30))
    size = float(random.uniform(0.006, 0.04))
    fade = np.zeros(frames)
    span = min(length, frames - start)
    fade[start : start + span] = np.linspace(1, 0.2, span)
    jolts = random.uniform(-1, 1, (2, frames)) * fade * size
    return Path(jolts[0], jolts[1], found.zoom, found.roll, found.blur)


def _whipped(random: Random, frames: int, found: Path) -> Path:
    length = int(random.integers(4, 9))
    start = int(random.integers(0, max(frames - length, 1)))
    far = float(random.choice([-1, 1]) * random.uniform(1.2, 2.2))
    t = np.clip((np.arange(frames) - start) / length, 0, 1)
    t = t * t * (3 - 2 * t)
    right = t * far
    speed = np.abs(np.diff(right, prepend=right[0]))
    return Path(right, found.down, found.zoom, found.roll, speed * 0.8)


def _drift(random: Random, frames: int, rate: float) -> Path:
    """A hand-held camera."""
    t = np.arange(frames) / rate
    waves = random.uniform(0.3, 1.4, 4), random.uniform(0, 6, 4)
    size = float(random.uniform(0.006, 0.02))
    right = (np.sin(6.28 * waves[0][0] * t + waves[1][0]) + np.sin(6.28 * waves[0][1] * t)) * size
    down = (np.sin(6.28 * waves[0][2] * t + waves[1][2]) + np.sin(6.28 * waves[0][3] * t)) * size
    zeros = np.zeros(frames)
    return Path(right, down, zeros + 1, zeros, zeros)


def matrix(
    path: Path, t: int, size: tuple[int, int], rest_at: Points, depth: float
) -> NDArray[np.float64]:
    """(2, 3) from the stage to the picture. size: (width, height); rest_at: the stage's
    pixel that is the picture's middle at rest; depth: share of the move, 0 far off to 1 and
    more near."""
    height = size[1]
    centre = rest_at + np.array([path.right[t], path.down[t]]) * height * depth
    zoom = 1 + (path.zoom[t] - 1) * depth
    cos, sin = zoom * np.cos(path.roll[t]), zoom * np.sin(path.roll[t])
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.hstack([turn, (np.array(size) / 2 - turn @ centre)[:, None]])


def margins(path: Path, height: int, depth: float) -> tuple[int, int, Points]:
    """Pixels by which a stage is wider and higher than the picture, and how far its rest lies
    right of and below the middle of the smallest one."""
    low = np.array([min(path.right.min(), 0), min(path.down.min(), 0)]) * height * depth
    high = np.array([max(path.right.max(), 0), max(path.down.max(), 0)]) * height * depth
    extra = np.ceil(high - low).astype(int) + (4 if not path.still() else 0)
    return int(extra[0]), int(extra[1]), -(low + high) / 2
