"""Eight keyframes of every clip, decoded from its film, a film at a time, as batches for a model:

python examples/frames_for_training.py DIR [FOLDER_OF_FILMS]
"""

# ruff: noqa: T201

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import sakuga
from sakuga.core.records import Failure
from sakuga.dataset.published import Dataset

COUNT, SIZE, BATCH = 8, 112, 4


def batches(shots: Dataset, epoch: int) -> Iterator[NDArray[np.float32]]:
    """(BATCH, COUNT, SIZE, SIZE, 3) float32, 0 to 1; the last may be smaller."""
    held: list[NDArray[np.uint8]] = []
    for made in shots.each_frames(count=COUNT, size=SIZE, how="random", seed=epoch):
        if isinstance(made, Failure):
            print(f"left out {made.id[:12]}: {made.reason}: {made.message}")
            continue
        held.append(made.pixels)
        if len(held) == BATCH:
            yield np.stack(held).astype(np.float32) / 255
            held = []
    if held:
        yield np.stack(held).astype(np.float32) / 255


def main(folder: str, *films: str) -> None:
    shots = sakuga.open(folder, footage=films).split("train")
    for number, batch in enumerate(batches(shots, epoch=0)):
        print(f"batch {number}: {batch.shape}, mean {batch.mean():.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
