"""What tags are about: people, attire, animals, things, places; whose they are; where from (§7)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

OTHER = "other"
SUBJECTS = ("person", "attire", "animal", "object", "place", OTHER)
GENDERS = ("female", "male")

_QUALIFIER = re.compile(r"_\([^()]*\)$")


@cache
def lexicon(section: str) -> Mapping[str, str]:
    """Tag -> the class that `subjects.toml` lists it under; the first one that does."""
    text = resources.files("sakuga.report").joinpath("subjects.toml").read_text(encoding="utf-8")
    listed: dict[str, str] = {}
    for name, tags in tomllib.loads(text)[section].items():
        for tag in tags:
            listed.setdefault(tag, name)
    return listed


def subject_of(tag: str) -> str:
    """One of SUBJECTS: by the whole tag, or by its last word."""
    listed = lexicon("subject")
    bare = _QUALIFIER.sub("", tag)
    return next((listed[t] for t in (tag, bare, bare.rpartition("_")[2]) if t in listed), OTHER)


def gender_of(tag: str) -> str:
    """`female` or `male` for a tag that says who is seen; else empty."""
    return lexicon("gender").get(tag, "")


def region_of(tags: Iterable[str]) -> str:
    """Where a source comes from, if a tag of its own tells: of several, the first; else empty."""
    listed = lexicon("region")
    return next((listed[tag.lower()] for tag in tags if tag.lower() in listed), "")
