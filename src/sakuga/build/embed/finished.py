"""What a finished `sakuga train contrastive` left in its folder: which net, how made, its weights.

`RUN/model.safetensors` is the net. `RUN/run.json` is written after it: without it the run is not
finished.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from sakuga.core.errors import RequestError
from sakuga.core.recipe import where
from sakuga.models.public import CHECKPOINTS

PAGE, WEIGHTS = "run.json", "model.safetensors"
VERSIONS = {"net": 1, "clips": 1}  # sections of a training's recipe that say what the net is
BEGUN = ("log.jsonl", "checkpoints")  # what a run leaves before it is finished


@dataclass(frozen=True, slots=True)
class Finished:
    """weights: SHA-256 of the file. made_by: the recipe of the training, section by section.

    start: the checkpoint that the run began from, as it was named there; "" for none.
    """

    weights: str
    steps: int
    made_by: dict[str, dict[str, Any]] = field(hash=False)
    start: str = where("")

    @property
    def net(self) -> dict[str, Any]:
        """The section that says which net it is."""
        return self.made_by["net"]


def read_run(folder: str) -> Finished:
    """The run in a folder. Raises RequestError, in a line, where there is none that is finished."""
    page = _page(Path(folder))
    file = Path(folder, WEIGHTS)
    try:
        made_by, steps = page["recipe"], int(page["steps"])
        start = str(made_by["net"]["start"])
        found = {name: made_by[name]["version"] for name in VERSIONS}
    except (KeyError, TypeError, ValueError) as error:
        raise _other(folder, f"it has no {error}") from error
    for name, version in VERSIONS.items():
        if found[name] != version:
            raise _other(folder, f"[{name}] is version {found[name]}, not {version}")
    if not file.is_file():
        raise RequestError(f"[embed] {folder}: {WEIGHTS} is gone; bring it back, or train again")
    named = {**made_by, "net": {**made_by["net"], "start": named_alone(start)}}
    return Finished(sha256(file), steps, named, start)


def named_alone(checkpoint: str) -> str:
    """A public checkpoint's name as it is, of a file its name without the path."""
    return checkpoint if checkpoint in CHECKPOINTS else Path(checkpoint).name


def sha256(file: Path) -> str:
    """Of a file's bytes, in hex digits."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _page(run: Path) -> dict[str, Any]:
    if not run.is_dir():
        raise RequestError(
            f"[embed] {run}: no such folder; name the one of a sakuga train contrastive"
        )
    try:
        page = json.loads((run / PAGE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _unfinished(run) from error
    except (OSError, ValueError) as error:
        raise RequestError(f"[embed] {run / PAGE} is cut short or no run's: {error}") from error
    if not isinstance(page, dict):
        raise _other(str(run), "it is no table")
    return cast("dict[str, Any]", page)


def _unfinished(run: Path) -> RequestError:
    if any((run / name).exists() for name in BEGUN):
        return RequestError(
            f"[embed] {run}: this run is not finished; go on with: "
            f"sakuga train contrastive DIR --out {run} --resume"
        )
    return RequestError(
        f"[embed] {run}: no {PAGE} is in it; name the folder of a sakuga train contrastive"
    )


def _other(folder: str, why: str) -> RequestError:
    return RequestError(
        f"[embed] {folder}/{PAGE} is of another version of sakuga: {why}; take the net alone with: "
        f"--encoder viclip (or videomamba) --set embed.checkpoint={folder}/{WEIGHTS}"
    )
