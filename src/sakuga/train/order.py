"""Which clips a step sees: a function of seed and step, whatever the ranks and workers.

Each epoch is a new permutation; the clips that fill no batch at its end are left to the next.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError

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


def random_of(key: Key, seed: int) -> np.random.Generator:
    """The example's own random numbers: the same wherever it is made."""
    return np.random.default_rng([seed, EXAMPLE, key.step, key.clip])
