"""The dataset's card, as the Hugging Face Hub shows it: `README.md` beside the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from sakuga.core.records import Row
from sakuga.core.schema import schema_of
from sakuga.dataset.columns import MEANINGS, who_fills
from sakuga.dataset.front import front
from sakuga.dataset.publication import Publication
from sakuga.dataset.statistics import Chart, Size
from sakuga.dataset.words import ABOUT, BIASES, CITATION, LIMITS, LOADING, PERSONAL

_NONE = "-"


def card(publication: Publication) -> str:
    """The whole card: its head, then what is in the dataset, how to read it, how it was made."""
    return front(publication) + "\n\n".join(_sections(publication)) + "\n"


def _sections(publication: Publication) -> Iterator[str]:
    statistics = publication.statistics
    yield "\n# Shots and drawings"
    yield ABOUT
    yield _sizes(publication)
    yield "## How to read it"
    yield LOADING
    yield "## What is in it"
    yield (
        "Shares are of the clips of which the value is known; beside them those of Sakuga-42M "
        "(arXiv 2405.07425, section 3.2 and its release), where it gives them."
    )
    yield from (_chart(chart) for chart in statistics.charts if chart.known)
    yield "## Columns"
    yield _columns(publication)
    yield "## What is not known"
    yield _nulls(publication)
    yield "## Limits and biases"
    yield _bullets([*LIMITS, *BIASES])
    yield "## People"
    yield _bullets(PERSONAL)
    yield "## Licence"
    yield _licences(publication)
    yield "## How it was made"
    yield _provenance(publication)
    yield "## Citation"
    yield f"```bibtex\n{CITATION}\n```"


def _sizes(publication: Publication) -> str:
    statistics = publication.statistics
    rows = [_size(split, statistics.splits[split]) for split in publication.splits]
    rows.append(_size("**all**", statistics.whole))
    return _table(("split", "clips", "videos", "frames", "keyframes", "hours"), rows)


def _size(name: str, size: Size) -> list[str]:
    counts = (size.clips, size.videos, size.frames, size.keyframes)
    return [name, *(f"{n:,}" for n in counts), f"{size.seconds / 3600:,.2f}"]


def _chart(chart: Chart) -> str:
    ours = any(share.paper is not None for share in chart.shares)
    heads = (chart.title, "clips", "share", *(["Sakuga-42M"] if ours else []))
    rows = [
        [
            _cell(share.label),
            f"{share.clips:,}",
            f"{share.share:.1f}%",
            *([_NONE if share.paper is None else f"{share.paper:.1f}%"] if ours else []),
        ]
        for share in chart.shares
    ]
    return _table(heads, rows)


def _columns(publication: Publication) -> str:
    known, clips = publication.statistics.known, publication.statistics.whole.clips
    rows: list[list[str]] = []
    for field in schema_of(Row):
        table = publication.tables.get(field.name, _NONE)
        filled = f"{100 * known.get(field.name, 0) / clips:.1f}%" if clips else _NONE
        text = MEANINGS[field.name].text
        rows.append([f"`{field.name}`", _type(field.type), text, table, filled])
        if pa.types.is_struct(field.type):
            names = [(f"{field.name}.{inner.name}", inner) for inner in field.type]
            rows += [
                [f"`{name}`", _type(inner.type), MEANINGS[name].text, table, ""]
                for name, inner in names
            ]
    return _table(("column", "type", "meaning", "from table", "known"), rows)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    return {"double": "float64"}.get(str(kind), "struct" if pa.types.is_struct(kind) else str(kind))


def _nulls(publication: Publication) -> str:
    clips = publication.statistics.whole.clips
    nulls = {name: clips - known for name, known in publication.statistics.known.items()}
    rows = [
        [f"`{name}`", f"{null:,}", f"{100 * null / clips:.1f}%", who_fills(name)]
        for name, null in nulls.items()
        if null
    ]
    if not rows:
        return "Nothing: no column is null in any row."
    said = "Null is not known; nothing is guessed, and no number stands for what is missing.\n\n"
    return said + _table(("column", "null", "share", "what fills it"), rows)


def _licences(publication: Publication) -> str:
    said = (
        "The rows are measurements and links. The footage they were made from belongs to whoever "
        "made it; what its sources state of its licence stands in `licence`:"
    )
    licences = publication.statistics.licences.items()
    rows = [
        ["not stated" if name is None else _cell(name), f"{clips:,}"]
        for name, clips in sorted(licences, key=lambda each: (-each[1], each[0] or ""))
    ]
    return f"{said}\n\n{_table(('licence', 'clips'), rows)}" if rows else said


def _provenance(publication: Publication) -> str:
    said = (
        "Each line is the recipe, as plain data, of the table that it made; the columns' metadata "
        "in the Parquet files name them too (`sakuga.from`, `sakuga.recipe`)."
    )
    lines = "\n".join(publication.recipe_lines())
    return f"{said}\n\n```\n{lines}\n```\n\n{publication.tools}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """What a source or a model said, so that it can't end a cell or a line, or begin markup."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\|`*[]<>#" else c for c in shown)


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
