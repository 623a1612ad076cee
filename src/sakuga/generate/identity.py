"""Which model drew: its name, and hashes by which it is told from any other."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sakuga.core.errors import RequestError
from sakuga.models.public import SVD, SVD_FILES

LINEAGE: Final = "lineage.parquet"
"""Where `sakuga train svd` says which clips a model learned from."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Model:
    """name: of the repository, with its revision, or of a folder without its path. weights,
    lora_weights: SHA-256 of the UNet's file and of the LoRA's. lineage, lora_lineage: SHA-256 of
    the list of clips that each learned from. What there is not is empty."""

    name: str
    weights: str
    lineage: str = ""
    lora: str = ""
    lora_weights: str = ""
    lora_lineage: str = ""


def identified(asked: str, folder: Path | None, lora: Path | None = None) -> Model:
    """The model that lies in a folder, None: one with random weights; and the LoRA in a file."""
    return Model(
        _name(asked, folder),
        sha256(folder / SVD_FILES["unet"]) if folder else "",
        _lineage(folder) if folder else "",
        _last(lora) if lora else "",
        sha256(lora) if lora else "",
        _lineage(lora.parent) if lora else "",
    )


def _lineage(folder: Path) -> str:
    return sha256(folder / LINEAGE) if (folder / LINEAGE).exists() else ""


def sha256(file: Path) -> str:
    """Of a file's bytes, 64 hex digits. In the hub's cache it is the name. Raises RequestError."""
    blob = file.resolve()
    if file.is_symlink() and _SHA256.fullmatch(blob.name):
        return blob.name  # compared with the bytes when the model was fetched
    try:
        with blob.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise RequestError(f"{file}: {error.strerror}; check the name") from error


def _name(asked: str, folder: Path | None) -> str:
    if folder is None:
        return f"{asked} (random weights)"
    if asked == "svd":
        return f"{SVD.repo}@{SVD.revision}"
    if Path(asked).expanduser().is_dir():
        return _last(folder)
    return f"{asked}@{folder.name}"  # a snapshot's folder is named by its commit


def _last(place: Path) -> str:
    """The end of a path, as long as it must be to say anything."""
    whole = place.resolve()
    plain = whole.name in ("pipeline", "lora", "adapter_model.safetensors")
    return f"{_last(whole.parent)}/{whole.name}" if plain else whole.name
