"""Motion: poses of a figure over time, as vectors that can be mixed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.studio.styles.look import Random

Pose = NDArray[np.float64]
"""(20,) what a figure does; the constants below number its parts."""

X, Y, LEAN, SQUASH, TILT, TURN = range(6)
ARM, ELBOW, ARM2, ELBOW2, LEG, KNEE, LEG2, KNEE2 = range(6, 14)
MOUTH, BLINK, GAZE_X, GAZE_Y, BROW, LAG = range(14, 20)
SIZE: Final = 20
_TURN: Final = 2 * math.pi

Motion = Callable[[float], Pose]
"""From seconds since the shot began to a pose."""


def rest() -> Pose:
    """Standing upright, arms hanging."""
    pose = np.zeros(SIZE)
    pose[[ARM, ARM2]] = 0.25, -0.25
    pose[[ELBOW, ELBOW2]] = 0.2, -0.2
    pose[[LEG, LEG2]] = 0.08, -0.08
    return pose


def eased(share: float, overshoot: float = 0.0) -> float:
    """0 to 1, slow at both ends; overshoot: how far it goes past its end on the way."""
    share = min(max(share, 0.0), 1.0)
    smooth = share * share * (3 - 2 * share)
    return smooth + overshoot * math.sin(math.pi * share) * share * 1.5


def cycle(random: Random, kind: str, rate: float) -> Motion:
    """A walk, run, sneak, dance, wave, clap, laugh, flap or breath. rate: cycles a second."""
    size = float(random.uniform(0.75, 1.25))
    start = rest() + random.normal(0, 0.04, SIZE) * 1.0
    start[[MOUTH, BLINK, X, Y, SQUASH]] = 0

    def pose(seconds: float) -> Pose:
        now = start.copy()
        _CYCLES[kind](now, _TURN * rate * seconds, size)
        return now

    return pose


def _walk(now: Pose, turn: float, size: float) -> None:
    swing = math.sin(turn)
    now[LEG], now[LEG2] = 0.55 * size * swing, -0.55 * size * swing
    now[KNEE] = -0.7 * size * max(0.0, math.cos(turn))
    now[KNEE2] = -0.7 * size * max(0.0, -math.cos(turn))
    now[ARM], now[ARM2] = -0.5 * size * swing, 0.5 * size * swing
    now[ELBOW], now[ELBOW2] = 0.35, 0.35
    now[Y] = -0.02 * size * abs(math.cos(turn))
    now[TILT], now[LAG] = 0.05 * math.sin(turn * 2), 0.3 * math.sin(turn * 2 - 1)
    now[TURN] = 0.8


def _run(now: Pose, turn: float, size: float) -> None:
    _walk(now, turn, size * 1.7)
    now[LEAN], now[ELBOW], now[ELBOW2] = 0.25, 1.4, 1.4
    now[Y] = -0.06 * size * abs(math.sin(turn))
    now[LAG] = -0.8 + 0.4 * math.sin(turn * 2)


def _sneak(now: Pose, turn: float, size: float) -> None:
    _walk(now, turn, size * 0.8)
    now[LEAN], now[SQUASH] = 0.2, 0.1 + 0.05 * math.sin(turn * 2)
    now[ARM], now[ARM2], now[ELBOW], now[ELBOW2] = 1.0, 0.8, 1.2, 1.4


def _dance(now: Pose, turn: float, size: float) -> None:
    now[ARM], now[ARM2] = 1.6 + size * math.sin(turn), -1.6 + size * math.sin(turn)
    now[X], now[LEAN] = 0.06 * math.sin(turn), 0.15 * math.sin(turn)
    now[SQUASH] = 0.06 * size * math.sin(turn * 2)
    now[TILT], now[LAG] = -0.25 * math.sin(turn - 0.6), 0.7 * math.sin(turn - 1.2)
    now[KNEE], now[KNEE2] = -0.3 * abs(math.sin(turn)), -0.3 * abs(math.cos(turn))


def _wave(now: Pose, turn: float, size: float) -> None:
    now[ARM], now[ELBOW] = 2.5, 0.5 + 0.5 * size * math.sin(turn)


def _clap(now: Pose, turn: float, size: float) -> None:
    gap = 0.35 * size * (1 + math.sin(turn))
    now[ARM], now[ARM2], now[ELBOW], now[ELBOW2] = 0.6 + gap, -0.6 - gap, -1.5, 1.5
    now[LAG] = 0.2 * math.sin(turn - 1)


def _laugh(now: Pose, turn: float, size: float) -> None:
    now[MOUTH] = 0.7 + 0.3 * math.sin(turn * 2)
    now[Y], now[SQUASH] = -0.015 * abs(math.sin(turn * 2)), 0.04 * size * math.sin(turn * 2)
    now[BLINK], now[TILT] = 1.0, -0.15 + 0.06 * math.sin(turn)


def _flap(now: Pose, turn: float, size: float) -> None:
    now[ARM], now[ARM2] = 1.5 + size * math.sin(turn), -1.5 - size * math.sin(turn)
    now[Y], now[LAG] = -0.05 * math.sin(turn - 1.2), 0.4 * math.sin(turn - 1)


def _breath(now: Pose, turn: float, size: float) -> None:
    now[SQUASH] = 0.025 * size * math.sin(turn)
    now[ARM] += 0.05 * math.sin(turn - 0.5)
    now[ARM2] -= 0.05 * math.sin(turn - 0.5)
    now[LAG] = 0.25 * math.sin(turn - 1.0)


def _bounce(now: Pose, turn: float, size: float) -> None:
    high = abs(math.sin(turn / 2))
    now[Y] = -0.5 * size * high
    now[SQUASH] = 0.3 * max(0.0, 0.3 - high) / 0.3 - 0.12 * high * abs(math.cos(turn / 2))
    now[LAG] = 0.8 * math.cos(turn / 2)
    now[ARM], now[ARM2] = 0.6 + high * 1.5, -0.6 - high * 1.5


_CYCLES: Final[dict[str, Callable[[Pose, float, float], None]]] = {
    "walk": _walk,
    "run": _run,
    "sneak": _sneak,
    "dance": _dance,
    "wave": _wave,
    "clap": _clap,
    "laugh": _laugh,
    "flap": _flap,
    "breath": _breath,
    "bounce": _bounce,
}
CYCLES: Final = tuple(_CYCLES)


@dataclass(frozen=True, slots=True)
class _Key:
    at: float
    takes: float
    pose: Pose
    overshoot: float


def acting(random: Random, seconds: float, lively: float = 1.0) -> Motion:
    """Moves between poses by lot, each held for a while, as limited animation does.

    lively: how far the poses go; 1 is broad.
    """
    keys, now, before = [], float(random.uniform(0, 0.4)), rest()
    while now < seconds:
        takes = float(random.choice([0.12, 0.2, 0.3, 0.5, 0.8]))
        before = _posed(random, before, lively)
        keys.append(_Key(now, takes, before, float(random.choice([0, 0, 0.15, 0.3]))))
        now += takes + float(random.choice([0.0, 0.1, 0.3, 0.6, 1.2]))

    def pose(moment: float) -> Pose:
        found = rest()
        for key in keys:
            if moment <= key.at:
                break
            share = eased((moment - key.at) / key.takes, key.overshoot)
            late = eased((moment - key.at - 0.08) / key.takes, key.overshoot + 0.3)
            lag = found[LAG] + (key.pose[LAG] - found[LAG]) * late
            found = found + (key.pose - found) * share
            found[LAG] = lag
        return found

    return pose


def _posed(random: Random, before: Pose, lively: float) -> Pose:
    """The next pose: all of the body, or only a part of it."""
    part = str(random.choice(["all", "all", "arm", "arm2", "head", "torso"]))
    fresh = rest() + random.normal(0, 1, SIZE) * lively * _SPREAD
    fresh[MOUTH] = float(random.choice([0, 0, 0.3, 0.8]))
    fresh[BLINK] = float(random.random() < 0.1)
    if part == "all":
        return fresh
    kept, moved = before.copy(), list(_PARTS[part])
    kept[moved] = fresh[moved]
    return kept


_SPREAD: Final = np.array(
    [
        0.05,
        0.0,
        0.12,
        0.05,
        0.18,
        0.5,
        0.9,
        0.7,
        0.9,
        0.7,
        0.18,
        0.15,
        0.18,
        0.15,
        0,
        0,
        0.6,
        0.4,
        0.6,
        0.6,
    ]
)
_PARTS: Final = {
    "arm": (ARM, ELBOW),
    "arm2": (ARM2, ELBOW2),
    "head": (TILT, TURN, GAZE_X, GAZE_Y, BROW, LAG),
    "torso": (LEAN, SQUASH, X, LAG),
}


def jump(random: Random, start: float) -> Motion:
    """Crouch, leap, fall and land, with squash and stretch."""
    high, air = float(random.uniform(0.3, 0.9)), float(random.uniform(0.35, 0.7))
    far = float(random.uniform(-0.6, 0.9))

    def pose(seconds: float) -> Pose:
        now, t = rest(), seconds - start
        if 0 <= t < 0.3:
            _crouch(now, eased(t / 0.25))
        elif 0.3 <= t < 0.3 + air:
            share = (t - 0.3) / air
            now[Y], now[X] = -high * 4 * share * (1 - share), far * share
            now[SQUASH] = -0.15 * abs(1 - 2 * share)
            now[ARM], now[ARM2], now[LAG] = 2.6, -2.6, 1.2 * (2 * share - 1)
            now[KNEE], now[KNEE2] = -0.8 * (1 - share), -1.1 * (1 - share)
        elif t >= 0.3 + air:
            now[X] = far
            _crouch(now, 1 - eased((t - 0.3 - air) / 0.35, 0.3))
        return now

    return pose


def _crouch(now: Pose, share: float) -> None:
    now[SQUASH] = 0.25 * share
    now[ARM], now[ARM2] = 0.25 - 0.9 * share, -0.25 + 0.9 * share
    now[LEG], now[KNEE], now[LEG2], now[KNEE2] = (
        0.4 * share,
        -0.6 * share,
        0.3 * share,
        -0.7 * share,
    )


def talking(random: Random, parts: str) -> Motion:
    """A held pose; only the mouth moves, or only the eyes, or both. parts: mouth, blink, both."""
    held = rest() + random.normal(0, 1, SIZE) * _SPREAD * 0.6
    held[[X, Y, SQUASH, MOUTH, BLINK]] = 0
    mouths = random.choice([0.0, 0.35, 0.7, 1.0], 64)
    blinks = sorted(random.uniform(0, 12, int(random.integers(3, 9))).tolist())
    flaps = float(random.choice([6, 8, 12]))
    pauses = random.random(16) < 0.25

    def pose(seconds: float) -> Pose:
        now = held.copy()
        if parts != "blink" and not pauses[int(seconds * 1.5) % 16]:
            now[MOUTH] = mouths[int(seconds * flaps) % 64]
        if parts != "mouth":
            now[BLINK] = max((_lid(seconds - at) for at in blinks), default=0.0)
        return now

    return pose


def _lid(since: float) -> float:
    return 0.0 if not 0 <= since < 0.25 else 0.5 if since < 0.06 or since > 0.17 else 1.0


def held(random: Random) -> Motion:
    """One pose that never changes."""
    fixed = rest() + random.normal(0, 1, SIZE) * _SPREAD
    fixed[[X, Y]] = 0
    fixed[[MOUTH, BLINK]] = float(random.random() < 0.3) * 0.6, 0.0
    return lambda _: fixed
