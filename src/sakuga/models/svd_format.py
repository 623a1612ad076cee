"""In what format a finetuned Stable Video Diffusion learnt to draw, and from which frames.

The UNet's config tells it. Its key begins with `_`: such keys diffusers keeps, writes again and
never asks about; a LoRA file's metadata has the same key, which diffusers and peft pass over. So
the format goes wherever the weights go: in a folder that is moved, in a repository, in a pipeline
that diffusers saves anew, in a file alone. `num_frames` is diffusers' own field, which its pipeline
follows too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

KEY: Final = "_trained_on"
FPS: Final = 7  # upstream's pipeline tells a net this where training told no one number ...
MOTION: Final = 127  # ... and this
Kind = Literal["keyframes", "moments"]
"""What frames a net learned from: new drawings, or evenly spaced in time, held ones among them."""

_TOLD: Final = ("frames", "width", "height", "fps", "motion")
_MANY: Final = {"fps": ("timing", FPS), "motion": ("dynamic", MOTION)}


@dataclass(frozen=True, slots=True)
class Format:
    """keyframes: how many are drawn at once. width, height: of each, in pixels. fps, motion_bucket:
    what the net is told of its film."""

    keyframes: int
    width: int
    height: int
    fps: int
    motion_bucket: int


def as_config(clips: Any, kind: Kind = "keyframes") -> dict[str, Any]:
    """What a UNet's config says of the clips of a run of `train svd`, its recipe's section."""
    told = {name: getattr(clips, name) for name in _TOLD} | {"kind": kind}
    return {"num_frames": clips.frames, KEY: told}


def format_of(told: Any) -> Format:
    """From what `as_config` keeps under KEY, or a run's page under `clips`; other keys are passed
    over. Where each clip had its own fps or motion, upstream's own. Raises ValueError."""
    if not isinstance(told, Mapping):
        raise ValueError(f"{told!r} tells no format")
    page = cast("Mapping[str, Any]", told)
    return Format(*(_number(name, page.get(name)) for name in _TOLD))


def kind_of(told: Mapping[str, Any]) -> Kind:
    """From the same. Where nothing is said, as by runs that knew of keyframes alone, keyframes.
    Raises ValueError."""
    kind = told.get("kind", "keyframes")
    if kind not in ("keyframes", "moments"):
        raise ValueError(f"kind = {kind!r} is neither keyframes nor moments")
    return kind


def tell_file(file: Path, told: Mapping[str, Any]) -> None:
    """Put what `as_config` keeps under KEY into a safetensors file's metadata; its tensors stay.

    Not by the library's own writer: of two keys it puts either first, and equal runs would leave
    unequal files."""
    content = file.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    own = {KEY: json.dumps(dict(told), sort_keys=True)}
    header["__metadata__"] = {**header.get("__metadata__", {}), **own}
    written = json.dumps(header, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)  # as the format wants it
    file.write_bytes(len(written).to_bytes(8, "little") + written + content[end:])


def told_by_file(file: Path) -> Any:
    """What `tell_file` put there; None where a file, or what is none, says nothing. ValueError."""
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(min(length, file.stat().st_size)))
        said = header.get("__metadata__", {}).get(KEY)
    except (OSError, ValueError, AttributeError):
        return None  # who reads its tensors says what is wrong with it
    return None if said is None else json.loads(said)


def _number(name: str, value: Any) -> int:
    word, upstream = _MANY.get(name, (None, 0))
    if word is not None and value == word:
        return upstream
    if type(value) is not int or value < (0 if name == "motion" else 1):
        raise ValueError(f"{name} = {value!r} is no number that can be")
    return value
