"""In what format a model draws unless told: as it was trained, or as the paper draws (§5).

And from what frames it learned: keyframes, or moments that are evenly spaced in time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sakuga.core.errors import RequestError
from sakuga.models.svd_format import (
    FPS,
    KEY,
    MOTION,
    Format,
    Kind,
    format_of,
    kind_of,
    told_by_file,
)

PAPER: Final = Format(8, 576, 320, FPS, MOTION)  # §5
_PARTS: Final = ("pipeline", "lora")
"""What `train svd` calls the folders in a run, whose page, run.json, lies above them."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a model learnt last."""

    format: Format
    kind: Kind = "keyframes"


def trained(config: Mapping[str, Any], folder: Path | None, lora: Path | None) -> Trained:
    """What a model learnt last: its LoRA's file says it, or the run of that, or its UNet's config,
    or its run; of one that says nothing, such as the public one, the paper's. Raises RequestError
    where what is said can't be read."""
    if lora and (said := _said(lora)):
        return said
    if lora and (page := _page(lora.resolve().parent)):
        return _read(page)
    if KEY in config:
        return _told(config[KEY], f"the UNet's config, {KEY}")
    if folder and (page := _page(folder.resolve())):
        return _read(page)
    return Trained(PAPER)


def _said(lora: Path) -> Trained | None:
    """By a file of LoRA, wherever it lies."""
    try:
        told = told_by_file(lora)
    except ValueError as error:
        raise RequestError(
            f"{lora}: its metadata {KEY} can't be read ({error}); take it out"
        ) from error
    return None if told is None else _told(told, f"{lora}, {KEY} of its metadata")


def _page(part: Path) -> Path | None:
    """The page of the run that a folder is part of, if it is of one."""
    page = part.parent / "run.json"
    return page if part.name in _PARTS and page.is_file() else None


def _read(page: Path) -> Trained:
    try:
        clips = json.loads(page.read_text(encoding="utf-8"))["recipe"]["clips"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(
            f"{page}: no page of a run of `train svd` ({error!r}); move the model away from it"
        ) from error
    return _told(clips, str(page))


def _told(clips: Any, where: str) -> Trained:
    try:
        return Trained(format_of(clips), kind_of(clips))
    except ValueError as error:
        raise RequestError(f"{where}: {error}; correct it, or take it out") from error
