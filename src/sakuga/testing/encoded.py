"""The contract of encoders: clips and descriptions to vectors that can be multiplied.

One result for each clip, in their order, whatever the batch; the same for the same clip; a text's
vector where there is a text; what can't be decoded is told, not passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

import cv2
import numpy as np

from sakuga.build.embed import Encoder, Shown, Vectors
from sakuga.core.errors import ItemError, Unreadable
from sakuga.core.images import Picture
from sakuga.testing.asking import require, require_alike
from sakuga.testing.films import drawn
from sakuga.testing.recipes import check_recipe

TEXTS = ("a girl runs over a roof", None, "", "smoke " * 10_000, "桜の木の下で 🌸")
Encode = Callable[[Iterable[Shown]], Iterable[Vectors | ItemError]]


def check_encoder(encoder: Encoder) -> None:
    """The contract of an Encoder. Raises Broken."""
    check_recipe(encoder)
    clips = shown(encoder)
    encode: Encode = encoder.load()
    together = list(encode(iter(clips)))
    require(len(together) == len(clips), "there is one result for each clip", len(together))
    require(not list(encode(iter(()))), "no clips give nothing")
    width = {_width(clip, made) for clip, made in zip(clips, together, strict=True)}
    require(len(width) == 1, "all vectors are equally long", width)
    _each_its_own(encode, clips, together)
    if not encoder.keyframes:
        _told_what_is_no_image(encode, clips)
    again = list(encode(iter(clips)))
    _alike(together, again, "the same clips give the same, also after an error")
    _alike(together, list(encoder.load()(iter(clips))), "load() can be called twice, to the same")


def shown(encoder: Encoder) -> list[Shown]:
    """Clips as the room shows them to this encoder."""
    counts = [encoder.keyframes] * len(TEXTS) if encoder.keyframes else [1, 4, 2, 1, 2]
    pictures = iter(drawn(sum(counts), seed=2))
    clips: list[Shown] = []
    for count, text in zip(counts, TEXTS, strict=True):
        own = [next(pictures) for _ in range(count)]
        if encoder.keyframes:
            size = encoder.side, encoder.side
            own = [cast(Picture, cv2.resize(one, size)) for one in own]
        clips.append(Shown(np.arange(count, dtype=np.int32), own, text))
    return clips


def _width(clip: Shown, made: Vectors | ItemError) -> int:
    require(isinstance(made, Vectors), "a clip that can be shown has its vectors", made)
    assert isinstance(made, Vectors)
    spoken = made.text is not None
    require(spoken == (clip.text is not None), "a text's vector is there where a text is", made)
    length = float(np.linalg.norm(made.clip))
    require(0 < length <= 1 + 1e-3, "a clip's vector is no longer than 1", length)
    if made.text is not None:
        length = float(np.linalg.norm(made.text))
        require(abs(length - 1) <= 1e-3, "a text's vector is of length 1", length)
        require(len(made.text) == len(made.clip), "a clip's and a text's are equally long", made)
    return len(made.clip)


def _each_its_own(encode: Encode, clips: Sequence[Shown], together: Sequence[Any]) -> None:
    backwards = list(encode(iter(clips[::-1])))[::-1]
    _alike(together, backwards, "results come in the order of the clips")
    for clip, made in zip(clips, together, strict=True):
        _alike([made], list(encode(iter([clip]))), "a clip gives alone what it gives among others")
    [swapped] = encode(iter([replace(clips[0], pictures=clips[1].pictures)]))
    require(
        isinstance(swapped, Vectors) and not np.allclose(swapped.clip, together[0].clip, atol=1e-4),
        "another clip has another vector",
        swapped,
    )


def _told_what_is_no_image(encode: Encode, clips: Sequence[Shown]) -> None:
    broken = replace(clips[1], pictures=_Broken())
    made = list(encode(iter([clips[0], broken, clips[2]])))
    kinds = [type(one).__name__ for one in made]
    require(
        kinds == ["Vectors", "Unreadable", "Vectors"],
        "a clip whose picture is no image gives the error, the others their vectors",
        kinds,
    )


class _Broken(Sequence[Picture]):
    """A clip whose second picture is no image."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: Any) -> Any:
        if index == 0:
            return drawn(1)[0]
        raise Unreadable("no image")


def _alike(one: Sequence[Any], other: Sequence[Any], promise: str) -> None:
    require_alike([_plain(each) for each in one], [_plain(each) for each in other], promise)


def _plain(made: Any) -> Any:
    if not isinstance(made, Vectors):
        return made
    return [made.clip.tolist(), None if made.text is None else made.text.tolist()]
