"""The contracts of what is shown pictures one by one: taggers, judges of looks, finders of text.

One result for each picture, in their order, whatever the batch; the same for the same picture;
pictures of any size; what can't be decoded among them is told, not passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sakuga.build.aesthetic import AestheticJudge, Judge
from sakuga.build.tag import Tag, Tagger
from sakuga.build.text import FindText, TextFinder
from sakuga.core.images import Picture
from sakuga.core.records import Failure
from sakuga.testing.asking import require, require_alike
from sakuga.testing.films import drawn, samples
from sakuga.testing.recipes import check_recipe

COUNTS = (0, 1, 2, 9)
Look = Callable[[Iterable[Picture]], Iterable[Any]]


class NoImage(ValueError):
    """What a picture that can't be decoded raises, in place of being given."""


def check_tagger(tagger: Tagger) -> None:
    """The contract of a Tagger. Raises Broken."""
    _check_shown(tagger)
    _check_rows(Tag(tagger, floor=0.0))


def check_aesthetic_judge(judge: AestheticJudge) -> None:
    """The contract of an AestheticJudge. Raises Broken."""
    _check_shown(judge)
    _check_rows(Judge(judge))


def check_text_finder(finder: TextFinder) -> None:
    """The contract of a TextFinder. Raises Broken."""
    _check_shown(finder)
    _check_rows(FindText(finder))


def _check_shown(recipe: Any) -> None:
    check_recipe(recipe)
    look: Look = recipe.load()
    pictures = drawn(max(COUNTS))
    together = list(look(iter(pictures)))
    _one_for_each(look, pictures)
    _each_its_own(look, pictures, together)
    _told_what_is_no_image(look, pictures)
    again = list(look(iter(pictures)))
    require_alike(together, again, "the same pictures give the same, also after an error")
    loaded_again = list(recipe.load()(iter(pictures)))
    require_alike(together, loaded_again, "load() can be called twice, and both give the same")


def _one_for_each(look: Look, pictures: Sequence[Picture]) -> None:
    for count in COUNTS:
        given = len(list(look(iter(pictures[:count]))))
        require(given == count, "there is one result for each picture", f"{given} for {count}")


def _each_its_own(look: Look, pictures: Sequence[Picture], together: Sequence[Any]) -> None:
    backwards = list(look(iter(pictures[::-1])))[::-1]
    require_alike(together, backwards, "results come in the order of the pictures")
    for picture, result in zip(pictures, together, strict=True):
        alone = list(look(iter([picture])))
        promise = f"a picture of shape {picture.shape} gives alone what it gives among others"
        require_alike([result], alone, promise)


def _told_what_is_no_image(look: Look, pictures: Sequence[Picture]) -> None:
    def stream() -> Iterator[Picture]:
        yield from pictures[:3]
        raise NoImage("not an image")

    try:
        given = list(look(stream()))
    except NoImage:
        return
    require(False, "what raises in the stream of pictures is raised again", given)


def _check_rows(stage: Any) -> None:
    """The room takes what the backend gives: scores in their range, nothing lost."""
    clips = samples((1, 4, 2))
    rows = list(stage.load()([(clip,) for clip in clips]))
    failed = [row for row in rows if isinstance(row, Failure)]
    require(not failed, "its room takes what it gives", [row.message for row in failed])
    ids = [row.id for row in rows]
    require(ids == [clip.id for clip in clips], "each clip has its row", ids)
