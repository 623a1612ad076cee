"""Things to hold. Units as in `figure`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from sakuga.studio.brush import Cel, curve, limb, oval
from sakuga.studio.model import Paints
from sakuga.studio.palette import mix, paint
from sakuga.studio.pose import Pose

Hand = tuple[float, float]


def draw_prop(cel: Cel, prop: str, paints: Paints, hand: Hand, pose: Pose) -> None:
    """A prop in a hand; nothing when it has no name."""
    if prop:
        _PAINTERS[prop](cel, paints, hand, pose)


def _balloon(cel: Cel, paints: Paints, hand: Hand, pose: Pose) -> None:
    x, y = hand
    lean = pose.sway * 1.2
    top = min(y - 0.42, -1.02)
    cel.inked(
        curve(
            [(x, y), (x - 0.02 - lean, (y + top) / 2), (x - 0.03 - lean, top + 0.13)], closed=False
        ),
        0.6,
    )
    cel.shape(oval(x - 0.03 - lean, top, 0.105, 0.128), paints.accent, shade=0.14)
    knot = np.array(
        [
            (x - 0.03 - lean, top + 0.125),
            (x - 0.045 - lean, top + 0.15),
            (x - 0.015 - lean, top + 0.15),
        ]
    )
    cel.shape(knot, paints.accent, line=0.8)
    cel.shape(
        oval(x - 0.068 - lean, top - 0.05, 0.018, 0.034, 0.5),
        mix(paints.accent, paints.white, 0.7),
        line=0,
    )


def _wand(cel: Cel, paints: Paints, hand: Hand, _pose: Pose) -> None:
    x, y = hand
    tip = (x - 0.08, y - 0.19)
    cel.shape(
        limb([(x + 0.02, y + 0.05), tip], [0.016, 0.014]),
        mix(paints.shoe, paint("8d5f3f"), 0.6),
        line=0.8,
    )
    angle = np.arange(10) * (np.pi / 5)
    radius = np.where(np.arange(10) % 2 == 0, 0.06, 0.026)
    star = np.stack([tip[0] + np.sin(angle) * radius, tip[1] - np.cos(angle) * radius], 1)
    cel.shape(star, mix(paints.white, paint("ffce3d"), 0.85), shade=0.15)


def _flag(cel: Cel, paints: Paints, hand: Hand, pose: Pose) -> None:
    x, y = hand
    wave = pose.sway
    cel.shape(
        limb([(x, y + 0.06), (x, y - 0.34)], [0.014, 0.014]),
        mix(paints.shoe, paint("8d5f3f"), 0.6),
        line=0.8,
    )
    cloth = [
        (x, y - 0.34),
        (x - 0.08, y - 0.36 + wave),
        (x - 0.20, y - 0.33 - wave),
        (x - 0.20, y - 0.20 - wave),
        (x - 0.08, y - 0.23 + wave),
        (x, y - 0.21),
    ]
    cel.shape(np.array(cloth), paints.accent, shade=0.14)


def _flower(cel: Cel, paints: Paints, hand: Hand, _pose: Pose) -> None:
    x, y = hand
    cel.stroke(
        curve([(x + 0.01, y + 0.06), (x, y - 0.04), (x - 0.02, y - 0.13)], closed=False),
        mix(paints.ink, paint("4fa050"), 0.85),
        0.012,
    )
    for petal in range(6):
        turn = petal * np.pi / 3
        cel.shape(
            oval(x - 0.02 + 0.030 * np.cos(turn), y - 0.145 + 0.030 * np.sin(turn), 0.021, 0.021),
            paints.accent,
            line=0.6,
        )
    cel.shape(
        oval(x - 0.02, y - 0.145, 0.019, 0.019), mix(paints.white, paint("ffce3d"), 0.85), line=0.6
    )


def _umbrella(cel: Cel, paints: Paints, hand: Hand, _pose: Pose) -> None:
    x, y = hand
    top = min(y - 0.30, -1.10)
    cel.shape(limb([(x, y + 0.05), (x, top)], [0.013, 0.013]), paints.shoe, line=0.8)
    dome = [
        (x - 0.32, top + 0.08),
        (x - 0.24, top - 0.07),
        (x, top - 0.15),
        (x + 0.24, top - 0.07),
        (x + 0.32, top + 0.08),
    ]
    hem = [
        (x + 0.21, top + 0.045),
        (x + 0.105, top + 0.085),
        (x, top + 0.045),
        (x - 0.105, top + 0.085),
        (x - 0.21, top + 0.045),
    ]
    cel.shape(np.vstack([curve(dome, closed=False), np.array(hem)]), paints.accent, shade=0.10)
    for rib in (-0.105, 0.105):
        cel.inked(
            curve(
                [(x, top - 0.15), (x + rib * 0.85, top - 0.06), (x + rib, top + 0.08)], closed=False
            ),
            0.6,
        )


def _ball(cel: Cel, paints: Paints, hand: Hand, _pose: Pose) -> None:
    x, y = hand
    cel.shape(oval(x - 0.01, y + 0.045, 0.072, 0.072), paints.accent, shade=0.2)
    cel.stroke(
        curve([(x - 0.08, y + 0.03), (x - 0.01, y + 0.055), (x + 0.06, y + 0.03)], closed=False),
        paints.white,
        0.014,
    )


Painter = Callable[[Cel, Paints, Hand, Pose], None]
_PAINTERS: Final[dict[str, Painter]] = {
    "balloon": _balloon, "wand": _wand, "flag": _flag, "flower": _flower, "umbrella": _umbrella,
    "ball": _ball,
}  # fmt: skip
