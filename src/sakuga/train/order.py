"""Which clips a step sees: a function of seed and step, whatever the ranks and workers.

Each epoch is a new permutation; the clips that fill no batch at its end are left to the next.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.train.packed import Pack

ORDER, EXAMPLE = 1, 2  # streams of random numbers that never meet


@dataclass(frozen=True, slots=True)
class Key:
    """One example: the clip's number in the pack, and the step it is drawn for."""

    step: int
    clip: int


@dataclass(frozen=True, slots=True)
class Order:
    """clips: in the pack. batch: of all ranks together. Raises RequestError for less than one."""

    clips: int
    batch: int
    seed: int

    def __post_init__(self) -> None:
        if self.clips < self.batch:
            raise RequestError(
                f"{self.clips} clips and a batch of {self.batch}: fewer than one batch; "
                "lower schedule.batch, or bring more clips"
            )

    @property
    def steps_an_epoch(self) -> int:
        """Whole batches."""
        return self.clips // self.batch

    def of_step(self, step: int, rank: int = 0, ranks: int = 1) -> list[Key]:
        """A rank's examples of a step, counted from 0; ranks in their order make the batch."""
        epoch, place = divmod(step, self.steps_an_epoch)
        order = _permutation(self.clips, self.seed, epoch)
        share = self.batch // ranks
        begin = place * self.batch + rank * share
        return [Key(step, int(clip)) for clip in order[begin : begin + share]]

    def of_steps(self, steps: range, rank: int = 0, ranks: int = 1) -> Iterator[list[Key]]:
        """Step by step."""
        return (self.of_step(step, rank, ranks) for step in steps)


@functools.lru_cache(2)
def _permutation(clips: int, seed: int, epoch: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, ORDER, epoch]).permutation(clips)


def ordered(recipe: Any, pack: Pack, ranks: int) -> Order:
    """Of a pack's clips, by either trainer's recipe. Raises RequestError where they are too few, or
    have too few keyframes."""
    wanted, schedule = recipe.clips.frames, recipe.schedule
    fewest = min((pack.keyframes(n) for n in range(len(pack))), default=0)
    if not len(pack):
        why = "".join(f"; {number} {reason}" for reason, number in pack.left_out.items())
        raise RequestError(f"{pack.folder}: no clip in it can be trained on{why}")
    if fewest < wanted:
        raise RequestError(
            f"clips.frames = {wanted}: {pack.folder} has clips of {fewest}; "
            "lower it, or pack more keyframes"
        )
    if schedule.batch % ranks:
        raise RequestError(
            f"schedule.batch = {schedule.batch}: must be a multiple of {ranks} ranks"
        )
    return Order(len(pack), schedule.batch, schedule.seed)


def random_of(key: Key, seed: int) -> np.random.Generator:
    """The example's own random numbers: the same wherever it is made."""
    return np.random.default_rng([seed, EXAMPLE, key.step, key.clip])
