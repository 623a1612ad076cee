"""Checkpoints that are whole or not there, and going on from the last that can be read.

    RUN/checkpoints/step-00000500.pt    weights, the optimiser's state, steps done, the recipe

A file is written under another name, flushed to the disk, and renamed: a full disk or a kill leaves
the one before. Random numbers need no keeping, since all are drawn by seed, step and clip. Nothing
in a checkpoint depends on how many ranks wrote it.
"""

from __future__ import annotations

import errno
import os
import pickle
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sakuga.core.errors import RequestError

KEPT = 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """step: steps done. recipe: `as_plain`. pack: its fingerprint."""

    step: int
    net: dict[str, Any]
    optimiser: dict[str, Any]
    recipe: dict[str, Any]
    pack: str


def save(checkpoint: Checkpoint, run: Path) -> Path:
    """Write it; all but the last two go. Raises OSError where it can't: the others stay."""
    folder = run / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"step-{checkpoint.step:08d}.pt"
    write_whole(_fields(checkpoint), file)
    for old in sorted(folder.glob("step-*.pt"))[:-KEPT]:
        old.unlink()
    return file


def write_whole(content: Any, file: Path) -> None:
    """A file of tensors, or none. Raises OSError that names what to do."""
    temporary = file.with_suffix(".tmp")
    try:
        with temporary.open("wb") as out:
            torch.save(content, out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(file)
    except (OSError, RuntimeError) as error:  # torch turns what its file raises into RuntimeError
        with suppress(OSError):
            temporary.unlink()
        cause = error if isinstance(error, OSError) else error.__context__
        number = cause.errno if isinstance(cause, OSError) and cause.errno else errno.EIO
        raise OSError(
            number, f"{file.name} can't be written ({os.strerror(number)}); the last one stays"
        ) from error


def newest(run: Path) -> tuple[Checkpoint, list[str]] | None:
    """The last checkpoint that can be read, and a line on each later one that can't; or None.

    Raises RequestError where there are some and none can be read.
    """
    files = sorted((run / "checkpoints").glob("step-*.pt"), reverse=True)
    broken: list[str] = []
    for file in files:
        try:
            return read(file), broken
        except RequestError as error:
            broken.append(str(error))
    if broken:
        raise RequestError(f"{'; '.join(broken)}. Begin again in another folder")
    return None


def read(file: Path) -> Checkpoint:
    """A checkpoint. Raises RequestError, in a line, for one that is cut short or no checkpoint."""
    try:
        with zipfile.ZipFile(file) as whole:  # torch does not look at the sums
            if damaged := whole.testzip():
                raise RequestError(f"{file} is damaged in {damaged}")
        return Checkpoint(**torch.load(file, map_location="cpu", weights_only=True))
    except (zipfile.BadZipFile, EOFError) as error:
        raise RequestError(f"{file} is cut short or no checkpoint") from error
    except (OSError, RuntimeError, TypeError, pickle.UnpicklingError) as error:
        raise RequestError(f"{file} is no checkpoint of a training run") from error


def _fields(checkpoint: Checkpoint) -> dict[str, Any]:
    """Without copies of the tensors."""
    return {name: getattr(checkpoint, name) for name in Checkpoint.__slots__}
