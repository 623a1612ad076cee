"""How a run of `sakuga train svd` is made (§4.2): a profile's sections as frozen recipes.

A field declared with `where` says how the work is done and may differ when a run goes on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Interval, MultipleOf
from pydantic.dataclasses import dataclass as checked_dataclass

from sakuga.core.errors import RequestError
from sakuga.core.profile import Room
from sakuga.core.recipe import where
from sakuga.train.recipe import Count, Share, sections_of

Pixels = Annotated[int, Ge(8), MultipleOf(8)]
Learns = Literal["all", "temporal", "temporal-transformer", "lora"]


@checked_dataclass(frozen=True, slots=True)
class Net:
    """Which net, and what of it learns. start: a folder in diffusers' layout, a repository, `svd`
    (the public one), or random weights: `tiny`, or `random` in the public sizes.

    train: `all` of the UNet; `temporal`: whatever mixes frames; `temporal-transformer`: its
    attention alone; `lora`: adapters of `rank` on every attention. merge: with LoRA, also leave the
    whole pipeline, with the adapters in it.
    """

    start: str = "svd"
    train: Learns = "all"
    rank: Count = 16
    checkpointing: bool = where(False)
    merge: bool = where(True)


@checked_dataclass(frozen=True, slots=True)
class Clips:
    """What is taken of each clip. frames: keyframes (§4.2: 8). width, height: in pixels (§4.2: 576
    x 320): the picture is resized to cover them, and cropped.

    packed: at most so many keyframes of a clip are kept on disk, evenly spaced. how: which of them
    a step sees: `random`: one from each of 8 intervals; `uniform`: from the first to the last;
    `run`: 8 that follow each other. fps: told to the net (as fps - 1); `timing`: 24 by the clip's
    timing class, 24, 12 or 8. motion: the bucket, or `dynamic`: 255 times the dynamic score.
    cached: latents and embeddings are made once and kept in RUN/latents.
    """

    frames: Count = 8
    width: Pixels = 576
    height: Pixels = 320
    packed: Annotated[int, Ge(8)] = 16
    how: Literal["random", "uniform", "run"] = "random"
    crop: Literal["random", "middle"] = "random"
    flip: bool = False
    fps: Annotated[int, Interval(ge=1, le=60)] | Literal["timing"] = 7
    motion: Annotated[int, Interval(ge=0, le=255)] | Literal["dynamic"] = 127
    cached: bool = where(False)
    workers: Annotated[int, Ge(0)] = where(0)


@checked_dataclass(frozen=True, slots=True)
class Noise:
    """ln sigma of the diffused latents ~ N(mean, deviation²), of the conditioning frame ~
    N(condition_mean, condition_deviation²). dropout: share of clips without the image embedding
    alone, without both conditions, and without the conditioning latent alone: each so many.
    """

    mean: float = 0.7
    deviation: Annotated[float, Gt(0)] = 1.6
    condition_mean: float = -3.0
    condition_deviation: Annotated[float, Gt(0)] = 0.5
    dropout: Annotated[float, Interval(ge=0, le=1 / 3)] = 0.1


@checked_dataclass(frozen=True, slots=True)
class Optimiser:
    """AdamW. rate: highest learning rate; floor: share of it that the cosine ends at, 1: constant.

    clip: largest norm of the gradient, 0 for any. bits: 8 keeps the moments in 8 bits
    (bitsandbytes).
    """

    rate: Annotated[float, Gt(0)] = 5e-6
    beta1: Share = 0.9
    beta2: Share = 0.999
    decay: Annotated[float, Ge(0)] = 0.01
    floor: Share = 1.0
    clip: Annotated[float, Ge(0)] = 1.0
    bits: Literal[8, 32] = 32


@checked_dataclass(frozen=True, slots=True)
class Schedule:
    """How long, in what batches. batch: of all ranks together. micro: clips on a device at once, 0:
    all of a rank's.

    warmup: share of the steps in which the rate rises. average: decay of the moving average of the
    weights (EMA), 0: none; average_on: where it is kept. every: steps between checkpoints. show:
    steps between grids of samples, 0: none; shown: clips in one; denoise: its steps.
    """

    steps: Count = 5000
    batch: Count = 8
    warmup: Share = 0.0
    average: Annotated[float, Interval(ge=0, lt=1)] = 0.0
    precision: Literal["no", "bf16"] = "no"
    seed: Annotated[int, Ge(0)] = 42
    micro: Annotated[int, Ge(0)] = where(0)
    average_on: Literal["device", "cpu"] = where("device")
    every: Count = where(500)
    show: Annotated[int, Ge(0)] = where(500)
    shown: Count = where(4)
    denoise: Count = where(25)


@dataclasses.dataclass(frozen=True, slots=True)
class Recipe:
    """All of it."""

    net: Net
    clips: Clips
    noise: Noise
    optimiser: Optimiser
    schedule: Schedule


PROFILES = ("svd", "svd-lora", "svd-cpu")
_PLACE = "sakuga.train.svd.recipe:"
SECTIONS = {
    "net": Room({"net": f"{_PLACE}Net"}),
    "clips": Room({"clips": f"{_PLACE}Clips"}),
    "noise": Room({"noise": f"{_PLACE}Noise"}),
    "optimiser": Room({"optimiser": f"{_PLACE}Optimiser"}),
    "schedule": Room({"schedule": f"{_PLACE}Schedule"}),
}


def read_recipe(profile: str = "svd", overrides: Iterable[str] = ()) -> Recipe:
    """A recipe from `profiles/train/NAME.toml` or a file. Raises RequestError for what can't be."""
    return checked(Recipe(*sections_of(profile, overrides, PROFILES, SECTIONS)))


def checked(recipe: Recipe) -> Recipe:
    """This; raises RequestError for what does not go together."""
    clips = recipe.clips
    if clips.packed < clips.frames:
        raise RequestError(
            f"clips.packed = {clips.packed}: must be clips.frames = {clips.frames} or more"
        )
    if clips.cached and (clips.how != "uniform" or clips.crop != "middle" or clips.flip):
        raise RequestError(
            'clips.cached keeps what never changes; set clips.how = "uniform", '
            'clips.crop = "middle" and clips.flip = false, or leave it'
        )
    return recipe
