"""Exercises: what is hard to see, each case alone in a shot of its own, so it can be counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from sakuga.studio.cast import character
from sakuga.studio.recipe import PLACES, TIMES, Camera, Effect, Film, Role, Shot

_QUIET: Final = Role(character(np.random.default_rng(0), "girl"), blink=False)
_CAMERAS: Final = {
    "pan 0.25": Camera("pan", dx=0.25),
    "pan 0.5": Camera("pan", dx=0.5),
    "pan 1": Camera("pan", dx=-1.0),
    "pan 3": Camera("pan", dx=3.0),
    "tilt 0.5": Camera("tilt", dy=-0.5),
    "zoom": Camera("zoom", zoom=0.002),
    "pan on threes": Camera("pan", dx=1.0, zoom=0.0002, exposure=3),
    "shake": Camera("shake", dx=5.0, dy=4.0, exposure=2),
    "whip": Camera("whip", dx=90.0, start=20, length=6),
}
_ACTS: Final = {
    "mouth": replace(_QUIET, talk=True),
    "blink": replace(_QUIET, blink=True),
    "walk in place": replace(_QUIET, action="walk"),
    "nod": replace(_QUIET, action="nod"),
}
_EFFECTS: Final = {
    "flash": Effect("flash", 20, 2, exposure=1),
    "impact": Effect("impact", 20, 3, exposure=1),
    "lightning": Effect("lightning", 12, 28, exposure=1),
    "cover": Effect("cover", 10, 26, exposure=1),
    "rain": Effect("rain", exposure=1),
    "explosion": Effect("explosion", 10, 24, exposure=2),
}
CASES: Final = (*_ACTS, "mouth from afar", "distant 3", "distant 6", "distant 10", *_CAMERAS,
                "twos under a pan", *_EFFECTS, "hold")  # fmt: skip
"""The cases, in the order of their shots."""


def exercises(seed: int, width: int = 854, height: int = 480, frames: int = 60) -> Film:
    """A film with one shot for each of CASES, joined by hard cuts.

    Nothing changes in a shot but what its case names. The pan on threes lasts 250 frames, the
    others `frames`.
    """
    random = np.random.default_rng([seed, 51])
    return Film(seed, tuple(_shot(random, case, frames) for case in CASES), width, height)


def _shot(random: np.random.Generator, case: str, frames: int) -> Shot:
    """A still shot, in which one thing is set in motion."""
    kind = str(random.choice(["girl", "boy", "woman", "cat", "dog", "fox"]))
    role = replace(_ACTS.get(case, _QUIET), who=character(random, kind))
    still = Shot(
        seed=int(random.integers(2**31)),
        frames=frames,
        place=str(random.choice(PLACES)),
        time=str(random.choice(TIMES)),
        exposure=str(random.choice(["ones", "twos", "threes"])),
        roles=(role,),
        camera=_CAMERAS.get(case, Camera()),
        effects=(_EFFECTS[case],) if case in _EFFECTS else (),
        framing="medium",
        mover=0,
    )
    changes: dict[str, Shot] = {
        "mouth from afar": replace(still, framing="wide", roles=(replace(role, talk=True),)),
        "pan on threes": replace(still, frames=250, exposure="hold"),
        "twos under a pan": replace(
            still,
            exposure="twos",
            camera=Camera("pan", dx=2.0),
            roles=(replace(role, action="dance"),),
        ),
        "hold": replace(still, exposure="hold"),
    }
    if case.startswith("distant"):
        return replace(still, framing="wide", mover=int(case.split()[1]), roles=())
    return changes.get(case, still)
