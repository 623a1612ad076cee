"""Where a run begins, or goes on: never over another one, never by another recipe or clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sakuga.core.errors import RequestError
from sakuga.train import checkpoints
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.packed import Pack
from sakuga.train.recipe import changed


def begun(
    made: dict[str, Any], pack: Pack, run: Path, resume: bool
) -> tuple[Checkpoint, list[str]] | None:
    """Where a run stopped, and what was passed over; None where it begins. made: `as_plain`.

    Raises RequestError where the folder holds another run, or this one's recipe or clips differ.
    """
    found = checkpoints.newest(run)
    run.mkdir(parents=True, exist_ok=True)
    if not resume:
        if found or (run / "log.jsonl").exists():
            raise RequestError(f"{run} holds a run; add --resume to go on, or name another folder")
        return None
    if found is None:
        return None
    if differing := changed(found[0].recipe, made):
        raise RequestError(
            f"{run} was begun with another recipe: {', '.join(differing)}; give the same one"
        )
    if found[0].pack != pack.fingerprint:
        raise RequestError(f"{run} was begun with other clips than {pack.folder}; give the same")
    return found
