"""A retrieval as a page that needs nothing else: HTML with pictures, or Markdown."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from sakuga.evaluate import origin
from sakuga.evaluate.origin import Terms
from sakuga.evaluate.ranked import Hit, Query
from sakuga.evaluate.retrieval import Retrieval
from sakuga.evaluate.table2 import Line, class_lines, lines, name, notes
from sakuga.evaluate.told import grid

STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums;
  font-size: .85em }
th, td { padding: .25rem .5rem; border-bottom: 1px solid #8884; text-align: right }
th:first-child, td:first-child { text-align: left }
td { white-space: nowrap }
.ours tr:nth-child(2) td { font-weight: 600 }
.wide { overflow-x: auto }
.hits { display: flex; flex-wrap: wrap; gap: .7rem; margin: 0 0 1.6rem; padding: 0 }
figure { margin: 0; width: calc((100% - 3.5rem) / 6); min-width: 8rem; box-sizing: border-box;
  border: 3px solid transparent; padding: 2px }
figure.right { border-color: #2a9d5c }
img, .none { width: 100%; aspect-ratio: 16/9; object-fit: contain; background: #8882 }
figcaption, .note { font-size: .85em; opacity: .8 }
ul.note { padding-left: 1.2rem } ul.note li { margin: .25rem 0 }
tr.paper td { font-style: italic; opacity: .7 }
.nets th, .nets td { text-align: left; vertical-align: top; white-space: normal }
.nets td:last-child { overflow-wrap: anywhere; min-width: 18rem }
"""


def html(made: Retrieval, ranked: Sequence[Query]) -> str:
    """The page. Every text that comes from a file is escaped."""
    title = escape(f"Retrieval: {name(made.encoder)}")
    classes = "".join(
        f"<h3>{escape(axis)}</h3>{table_of(class_lines(found))}"
        for axis, found in made.classes.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
        f"<h2>Table 2</h2>{table_of(lines(made), 'ours')}{notes_of(notes(made))}"
        f"{'<h2>By class</h2>' + classes if classes else ''}"
        f"<h2>Figure 8</h2>{notes_of([_RANKED])}{''.join(map(_query, ranked))}</body></html>\n"
    )


def markdown(made: Retrieval) -> str:
    """The tables and notes; no pictures."""
    parts = [f"# Retrieval: {name(made.encoder)}", grid(lines(made)), "\n".join(notes(made))]
    for axis, found in made.classes.items():
        parts += [f"## {axis}", grid(class_lines(found))]
    return "\n\n".join(parts) + "\n"


_RANKED = (
    "Captions from the one whose clip is found first to the one whose clip is found last, at even "
    "distances; the clips that score highest in the gallery, the right one framed and, where it is "
    "none of them, last."
)


def table_of(rows: Sequence[Line], kind: str = "") -> str:
    """Lines, the first the head."""
    head, *body = rows
    told = "".join(f"<tr{_kind(row)}>{_cells(row, 'td')}</tr>" for row in body)
    table = f'<table class="{kind}"><tr>{_cells(head, "th")}</tr>{told}</table>'
    return f'<div class="wide">{table}</div>'


def _kind(row: Line) -> str:
    """The paper's rows look like what they are."""
    return ' class="paper"' if row[0].startswith("paper") else ""


def _cells(row: Line, tag: str) -> str:
    return "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)


def notes_of(told: Iterable[str]) -> str:
    """A paragraph each."""
    return "".join(f'<p class="note">{escape(each)}</p>' for each in told)


def list_of(told: Iterable[str]) -> str:
    """A line each."""
    return f'<ul class="note">{"".join(f"<li>{escape(each)}</li>" for each in told)}</ul>'


def nets_of(terms: Terms) -> str:
    """The nets that numbers are of, with the hashes of their files."""
    packages = ", ".join(f"{name} {version}" for name, version in terms.packages.items())
    read = f"Read, cut and resized by {packages}."
    return f"<h2>Nets</h2>{table_of(origin.lines(terms), 'nets')}{notes_of([read])}"


def _query(query: Query) -> str:
    place = f"the right clip is number {query.rank:,}"
    hits = "".join(map(_hit, query.hits))
    return f"<p>{escape(query.caption)}<br><small>{place}</small></p><div class=hits>{hits}</div>"


def _hit(hit: Hit) -> str:
    picture = '<div class="none"></div>'
    if hit.picture is not None:
        source = base64.b64encode(hit.picture).decode()
        picture = f'<img alt="" src="data:image/jpeg;base64,{source}">'
    told = f"{hit.rank:,}: {escape(hit.id[:12])}, {hit.score:.3f}"
    kind = ' class="right"' if hit.right else ""
    return f"<figure{kind}>{picture}<figcaption>{told}</figcaption></figure>"
