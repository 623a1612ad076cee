"""What a shot is about: its description, tags, classes and scores, under its strip."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from html import escape

from sakuga.core.records import Row
from sakuga.dataset.taxonomy import OTHERS
from sakuga.report.names import harmless
from sakuga.report.shots import Shot

FEW = 16  # tags that are seen at once; the others unfold


def content(shot: Shot) -> str:
    """Markup for all that is known; empty where nothing is, and no word of what is null."""
    if shot.row is None:
        return ""
    described = _described(shot.row)
    facts = "".join(f"<span>{escape(harmless(fact))}</span>" for fact in _facts(shot.row))
    facts = f'<p class="scores">{facts}</p>' if facts else ""
    made = f"{described}{_tags(shot.row)}{facts}"
    return f'<div class="content">{made}</div>' if made else ""


def _described(row: Row) -> str:
    if not row.text_description:
        return ""
    return f'<p class="description">{escape(harmless(row.text_description))}</p>'


def _tags(row: Row) -> str:
    """The first tags, which are the surest; the rest behind a mark that needs no script."""
    characters = set(row.character_tags or ())
    tags = [
        f"<li{_who(tag, characters)}>{escape(harmless(tag.replace('_', ' ')))}</li>"
        for tag in row.anime_tags or ()
    ]
    if not tags:
        return ""
    first = f'<ul class="tags">{"".join(tags[:FEW])}</ul>'
    rest = tags[FEW:]
    if not rest:
        return first
    unfolded = f'<ul class="tags">{"".join(rest)}</ul>'
    return f"{first}<details><summary>{len(rest)} more tags</summary>{unfolded}</details>"


def _who(tag: str, characters: set[str]) -> str:
    return ' class="who"' if tag in characters else ""


def _facts(row: Row) -> Iterator[str]:
    if row.taxonomy is not None:
        classes = (str(name) for name in dataclasses.astuple(row.taxonomy))
        yield from (name.replace("_", " ") for name in classes if name != OTHERS)
    if row.rating is not None:
        yield f"rated {row.rating}"
    if row.aesthetic_score is not None:
        yield f"aesthetic {row.aesthetic_score:.2f}"
    if row.text_kinds:
        yield f"text: {', '.join(row.text_kinds)}"
    if row.split != "train":
        yield row.split
