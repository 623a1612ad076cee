"""How many clips a worker of the loader makes ready: `python -m benchmarks.loader [CLIPS]`.

Clips of 16 frames of 455 x 256 in a pack, as `--profile paper` packs them; 8 of them drawn, cropped
and brought to 224. By the time of the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from sakuga.train.contrastive.examples import Examples
from sakuga.train.contrastive.recipe import Clips
from sakuga.train.order import Key
from sakuga.train.packed import Pack, open_pack, writing

HEIGHT, WIDTH, FRAMES, SIDE, PATCHES = 256, 455, 16, 224, 256


def made(folder: Path, clips: int) -> Pack:
    random = np.random.default_rng(0)
    with writing(folder, {}) as writer:
        for number in range(clips):
            frames = random.integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3), np.uint8)
            writer.add(f"{number:x}", f"clip {number}", frames)
    return open_pack(folder)


def clips_a_second(pack: Pack) -> float:
    """Of one worker's processor time; each clip once, in a drawn order, after a few to warm up."""
    examples = Examples(pack, Clips(), SIDE, PATCHES, len(pack), 0)
    keys = [
        Key(step, int(c)) for step, c in enumerate(np.random.default_rng(1).permutation(len(pack)))
    ]
    for key in keys[:8]:
        examples[key]
    began = time.process_time()
    for key in keys:
        examples[key]
    return len(keys) / (time.process_time() - began)


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        pack = made(Path(folder) / "pack", int(sys.argv[1]) if len(sys.argv) > 1 else 64)
        rates = sorted(clips_a_second(pack) for _ in range(5))
    print(f"{rates[2]:.1f} clips a second of one worker ({rates[0]:.1f} to {rates[-1]:.1f})")


if __name__ == "__main__":
    main()
