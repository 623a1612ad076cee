"""The contracts of what answers in words: captioners and writers.

One answer for each clip, in their order, or the error that tells why there is none; never the words
of another clip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from sakuga.build.caption import Caption, Captioner
from sakuga.build.describe import Scene, Writer, Written
from sakuga.core.errors import ItemError
from sakuga.core.images import Picture
from sakuga.core.records import Failure
from sakuga.testing.asking import require, require_alike
from sakuga.testing.films import drawn, samples, scenes
from sakuga.testing.recipes import check_recipe

Answer = Callable[[Sequence[Any]], Iterable[Any]]


def check_captioner(captioner: Captioner) -> None:
    """The contract of a Captioner. Raises Broken."""
    pictures = iter(drawn(9))
    clips = [[next(pictures) for _ in range(count)] for count in (1, 4, 2, 2)]
    for clip, said in zip(clips, _answers(captioner, clips), strict=True):
        _is_said(clip, said)
    rows = list(Caption(captioner).load()([(clip,) for clip in samples((1, 3))]))
    failed = [row.message for row in rows if isinstance(row, Failure)]
    require(len(rows) == 2 and not failed, "its room takes what it gives", failed)


def check_writer(writer: Writer) -> None:
    """The contract of a Writer. Raises Broken."""
    given = scenes()
    for scene, written in zip(given, _answers(writer, given), strict=True):
        _is_written(scene, written)


def _answers(recipe: Any, clips: Sequence[Any]) -> list[Any]:
    """What it answers to all of them, after all that has to hold of any answers was looked at."""
    check_recipe(recipe)
    answer: Answer = recipe.load()
    together = list(answer(clips))
    count = len(together)
    require(count == len(clips), "there is one answer for each clip", f"{count} for {len(clips)}")
    nothing = list(answer([]))
    require(nothing == [], "no clips, no answers", nothing)
    backwards = list(answer(clips[::-1]))[::-1]
    require_alike(together, backwards, "each clip has its own answer, in whatever order they come")
    alone = [next(iter(answer([clip]))) for clip in clips]
    require_alike(together, alone, "a clip is answered alone as it is among others")
    again = list(recipe.load()(clips))
    require_alike(together, again, "load() can be called twice, and both answer the same")
    return together


def _is_said(clip: Sequence[Picture], said: Any) -> None:
    if isinstance(said, ItemError):
        return
    many = isinstance(said, Sequence) and not isinstance(said, str)
    require(many, "captions are a sequence of texts, or an ItemError", said)
    texts = cast("Sequence[Any]", said)
    fits = len(texts) in (1, len(clip))
    require(fits, "there is a caption of all pictures, or one for each", (len(clip), texts))
    plain = all(isinstance(text, str) and text.strip() for text in texts)
    require(plain, "a caption is a text that says something", texts)


def _is_written(scene: Scene, written: Any) -> None:
    if isinstance(written, ItemError):
        return
    require(isinstance(written, Written), "a description is a Written, or an ItemError", written)
    require(bool(written.text.strip()), "it says something", scene)
    counted = written.prompt_tokens >= 0 and written.completion_tokens >= 0
    require(counted, "tokens are counted from 0", written)
