"""§3.2's taxonomy: its axes, classes and labels, and a file of which tags speak for which class.

    [venue.outdoors]
    says = ["outdoors", "street + crowd"]   # these name the class; " + ": where all of them stand
    hints = ["sky", "tree"]                 # these make it likely

A class that the file does not list is never given; a list may be empty. Axes and classes are those
of the release (§3.2), so that every class has its label; the tags are the file's own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from sakuga.core.errors import RequestError
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Taxonomy
from sakuga.dataset.columns import meant
from sakuga.dataset.release.columns import CLASSES

OTHERS = "others"  # undecided
AXES = tuple(field.name for field in fields(Taxonomy))
TOGETHER = " + "

Term = tuple[str, ...]  # tags that must all stand; most often one


@dataclass(frozen=True, slots=True)
class Words:
    """The terms that speak for one class."""

    says: tuple[Term, ...] = ()
    hints: tuple[Term, ...] = ()

    @property
    def tags(self) -> Iterator[str]:
        """Every tag, those that only count together too."""
        return (tag for term in (*self.says, *self.hints) for tag in term)


Lists = Mapping[str, Mapping[str, Words]]  # axis -> class -> its terms, in the file's order


def classes_of(axis: str) -> tuple[str, ...]:
    """The classes of an axis in the order of their labels, `others` last."""
    return tuple(CLASSES[axis])


def label_of(axis: str, name: str) -> int:
    """A class's label in the release: 0, 1, ...; -1 for `others`. Raises KeyError."""
    return CLASSES[axis][name]


def read_lists(text: str, name: str) -> Lists:
    """The lists of a taxonomy file; `name` is what messages call it. Raises RequestError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{name}: {error}") from error
    lists: dict[str, dict[str, Words]] = {}
    for axis, classes in content.items():
        if axis not in AXES:
            raise RequestError(f"{name}: [{axis}] is no axis of the taxonomy; {meant(axis, AXES)}")
        lists[axis] = {c: _words(f"{name}: [{axis}.{c}]", axis, c, w) for c, w in classes.items()}
        _refuse_twice(f"{name}: [{axis}]", lists[axis])
    return lists


def digest_of(lists: Lists) -> str:
    """16 hex digits that differ when what the file says does; comments do not count."""
    return fingerprint(
        [[a, [[c, w.says, w.hints] for c, w in of.items()]] for a, of in lists.items()]
    )


def _words(where: str, axis: str, name: str, given: Any) -> Words:
    known = classes_of(axis)[:-1]
    if name not in known:
        raise RequestError(f"{where}: {axis} has no such class to be listed; {meant(name, known)}")
    if not isinstance(given, dict):
        raise RequestError(f"{where} = {given!r}: must be a section with `says` and `hints`")
    section = cast("dict[str, Any]", given)
    for key in section:
        if key not in ("says", "hints"):
            raise RequestError(f"{where} {key}: must be `says` or `hints`")
    return Words(*(_terms(f"{where} {key}", section.get(key, [])) for key in ("says", "hints")))


def _terms(where: str, given: Any) -> tuple[Term, ...]:
    if not isinstance(given, list):
        raise RequestError(f"{where} = {given!r}: must be a list of tags")
    terms: list[Term] = []
    for entry in cast("list[Any]", given):
        term = tuple(entry.split(TOGETHER)) if isinstance(entry, str) else ()
        if not term or any(not tag or tag != "".join(tag.split()) for tag in term):
            raise RequestError(
                f"{where}: {entry!r} is no tag: write long_hair, or tags that count together as "
                "'1girl + 1boy'"
            )
        terms.append(term)
    return tuple(terms)


def _refuse_twice(where: str, classes: Mapping[str, Words]) -> None:
    """A term that speaks twice would contradict itself, or count double."""
    seen: dict[frozenset[str], str] = {}
    for name, words in classes.items():
        for term in (*words.says, *words.hints):
            if (before := seen.setdefault(frozenset(term), name)) != name:
                raise RequestError(
                    f"{where}: {TOGETHER.join(term)!r} speaks for {before} and for {name}; keep one"
                )
        if len({frozenset(t) for t in (*words.says, *words.hints)}) < len(words.says) + len(
            words.hints
        ):
            raise RequestError(f"{where}: {name} lists a term twice; keep one")
