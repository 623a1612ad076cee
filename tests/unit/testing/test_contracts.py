"""The contracts find each promise that is broken, and name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from sakuga.build.describe import Scene, Written
from sakuga.build.tag import Seen
from sakuga.build.text import Found
from sakuga.core.errors import Refused
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.records import Ratings, SeenTag, TextBox
from sakuga.testing import (
    Broken,
    check_aesthetic_judge,
    check_captioner,
    check_recipe,
    check_tagger,
    check_text_finder,
    check_writer,
)

NAN = float("nan")


def brightness(picture: Picture) -> float:
    return float(picture.mean()) / 255


# ---- recipes


@dataclass
class Thawed:
    size: int = 1


@dataclass(frozen=True, eq=False)
class Unequal:
    size: int = 1


@dataclass(frozen=True)
class Listed:
    sizes: list[int] = field(default_factory=lambda: [1])


@dataclass(frozen=True)
class Untyped:
    size: int = "large"  # type: ignore[assignment]


@dataclass(frozen=True)
class Unwritable:
    what: Any = b"bytes"


@dataclass(frozen=True)
class Good:
    sizes: tuple[int, ...] = ()
    name: str = "x"


def unreachable() -> Any:
    @dataclass(frozen=True)
    class Inside:
        size: int = 1

    return Inside()


@pytest.mark.parametrize(
    ("recipe", "promise"),
    [
        (Good, "an object of a dataclass"),
        (3, "an object of a dataclass"),
        (Thawed(), "frozen"),
        (Unequal(), "equal fields are equal"),
        (Listed(), "hashable"),
        (unreachable(), "pickled"),
        (Unwritable(), "JSON"),
        (Untyped(), "by their types"),
    ],
)
def test_a_recipe_that_is_none_is_found_out(recipe: Any, promise: str) -> None:
    with pytest.raises(Broken, match=promise):
        check_recipe(recipe)


def test_a_recipe_whose_packages_are_missing_can_not_be_checked() -> None:
    with pytest.raises(Broken, match=r"is installed.*no_such_module"):
        check_recipe(NeedsMore())


@dataclass(frozen=True)
class NeedsMore:
    @property
    def needs(self) -> Needs:
        return Needs(modules=("no_such_module",))


def test_a_recipe_as_it_should_be_passes() -> None:
    check_recipe(Good())


# ---- judges of single pictures


@dataclass(frozen=True)
class JudgeThat:
    """`does` names what it does wrong, if anything."""

    does: str = "right"

    def load(self) -> Callable[[Iterable[Picture]], Iterable[float]]:
        return JUDGES[self.does]()


def right() -> Callable[[Iterable[Picture]], Iterable[float]]:
    return lambda pictures: map(brightness, pictures)


def forgets() -> Callable[[Iterable[Picture]], Iterable[float]]:
    return lambda pictures: [brightness(p) for p in list(pictures)[: 4 * 2]]


def repeats() -> Callable[[Iterable[Picture]], Iterable[float]]:
    return lambda pictures: [s for p in pictures for s in [brightness(p)] * 2]


def sorts() -> Callable[[Iterable[Picture]], Iterable[float]]:
    return lambda pictures: sorted(map(brightness, pictures))


def compares() -> Callable[[Iterable[Picture]], Iterable[float]]:
    def look(pictures: Iterable[Picture]) -> Iterable[float]:
        scores = [brightness(p) for p in pictures]
        return [s / max(scores) for s in scores]

    return look


def drifts() -> Callable[[Iterable[Picture]], Iterable[float]]:
    calls = count(1)

    def look(pictures: Iterable[Picture]) -> Iterable[float]:
        shown = list(pictures)
        call = next(calls) if len(shown) == 9 and brightness(shown[0]) < 2 else 1
        return [brightness(p) / (1 + 0.1 * (call > 3)) for p in shown]

    return look


LOADS = count()


def differs() -> Callable[[Iterable[Picture]], Iterable[float]]:
    shift = next(LOADS) % 2 * 0.1
    return lambda pictures: [brightness(p) / 2 + shift for p in pictures]


def swallows() -> Callable[[Iterable[Picture]], Iterable[float]]:
    def look(pictures: Iterable[Picture]) -> Iterator[float]:
        stream = iter(pictures)
        while True:
            try:
                yield brightness(next(stream))
            except (StopIteration, ValueError):
                return

    return look


def writes() -> Callable[[Iterable[Picture]], Iterable[float]]:
    def look(pictures: Iterable[Picture]) -> Iterator[float]:
        for picture in pictures:
            picture[0, 0] = 0
            yield brightness(picture)

    return look


def gives_nan() -> Callable[[Iterable[Picture]], Iterable[float]]:
    return lambda pictures: [NAN for _ in pictures]


def gives_percents() -> Callable[[Iterable[Picture]], Iterable[float]]:
    return lambda pictures: [100 * brightness(p) for p in pictures]


JUDGES = {
    made.__name__: made
    for made in (
        right, forgets, repeats, sorts, compares, drifts, differs, swallows, writes, gives_nan,
        gives_percents,
    )
}  # fmt: skip


@pytest.mark.parametrize(
    ("does", "promise"),
    [
        ("forgets", "one result for each picture"),
        ("repeats", "one result for each picture"),
        ("sorts", "in the order of the pictures"),
        ("compares", "gives alone what it gives among others"),
        ("drifts", "the same pictures give the same"),
        ("differs", "load.. can be called twice"),
        ("swallows", "raises in the stream"),
        ("gives_nan", "its room takes what it gives"),
        ("gives_percents", "its room takes what it gives"),
    ],
)
def test_a_judge_that_breaks_a_promise_is_found_out(does: str, promise: str) -> None:
    with pytest.raises(Broken, match=promise):
        check_aesthetic_judge(JudgeThat(does))


def test_a_judge_that_writes_on_what_it_is_shown_is_found_out() -> None:
    with pytest.raises(ValueError, match="read-only"):
        check_aesthetic_judge(JudgeThat("writes"))


def test_a_judge_as_it_should_be_passes() -> None:
    check_aesthetic_judge(JudgeThat())


# ---- taggers and finders


@dataclass(frozen=True)
class TaggerThat:
    score: float = 0.5
    ratings: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0)

    def load(self) -> Callable[[Iterable[Picture]], Iterable[Seen]]:
        tags = [SeenTag("solo", "general", self.score)]
        return lambda pictures: [Seen(tags, Ratings(*self.ratings)) for _ in pictures]


@dataclass(frozen=True)
class FinderThat:
    probability: float = 0.5
    right: float = 1.0

    def load(self) -> Callable[[Iterable[Picture]], Iterable[Found]]:
        box = TextBox(0.0, 0.0, self.right, 1.0, 1.0)
        return lambda pictures: [Found(self.probability, [box]) for _ in pictures]


def test_a_tagger_and_a_finder_as_they_should_be_pass() -> None:
    check_tagger(TaggerThat())
    check_text_finder(FinderThat())


@pytest.mark.parametrize(
    ("check", "backend"),
    [
        (check_tagger, TaggerThat(score=1.5)),
        (check_tagger, TaggerThat(ratings=(0.0, 0.0, 0.0, 0.0))),
        (check_text_finder, FinderThat(probability=-1.0)),
        (check_text_finder, FinderThat(right=480.0)),
    ],
)
def test_scores_out_of_range_are_found_out(check: Callable[[Any], None], backend: Any) -> None:
    with pytest.raises(Broken, match="its room takes what it gives"):
        check(backend)


# ---- captioners and writers


@dataclass(frozen=True)
class CaptionerThat:
    does: str = "one for each"

    def load(self) -> Callable[[Sequence[Sequence[Picture]]], Iterable[Any]]:
        say: dict[str, Callable[[Sequence[Picture]], Any]] = {
            "one for each": lambda clip: [f"{brightness(p):.3f}" for p in clip],
            "one of all": lambda clip: [f"{brightness(clip[0]):.3f}"],
            "refuses": lambda _: Refused("no"),
            "a text": lambda clip: f"{brightness(clip[0]):.3f}",
            "nothing": lambda clip: [""] * len(clip),
            "three": lambda _: ["a", "b", "c"],
        }
        return lambda clips: [say[self.does](clip) for clip in clips]


@pytest.mark.parametrize("does", ["one for each", "one of all", "refuses"])
def test_captioners_as_they_should_be_pass_up_to_their_room(does: str) -> None:
    if does == "refuses":  # a real answer of a backend, but of nothing that can be checked
        with pytest.raises(Broken, match="its room takes what it gives"):
            check_captioner(CaptionerThat(does))
    else:
        check_captioner(CaptionerThat(does))


@pytest.mark.parametrize(
    ("does", "promise"),
    [
        ("a text", "sequence of texts"),
        ("nothing", "says something"),
        ("three", "of all pictures, or one for each"),
    ],
)
def test_a_captioner_that_breaks_a_promise_is_found_out(does: str, promise: str) -> None:
    with pytest.raises(Broken, match=promise):
        check_captioner(CaptionerThat(does))


@dataclass(frozen=True)
class WriterThat:
    does: str = "right"

    def load(self) -> Callable[[Sequence[Scene]], Iterable[Any]]:
        def write(scenes: Sequence[Scene]) -> list[Any]:
            texts = [Written(f"Shot {scene.clip.index}.") for scene in scenes]
            match self.does:
                case "mixes up":
                    return sorted(texts, key=lambda one: one.text)
                case "tells of the first":
                    return [texts[0] for _ in texts]
                case "forgets one":
                    return texts[:-1]
                case "says nothing":
                    return [Written(" ") for _ in texts]
                case "owes tokens":
                    return [Written(one.text, -1) for one in texts]
                case "gives texts":
                    return [one.text for one in texts]
                case "refuses one":
                    return [
                        Refused("no") if scene.clip.index == 2 else one
                        for scene, one in zip(scenes, texts, strict=True)
                    ]
                case _:
                    return texts

        return write


@pytest.mark.parametrize(
    ("does", "promise"),
    [
        ("mixes up", "its own answer"),
        ("tells of the first", "its own answer"),
        ("forgets one", "one answer for each clip"),
        ("says nothing", "it says something"),
        ("owes tokens", "counted from 0"),
        ("gives texts", "a Written, or an ItemError"),
    ],
)
def test_a_writer_that_breaks_a_promise_is_found_out(does: str, promise: str) -> None:
    with pytest.raises(Broken, match=promise):
        check_writer(WriterThat(does))


@pytest.mark.parametrize("does", ["right", "refuses one"])
def test_writers_as_they_should_be_pass(does: str) -> None:
    check_writer(WriterThat(does))
