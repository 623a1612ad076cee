"""In what format a finetuned Stable Video Diffusion learnt to draw, as its UNet's config tells it.

The config's key begins with `_`: such keys diffusers keeps, writes again and never asks about. So
the format goes wherever the weights go: in a folder that is moved, in a repository, in a pipeline
that diffusers saves anew. `num_frames` is diffusers' own field, which its pipeline follows too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

KEY: Final = "_trained_on"
FPS: Final = 7  # upstream's pipeline tells a net this where training told no one number ...
MOTION: Final = 127  # ... and this
_TOLD: Final = ("frames", "width", "height", "fps", "motion")
_MANY: Final = {"fps": ("timing", FPS), "motion": ("dynamic", MOTION)}


@dataclass(frozen=True, slots=True)
class Format:
    """keyframes: how many are drawn at once. width, height: of each, in pixels. fps, motion_bucket:
    what the net is told of its film."""

    keyframes: int
    width: int
    height: int
    fps: int
    motion_bucket: int


def as_config(clips: Any) -> dict[str, Any]:
    """What a UNet's config says of the clips of a run of `train svd`, its recipe's section."""
    return {"num_frames": clips.frames, KEY: {name: getattr(clips, name) for name in _TOLD}}


def format_of(told: Any) -> Format:
    """From what `as_config` keeps under KEY, or a run's page under `clips`; other keys are passed
    over. Where each clip had its own fps or motion, upstream's own. Raises ValueError."""
    if not isinstance(told, Mapping):
        raise ValueError(f"{told!r} tells no format")
    page = cast("Mapping[str, Any]", told)
    return Format(*(_number(name, page.get(name)) for name in _TOLD))


def _number(name: str, value: Any) -> int:
    word, upstream = _MANY.get(name, (None, 0))
    if word is not None and value == word:
        return upstream
    if type(value) is not int or value < (0 if name == "motion" else 1):
        raise ValueError(f"{name} = {value!r} is no number that can be")
    return value
