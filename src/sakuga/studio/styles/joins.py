"""Joins: how one shot follows another, and the frames that bear both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from sakuga.studio.sequence import TransitionKind
from sakuga.studio.styles.look import Image, Points, Random


@dataclass(frozen=True, slots=True)
class Join:
    """kind: "" for a cut; frames: length of the whole transition; hold: frames of it that are
    wholly black or white in the middle of a fade; style: which wipe, iris or page."""

    kind: TransitionKind | None = None
    frames: int = 0
    hold: int = 0
    style: int = 0
    soft: float = 0.0

    @property
    def overlap(self) -> int:
        """Frames in which both shots run."""
        return self.frames if self.kind in ("dissolve", "wipe", "page_turn") or self._through else 0

    @property
    def _through(self) -> bool:
        return self.kind == "iris" and self.style % 2 == 1

    @property
    def sides(self) -> tuple[int, int]:
        """Frames of the earlier and of the later shot that it takes, if they do not overlap."""
        if self.kind is None or self.overlap:
            return 0, 0
        free = self.frames - self.hold
        return free - free // 2, free // 2


CUT: Final = Join()


def join(random: Random, rate: float, most: int) -> Join:
    """A transition by lot. rate: frames a second; most: its longest."""
    kind: TransitionKind = _KINDS[int(random.choice(len(_KINDS), p=_SHARES))]
    seconds = float(random.choice([0.1, 0.2, 0.3, 0.5, 0.8, 1, 1.5, 2, 3, 4, 6]))
    if kind == "blur":
        seconds = float(random.integers(5, 8)) / rate
    if kind in ("wipe", "iris", "page_turn"):
        seconds = float(random.uniform(0.25, 1.6))
    frames = min(max(round(seconds * rate), 2), most)
    hold = (
        int(random.choice([0, 0, 1, 2, 6, 12])) if kind.startswith("fade") or kind == "iris" else 0
    )
    return Join(
        kind, frames + hold, hold, int(random.integers(64)), float(random.choice([0, 0, 0, 0.1]))
    )


_KINDS: Final[tuple[TransitionKind, ...]] = (
    "dissolve",
    "fade_black",
    "fade_white",
    "wipe",
    "iris",
    "page_turn",
    "blur",
)
_SHARES: Final = (0.4, 0.16, 0.07, 0.14, 0.08, 0.06, 0.09)


def between(one: Image, two: Image, how: Join, step: int) -> Image:
    """Frame `step` (from 0) of a join in which both shots run."""
    share = (step + 1) / (how.frames + 1)
    return _OVERLAPS[str(how.kind)](one, two, how, share)


def alone(image: Image, how: Join, share: float, leaves: bool) -> Image:
    """A frame of one shot in a fade, an iris or a blur. share: of the shot that is still seen,
    1 to 0; leaves: it is the earlier shot."""
    if how.kind == "blur":
        return _blurred(image, how, 1 - share, leaves)
    if how.kind == "iris":
        return _opened(image, np.zeros_like(image), share)
    return np.asarray(cv2.addWeighted(image, share, solid(image, how), 1 - share, 0), np.uint8)


def solid(image: Image, how: Join) -> Image:
    """What a fade or an iris goes through."""
    return np.full_like(image, 255 if how.kind == "fade_white" else 0)


def _dissolved(one: Image, two: Image, _how: Join, share: float) -> Image:
    return np.asarray(cv2.addWeighted(one, 1 - share, two, share, 0), np.uint8)


def _ramp(image: Image, style: int) -> Points:
    """(H, W) 0 to 1: when a wipe reaches each pixel."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    kinds: tuple[Callable[[], Points], ...] = (
        lambda: x,
        lambda: 1 - x,
        lambda: y,
        lambda: 1 - y,
        lambda: (x + y) / 2,
        lambda: (1 - x + y) / 2,
        lambda: np.abs(x - 0.5) * 2,
        lambda: 1 - np.abs(x - 0.5) * 2,
        lambda: (np.arctan2(x - 0.5, 0.5 - y) / (2 * np.pi)) % 1.0,
        lambda: x * 6 % 1.0,
    )
    return np.asarray(kinds[style % len(kinds)](), np.float64)


def _wiped(one: Image, two: Image, how: Join, share: float) -> Image:
    ramp = _ramp(one, how.style)
    if how.soft:
        weight = np.clip((share * (1 + how.soft) - ramp) / how.soft, 0, 1)[:, :, None]
        return np.asarray(one * (1 - weight) + two * weight, np.uint8)
    return np.asarray(np.where((ramp < share)[:, :, None], two, one), np.uint8)


def _opened(inside: Image, outside: Image, share: float) -> Image:
    """A circle of the one picture in the other. share: 1 covers all."""
    height, width = inside.shape[:2]
    reach = share * float(np.hypot(width, height)) * 0.5
    mask = np.zeros((height, width), np.uint8)
    cv2.circle(mask, (width // 2, height // 2), round(reach), 255, -1, cv2.LINE_AA)
    weight = mask[:, :, None].astype(np.float32) / 255
    return np.asarray(inside * weight + outside * (1 - weight), np.uint8)


def _irised(one: Image, two: Image, _how: Join, share: float) -> Image:
    return _opened(two, one, share)


def _turned(one: Image, two: Image, how: Join, share: float) -> Image:
    """The earlier picture is turned over like a page, from the right or from the left."""
    if how.style % 2:
        one, two = one[:, ::-1], two[:, ::-1]
    height, width = one.shape[:2]
    edge = round(width * (1 - share))
    fold = min(max(round(width * 0.18 * np.sin(np.pi * share)) + 2, 1), edge) if edge else 0
    now = two.copy()
    now[:, :edge] = one[:, :edge]
    if fold:
        back = np.linspace(150, 235, fold)[None, :, None].repeat(height, 0)
        now[:, edge - fold : edge] = np.asarray(back.repeat(3, 2), np.uint8)
    shade = now[:, edge : edge + fold // 2]
    now[:, edge : edge + fold // 2] = shade // 2
    return np.ascontiguousarray(now[:, ::-1]) if how.style % 2 else now


def _blurred(image: Image, how: Join, share: float, leaves: bool) -> Image:
    """A picture that is smeared or rushed at, the more the nearer the change of shots."""
    height, width = image.shape[:2]
    if how.style % 2:
        zoom = 1 + share * (1.5 if leaves else 0.8)
        turn = np.array([[zoom, 0, width / 2 * (1 - zoom)], [0, zoom, height / 2 * (1 - zoom)]])
        image = np.asarray(cv2.warpAffine(image, turn, (width, height)), np.uint8)
    wide = max(round(share * width * 0.16), 1)
    high = 1 if how.style % 4 < 2 else wide
    return np.asarray(cv2.blur(image, (wide, high)), np.uint8)


_OVERLAPS: Final[dict[str, Callable[[Image, Image, Join, float], Image]]] = {
    "dissolve": _dissolved,
    "wipe": _wiped,
    "iris": _irised,
    "page_turn": _turned,
}
