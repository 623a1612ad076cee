"""Where a model runs: on which device, and with how many threads."""

from __future__ import annotations

import os
import shutil
from typing import Literal

Device = Literal["auto", "cpu", "cuda"]  # auto: CUDA where it works, else the CPU
ON_CPU = 4  # pictures at once: enough there, and a batch of a large model stays under a minute
ON_CUDA = 32


def threads() -> int:
    """How many threads this process may use, 0 where nobody said: the libraries' own choice."""
    return int(os.environ.get("SAKUGA_THREADS", "0"))


def batch_size(asked: int, cuda: bool) -> int:
    """Pictures at once: as asked, or where that is 0 as suits the device."""
    return asked or (ON_CUDA if cuda else ON_CPU)


def wants_cuda(device: Device) -> bool:
    """Whether a model may well run on CUDA here, told without loading anything.

    One process at a time has the card then; that is all this is for.
    """
    return device == "cuda" or (device == "auto" and shutil.which("nvidia-smi") is not None)
