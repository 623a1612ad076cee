"""A pose: every joint of a body at one drawing; and the poses of each action."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final

TAU: Final = 2 * math.pi


@dataclass(frozen=True, slots=True)
class Pose:
    """Lengths in heights of the figure, angles in radians.

    y: feet off the ground; bob: hips lowered; lean: neck forward of the hips; tilt, head_y: of
    the head; turn: where it faces, -1 left to 1 right; near, far: arms (upper, fore) away from
    straight down, positive outwards; near_foot, far_foot: (forward, up); sway: of hair and cloth.
    """

    y: float = 0.0
    bob: float = 0.0
    lean: float = 0.0
    tilt: float = 0.0
    head_y: float = 0.0
    turn: float = 0.55
    near: tuple[float, float] = (0.16, 0.10)
    far: tuple[float, float] = (0.16, 0.10)
    near_foot: tuple[float, float] = (-0.045, 0.0)
    far_foot: tuple[float, float] = (0.045, 0.0)
    sway: float = 0.0
    stretch: float = 0.0


_OFF_BEAT: Final = 0.3
"""Away from the turning points of a swing, where two drawings in a row would be the same."""

Clock = Callable[[float], Pose]
"""Frame number since the shot began to pose."""


def _walk(t: float) -> Pose:
    return _stride(t / 24, 0.13, 0.05, 0.45, 0.02)


def _run(t: float) -> Pose:
    pose = _stride(t / 12, 0.20, 0.13, 0.9, 0.05)
    bounce = abs(math.sin(TAU * t / 12))
    return replace(
        pose,
        y=0.05 * bounce,
        lean=0.07,
        near=(pose.near[0], pose.near[1] + 1.3),
        far=(pose.far[0], pose.far[1] - 1.3),
    )


def _stride(phase: float, reach: float, lift: float, swing: float, bob: float) -> Pose:
    step = math.sin(TAU * phase)
    near_up, far_up = max(0.0, math.cos(TAU * phase)), max(0.0, -math.cos(TAU * phase))
    return Pose(
        bob=bob * abs(step),
        lean=0.015,
        near_foot=(reach * step, lift * near_up),
        far_foot=(-reach * step, lift * far_up),
        near=(swing * step + 0.05, swing * step - 0.25),
        far=(swing * step - 0.05, swing * step + 0.25),
        sway=0.03 * math.cos(2 * TAU * phase),
        turn=0.8,
    )


def _jump(t: float) -> Pose:
    phase = (t % 36) / 36
    if phase < 0.25 or phase > 0.85:
        crouch = math.sin(math.pi * (phase / 0.25 if phase < 0.25 else (phase - 0.85) / 0.15))
        return Pose(bob=0.09 * crouch, near=(-0.5 * crouch, 0.2), far=(-0.5 * crouch, 0.2))
    rise = math.sin(math.pi * (phase - 0.25) / 0.6)
    up = 0.4 + 1.9 * rise
    return Pose(
        y=0.22 * rise, near=(up, up + 0.3), far=(up, up + 0.3), sway=0.06 * rise,
        stretch=0.03 * rise,
        near_foot=(-0.07, 0.05 * rise), far_foot=(0.06, 0.0),
    )  # fmt: skip


def _wave(t: float) -> Pose:
    swing = 0.42 * math.sin(TAU * t / 12)
    return Pose(near=(2.1, 2.75 + swing), tilt=0.05, turn=0.35, sway=0.008 * swing)


def _turn(t: float) -> Pose:
    phase = (t % 48) / 48
    side = math.cos(TAU * phase)
    return Pose(turn=0.8 * max(-1.0, min(1.0, 1.6 * side)), sway=0.04 * math.sin(TAU * phase))


def _nod(t: float) -> Pose:
    down = 0.5 - 0.5 * math.cos(TAU * t / 24)
    return Pose(head_y=0.022 * down, lean=0.012 * down, turn=0.4)


def _look(t: float) -> Pose:
    phase = (t % 72) / 72
    return Pose(turn=0.85 * math.sin(TAU * phase), tilt=0.04 * math.sin(TAU * phase))


def _dance(t: float) -> Pose:
    beat = math.sin(TAU * t / 24)
    other = math.cos(TAU * t / 24)
    return Pose(
        bob=0.035 * abs(other), lean=0.06 * beat, tilt=0.12 * beat, turn=0.3 * beat,
        sway=-0.06 * beat,
        near=(1.5 + 0.8 * beat, 2.3 + 0.9 * beat), far=(1.5 - 0.8 * beat, 2.3 - 0.9 * beat),
        near_foot=(-0.06, 0.05 * max(0.0, beat)), far_foot=(0.06, 0.05 * max(0.0, -beat)),
    )  # fmt: skip


def _cheer(t: float) -> Pose:
    pump = 0.5 - 0.5 * math.cos(TAU * t / 16)
    arm = (2.2 + 0.55 * pump, 2.4 + 0.65 * pump)
    return Pose(y=0.03 * pump, near=arm, far=arm, sway=0.03 * pump, turn=0.2, stretch=0.02 * pump)


def _point(t: float) -> Pose:
    out = min(1.0, (t % 72) / 10) if t % 72 < 56 else max(0.0, 1 - (t % 72 - 56) / 10)
    ease = out * out * (3 - 2 * out)
    return Pose(far=(0.16 + 1.45 * ease, 0.10 + 1.5 * ease), lean=0.03 * ease, turn=0.75)


def _bow(t: float) -> Pose:
    phase = min(1.0, (t % 60) / 40)
    down = math.sin(math.pi * phase) ** 2
    return Pose(lean=0.13 * down, head_y=0.075 * down, tilt=0.45 * down, turn=0.6)


def _laugh(t: float) -> Pose:
    shake = 0.5 - 0.5 * math.cos(TAU * t / 8)
    return Pose(head_y=0.012 * shake, bob=0.008 * shake, tilt=-0.10, near=(0.55, -1.1), turn=0.3)


def _punch(t: float) -> Pose:
    phase = (t % 24) / 24
    out = max(0.0, math.sin(TAU * (phase - 0.3))) ** 0.5
    back = max(0.0, math.sin(TAU * (phase + 0.2)))
    return Pose(
        far=(0.5 + 1.05 * out - 0.5 * back, 2.3 - 0.75 * out), near=(0.3, -1.9), turn=0.85,
        lean=0.09 * out - 0.05 * back, bob=0.03, near_foot=(-0.13, 0.0), far_foot=(0.12, 0.0),
    )  # fmt: skip


def _clap(t: float) -> Pose:
    apart = 0.5 - 0.5 * math.cos(TAU * t / 8)
    arm = (0.35 + 0.35 * apart, -0.95 + 1.3 * apart)
    return Pose(near=arm, far=arm, turn=0.3, tilt=0.03)


def _stand(_t: float) -> Pose:
    return Pose()


CLOCKS: Final[dict[str, Clock]] = {
    "stand": _stand, "walk": _walk, "run": _run, "jump": _jump, "wave": _wave, "turn": _turn,
    "nod": _nod, "look around": _look, "dance": _dance, "cheer": _cheer, "point": _point,
    "bow": _bow, "laugh": _laugh, "punch": _punch, "clap": _clap,
}  # fmt: skip


def pose_at(action: str, frame: int) -> Pose:
    """The pose of an action at a frame, rounded so that a cycle returns to equal poses."""
    pose = CLOCKS[action](frame + _OFF_BEAT)
    rounded = {f.name: _rounded(getattr(pose, f.name)) for f in fields(Pose)}
    return replace(pose, **rounded)


def _rounded(value: float | tuple[float, float]) -> float | tuple[float, float]:
    if isinstance(value, tuple):
        return round(value[0], 4) + 0.0, round(value[1], 4) + 0.0
    return round(value, 4) + 0.0
