"""Examples made ahead by workers, batch by batch, in the order of their keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import torch
from torch.utils.data import DataLoader, Dataset

from sakuga.train.order import Key

E = TypeVar("E")
B = TypeVar("B")


def batches(
    examples: Dataset[E],
    keys: Sequence[list[Key]],
    collate: Callable[[list[E]], B],
    workers: int,
) -> DataLoader[B]:
    """A batch for each list of keys; `workers` processes make them, 0: this one; at most as many as
    there are cores for."""
    untyped: Any = DataLoader
    workers = min(workers, os.cpu_count() or 1)
    made = untyped(
        examples,
        batch_sampler=keys,
        collate_fn=collate,
        num_workers=workers,
        generator=torch.Generator(),  # nothing is drawn from it that examples are made by
        prefetch_factor=4 if workers else None,
        multiprocessing_context="forkserver" if workers else None,
    )
    return cast("DataLoader[B]", made)  # collate makes them
