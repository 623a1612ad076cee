"""Front door of the nets that make features of clips (§5.2, §5.3); a file each.

A recipe is a frozen dataclass with `needs`, `sees`, `called`, `check` and `load`, named in NETS or
given as `module:Class`. Its worker takes clips and gives each one's features in the same order.

To add one: a frozen dataclass like `random.Random`; nothing else has to know of it. One that reads
files which are not the hub's names them in `files`, so that the page can tell their hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs, lacking
from sakuga.core.profile import NONE, Room, Settings, make_stages
from sakuga.core.weights import fetch

Vectors = NDArray[np.float32]
Sees = Literal["frames", "clips"]

_HERE = "sakuga.evaluate.extractors."
NETS = {
    "inception": f"{_HERE}inception:Inception",
    "i3d": f"{_HERE}i3d:I3d",
    "videomae": f"{_HERE}videomae:VideoMae",
    "clip": f"{_HERE}clip:Clip",
    "encoder": f"{_HERE}encoder:Encoder",
    "random": f"{_HERE}random:Random",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one clip. vectors: (T, D) of its frames, or (1, D) of the clip as a whole. logits: (T, C)
    of a net that also names what it sees."""

    vectors: Vectors
    logits: Vectors | None = None


Extract = Callable[[Sequence[Picture]], Sequence[Seen]]  # of (T, H, W, 3) uint8 RGB each


@runtime_checkable
class Extractor(Protocol):
    """A recipe."""

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        ...

    @property
    def sees(self) -> Sees:
        """Frames, one by one, or clips with their motion."""
        ...

    @property
    def called(self) -> str:
        """What stands beside its numbers: the net, its weights, how frames are resized."""
        ...

    def check(self, frames: int) -> None:
        """Raises RequestError for a clip of so few frames; the message names what works."""
        ...

    def load(self) -> Extract:
        """The worker. Raises RequestError for weights of another model."""
        ...


class Reads(Protocol):
    """A worker that also reads captions into the same space."""

    def __call__(self, clips: Sequence[Picture], /) -> Sequence[Seen]:
        """As every worker."""
        ...

    def read(self, captions: Sequence[str]) -> Vectors:
        """(N, D)."""
        ...


def extractors(settings: Settings, defaults: Mapping[str, str]) -> dict[str, Extractor]:
    """The nets of the sections of `defaults` (section -> net), but those whose `use` is none.

    Raises RequestError for a net, a field or a value that can't be.
    """
    made: dict[str, Extractor] = {}
    for section, default in defaults.items():
        wanted = {"use": default, **settings.get(section, {})}
        if wanted["use"] == NONE:
            continue
        [recipe] = make_stages({section: wanted}, {section: Room(NETS)}).stages
        if not isinstance(recipe, Extractor):
            raise RequestError(
                f"[{section}] use = {wanted['use']!r}: {type(recipe).__name__} makes no features; "
                "see sakuga.evaluate.extractors"
            )
        made[section] = recipe
    return made


def ready(recipes: Mapping[str, Extractor], frames: Mapping[Sees, int]) -> None:
    """All that they need is there, and they can do with so many frames. Raises RequestError."""
    named = {section: _Named(section, recipe) for section, recipe in recipes.items()}
    if problems := [problem for each in named.values() if (problem := lacking(each))]:
        raise RequestError("; ".join(problems))
    for section, recipe in recipes.items():
        try:
            recipe.check(frames[recipe.sees])
        except RequestError as error:
            raise RequestError(f"[{section}] {error}") from error
        for weights in recipe.needs.weights:
            fetch(weights, wanted_by=f"[{section}] {type(recipe).__name__}")


@dataclass(frozen=True, slots=True)
class _Named:
    """As `core.needs` looks at a room with its backend."""

    name: str
    use: Extractor


def reader(worker: Extract) -> Reads | None:
    """The worker, where it reads captions, too."""
    return cast(Any, worker) if hasattr(worker, "read") else None
