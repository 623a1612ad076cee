"""Studio shots as a pack for training: drawn, not encoded; a caption each, true of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from sakuga.studio.cast import fill
from sakuga.studio.recipe import Shot
from sakuga.studio.sentences import sentence
from sakuga.studio.stage import composites
from sakuga.train.packed import Pack, open_pack, writing

SIZE = 128, 96  # pixels
FRAMES = 8
LONGEST = 32  # frames looked at for drawings


def drawn(folder: Path, seeds: range) -> Pack:
    """A pack of shots, one a seed, each with its first 8 drawings; those with fewer are left out.

    About 50 ms of one core a shot.
    """
    if not folder.exists():
        with writing(folder, {"studio": f"{seeds.start}-{seeds.stop}"}) as writer:
            for seed in seeds:
                shot = fill(Shot(seed, LONGEST))
                drawings = list(islice(_drawings(shot), FRAMES))
                if len(drawings) < FRAMES:
                    writer.left_out["too_few_keyframes"] += 1
                else:
                    name = hashlib.sha256(str(seed).encode()).hexdigest()
                    writer.add(name, sentence(shot), np.stack(drawings))
    return open_pack(folder)


def _drawings(shot) -> Iterator[np.ndarray]:
    last = None
    for frame in composites(shot, *SIZE):
        if last is None or (frame.image is not last and not np.array_equal(frame.image, last)):
            yield np.ascontiguousarray(frame.image[..., ::-1])
        last = frame.image
