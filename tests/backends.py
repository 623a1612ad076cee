"""Backends of a few lines for every room of meaning: what they say is a function of the pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sakuga.build.describe import Scene, Written
from sakuga.build.embed import Shown, Vectors
from sakuga.build.tag import Seen
from sakuga.build.text import Found
from sakuga.core.errors import ItemError, Refused
from sakuga.core.images import Picture
from sakuga.core.records import Ratings, SeenTag, TextBox


def light(picture: Picture) -> float:
    """Mean of all samples, 0 to 1."""
    return float(picture.mean()) / 255


@dataclass(frozen=True)
class Lights:
    """A tagger. marks: a file to which every picture it is shown adds a byte."""

    marks: str = ""
    broken: float = 2.0  # pictures lighter than this get a score that is no number

    def load(self) -> Callable[[Iterable[Picture]], Iterator[Seen]]:
        return lambda pictures: map(self._seen, pictures)

    def _seen(self, picture: Picture) -> Seen:
        if self.marks:
            with Path(self.marks).open("ab") as file:
                file.write(b".")
        score = math.nan if light(picture) > self.broken else light(picture)
        tags = [SeenTag("light", "general", score), SeenTag("anyone", "character", 0.9)]
        return Seen(tags, Ratings(3.0, 1.0, 0.0, 0.0))


@dataclass(frozen=True)
class Judge:
    def load(self) -> Callable[[Iterable[Picture]], Iterator[float]]:
        return lambda pictures: map(light, pictures)


@dataclass(frozen=True)
class Finder:
    def load(self) -> Callable[[Iterable[Picture]], Iterator[Found]]:
        box = TextBox(0.4, 0.85, 0.6, 0.95, 0.9)
        return lambda pictures: (Found(light(picture), [box]) for picture in pictures)


@dataclass(frozen=True)
class Captioner:
    def load(self) -> Callable[[Sequence[Sequence[Picture]]], Iterator[list[str]]]:
        return lambda clips: ([f"light {light(p):.3f}" for p in clip] for clip in clips)


@dataclass(frozen=True)
class Writer:
    """Refuses the shots with this index."""

    refuse: int = -1

    def load(self) -> Callable[[Sequence[Scene]], Iterator[Written | ItemError]]:
        return lambda scenes: (
            Refused("no") if scene.clip.index == self.refuse else Written(told(scene), 10, 5)
            for scene in scenes
        )


def told(scene: Scene) -> str:
    """A text that names its clip."""
    captions = ", ".join(scene.captions.texts) if scene.captions else "nothing"
    return f"{scene.clip.id}: {captions}"


@dataclass(frozen=True)
class Encoder:
    """Vectors of the pixels' mean and spread, and of the text's letters."""

    keyframes: int = 0
    side: int = 16
    broken: bool = False  # what comes out is no number

    def load(self) -> Callable[[Iterable[Shown]], Iterator[Vectors]]:
        return lambda clips: map(self._vectors, clips)

    def _vectors(self, clip: Shown) -> Vectors:
        pixels = np.stack([np.asarray(p, float).mean((0, 1)) for p in clip.pictures]).mean(0)
        seen = np.array([*pixels, math.nan if self.broken else 1.0], np.float32)
        letters = np.bincount([ord(letter) % 4 for letter in clip.text or ""], minlength=4)
        return Vectors(unit(seen), None if clip.text is None else unit(letters + 0.1))


@dataclass(frozen=True)
class Oracle(Encoder):
    """Knows which caption is whose: both vectors are drawn from the caption."""

    def _vectors(self, clip: Shown) -> Vectors:
        seed = [ord(letter) for letter in clip.text or ""]
        both = unit(np.random.default_rng(seed).standard_normal(16))
        return Vectors(both, None if clip.text is None else both)


@dataclass(frozen=True)
class Constant(Encoder):
    """Sees and reads nothing."""

    def _vectors(self, clip: Shown) -> Vectors:
        return Vectors(unit(np.ones(4)), None if clip.text is None else unit(np.ones(4)))


def unit(vector: np.ndarray) -> np.ndarray:
    """Of length 1."""
    return (vector / np.linalg.norm(vector)).astype(np.float32)
