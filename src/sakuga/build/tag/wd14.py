"""Backends `wd14` and `wd-eva02`: the WD taggers, by ONNX Runtime (§3.1: tags; §3.2: ratings).

Upstream, both Apache-2.0, on the Hugging Face hub: SmilingWolf/wd-v1-4-swinv2-tagger-v2 (the
paper's) and SmilingWolf/wd-eva02-large-tagger-v3. Pictures are prepared alike for both, as in their
author's own demonstration: white is added around the picture until it is square, the square is
resized to the model's side by Pillow's bicubic filter, which takes in every pixel when it reduces,
and is given as BGR, 0 to 255, unscaled. (Other tools reduce by means over areas: scores differ.)

wd14 is pinned to the tag `v2.0`, whose model takes one picture at a time. The head of its
repository (`revision = "main"`) holds a later export, v2.1, of the same weights that takes any
number. wd-eva02 is pinned to a commit and takes any number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from sakuga.build.device import Device, wants_cuda
from sakuga.build.onnx import Net, open_net
from sakuga.build.tag import Scores, Seen
from sakuga.build.tag.vocabulary import Vocabulary, read_vocabulary
from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.records import Ratings
from sakuga.core.weights import Weights, located

MODEL, TAGS = "model.onnx", "selected_tags.csv"
WHITE = 255
STRIP = 256  # rows that are widened at a time: a tall picture needs no square of its height
Look = Callable[[Iterable[Picture]], Iterator[Seen]]


@dataclass(frozen=True, slots=True)
class Wd14:
    """repo: on the hub, or a folder. batch: pictures at once, 0 as suits the device; device: both
    say how it runs, not what comes out."""

    repo: str = "SmilingWolf/wd-v1-4-swinv2-tagger-v2"
    revision: str = "v2.0"
    batch: Annotated[int, Interval(ge=0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        return _needs(self, megabytes=470)

    def check(self) -> None:
        """Its list of tags is one. Raises RequestError."""
        _vocabulary(self)

    def load(self) -> Look:
        """The worker."""
        return _look(self)


@dataclass(frozen=True, slots=True)
class WdEva02:
    """repo: on the hub, or a folder. batch: pictures at once, 0 as suits the device; device: both
    say how it runs, not what comes out."""

    repo: str = "SmilingWolf/wd-eva02-large-tagger-v3"
    revision: str = "b25b82a03f7282e41aa2f257a52c7583b710bd1c"
    batch: Annotated[int, Interval(ge=0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        return _needs(self, megabytes=1261)

    def check(self) -> None:
        """Its list of tags is one. Raises RequestError."""
        _vocabulary(self)

    def load(self) -> Look:
        """The worker."""
        return _look(self)


class _Wd(Protocol):
    @property
    def repo(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def batch(self) -> int: ...
    @property
    def device(self) -> Device: ...
    @property
    def needs(self) -> Needs: ...


def _needs(recipe: _Wd, megabytes: int) -> Needs:
    weights = Weights(recipe.repo, recipe.revision, (MODEL, TAGS), megabytes)
    modules = ("huggingface_hub", "onnxruntime", "PIL")
    return Needs("tag", modules, (weights,), alone=wants_cuda(recipe.device))


def _vocabulary(recipe: _Wd) -> Vocabulary:
    return read_vocabulary(located(recipe.needs.weights[0]) / TAGS)


def _look(recipe: _Wd) -> Look:
    words = _vocabulary(recipe)
    path = located(recipe.needs.weights[0]) / MODEL
    net = open_net(path, recipe.device, recipe.batch)
    side = _side(net, f"{path}")
    if net.width not in (None, words.size):
        raise RequestError(_apart(recipe, words, net.width))

    def look(pictures: Iterable[Picture]) -> Iterator[Seen]:
        for scores in net.look(pictures, lambda batch: prepared(batch, side, net.dtype)):
            if len(scores) != words.size:
                raise RequestError(_apart(recipe, words, len(scores)))
            yield _seen(scores.astype(np.float64), words)

    return look


def _side(net: Net, path: str) -> int:
    side = net.shape[0]
    if net.shape != (side, side, 3) or side is None:
        raise RequestError(f"{path}: its input is {net.shape}; a WD tagger's is (448, 448, 3)")
    return side


def _apart(recipe: _Wd, words: Vocabulary, outputs: int | None) -> str:
    return (
        f"{recipe.repo} at {recipe.revision}: {TAGS} names {words.size} outputs and {MODEL} gives "
        f"{outputs}: fetch both again, from one revision"
    )


def _seen(scores: NDArray[np.float64], words: Vocabulary) -> Seen:
    ratings = Ratings(*(float(scores[n]) for n in words.ratings)) if words.ratings else None
    return Seen(Scores(words.names, words.kinds, scores[words.tags]), ratings)


def prepared(pictures: list[Picture], side: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Pictures (H, W, 3) uint8 BGR of any size, as the model wants them: (N, side, side, 3) BGR."""
    batch = np.empty((len(pictures), side, side, 3), dtype)
    for place, picture in zip(batch, pictures, strict=True):
        place[...] = squared(picture, side)
    return batch


def squared(picture: Picture, side: int) -> Picture:
    """The picture in the middle of a white square, resized to `side`.

    Equal to the byte to Pillow's resizing of the whole square, which does rows before columns, but
    rows that are all white are not worked on, and the square itself is never made.
    """
    height, width = picture.shape[:2]
    longest = max(height, width)
    if longest == side:
        return _centred(picture, side, side)
    strips = (picture[top : top + STRIP] for top in range(0, height, STRIP))
    narrow = np.concatenate([_resized(_centred(s, len(s), longest), side, len(s)) for s in strips])
    return _resized(_centred(narrow, longest, side), side, side)


def _centred(picture: Picture, height: int, width: int) -> Picture:
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    canvas = np.full((height, width, 3), WHITE, np.uint8)
    canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return canvas


def _resized(picture: Picture, width: int, height: int) -> Picture:
    from PIL import Image

    resized = Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized)
