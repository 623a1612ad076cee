"""How a contrastive run is made (§4.1): a profile's sections as frozen recipes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Interval
from pydantic.dataclasses import dataclass as checked_dataclass

from sakuga.core.profile import Room
from sakuga.core.recipe import where
from sakuga.train.recipe import Count, Share, sections_of


@checked_dataclass(frozen=True, slots=True)
class Net:
    """Which nets. start: a checkpoint's file, a name in `models.public`, or nothing.

    image: side of a frame in pixels; None as the size has it. tokens: whose tokeniser reads
    captions; CLIP's needs no download, and VideoMamba from nothing learns with it as well.
    text: whether the text tower learns. temperature: at the start; None as the net or its
    checkpoint has it. checkpoints: blocks computed again in the backward pass.
    """

    family: Literal["viclip", "videomamba"] = "viclip"
    size: str = "tiny"
    image: Annotated[int, Ge(8)] | None = None
    start: str = ""
    tokens: Literal["clip", "bert"] = "clip"
    text: Literal["train", "freeze"] = "train"
    drop_path: Annotated[float, Interval(ge=0, lt=1)] = 0.0
    temperature: Annotated[float, Gt(0)] | None = None
    checkpoints: Annotated[int, Ge(0)] = where(0)


@checked_dataclass(frozen=True, slots=True)
class Clips:
    """What is taken of each clip. frames: keyframes, drawn anew each time (§4.1: 8).

    mask: share of the patches that is dropped (§4.1: 0.9); how: see `models.masks`. flip: half of
    the clips are mirrored. workers: processes that read and crop.
    """

    frames: Count = 8
    mask: Annotated[float, Interval(ge=0, lt=1)] = 0.9
    how: Literal["anywhere", "every_frame", "tube", "rows"] = "anywhere"
    flip: bool = True
    workers: Annotated[int, Ge(0)] = where(0)


@checked_dataclass(frozen=True, slots=True)
class Optimiser:
    """AdamW. rate: the highest learning rate; floor: share of it that the cosine ends at.

    clip: largest norm of the gradient, 0 for any.
    """

    rate: Annotated[float, Gt(0)] = 4e-4
    beta1: Share = 0.9
    beta2: Share = 0.98
    decay: Annotated[float, Ge(0)] = 0.2
    floor: Share = 0.01
    clip: Annotated[float, Ge(0)] = 0.0


@checked_dataclass(frozen=True, slots=True)
class Schedule:
    """How long, in what batches. batch: of all ranks together. steps: instead of epochs, if not 0.

    warmup: share of the steps in which the rate rises. unmasked: share of the steps, at the end,
    that see all patches, at `unmasked_rate` and with a warm-up of their own. micro: clips that are
    on a device at once: gradients are cached, exactly (0: the whole batch). every: steps between
    checkpoints. alike: equal captions count as right for each other. reduction: see
    `models.contrastive`.
    """

    epochs: Annotated[float, Gt(0)] = 1.0
    steps: Annotated[int, Ge(0)] = 0
    batch: Annotated[int, Ge(2)] = 256
    warmup: Share = 0.05
    unmasked: Share = 0.05
    unmasked_rate: Annotated[float, Gt(0)] = 4e-6
    unmasked_warmup: Share = 0.2
    reduction: Literal["mean", "sum"] = "mean"
    alike: bool = True
    precision: Literal["no", "bf16"] = "no"
    seed: Annotated[int, Ge(0)] = 42
    micro: Annotated[int, Ge(0)] = where(0)
    every: Count = where(500)


@dataclasses.dataclass(frozen=True, slots=True)
class Recipe:
    """All of it."""

    net: Net
    clips: Clips
    optimiser: Optimiser
    schedule: Schedule


PROFILES = ("cpu", "small", "paper")
_PLACE = "sakuga.train.contrastive.recipe:"
SECTIONS = {
    "net": Room({"net": f"{_PLACE}Net"}),
    "clips": Room({"clips": f"{_PLACE}Clips"}),
    "optimiser": Room({"optimiser": f"{_PLACE}Optimiser"}),
    "schedule": Room({"schedule": f"{_PLACE}Schedule"}),
}


def read_recipe(profile: str = "cpu", overrides: Iterable[str] = ()) -> Recipe:
    """A recipe from `profiles/train/NAME.toml` or a file. Raises RequestError for what can't be."""
    return Recipe(*sections_of(profile, overrides, PROFILES, SECTIONS))
