"""`sakuga evaluate`: how well an encoder does on a dataset."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.options import AsJson, Dir

if TYPE_CHECKING:
    from sakuga.evaluate.retrieval import Retrieval
    from sakuga.evaluate.table2 import Line


class Name(StrEnum):
    """What is evaluated."""

    retrieval = "retrieval"


def evaluate(
    name: Annotated[
        Name, typer.Argument(metavar="NAME", help="retrieval: Table 2, of what `embed` made.")
    ],
    folder: Dir,
    *,
    split: Annotated[
        str, typer.Option("--split", metavar="NAME", help="train, validation, test or all.")
    ] = "test",
    gallery: Annotated[
        int, typer.Option("--gallery", metavar="N", help="Pairs among which each is looked for.")
    ] = 2560,
    keyframes: Annotated[
        int, typer.Option("--keyframes", metavar="N", help="Leave out clips with fewer.")
    ] = 8,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Of the shuffle into galleries.")
    ] = 0,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write a page: .html, with pictures, or .md."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank a dataset's clips and captions by the paper's protocol, beside the paper's numbers."""
    from sakuga.cli.console import print_json
    from sakuga.core.errors import RequestError
    from sakuga.evaluate.retrieval import evaluate

    del name  # there is one
    if out is not None and not out.endswith((".html", ".md")):
        raise RequestError(f"--out {out}: name a page, .html or .md")
    if seed < 0:
        raise RequestError(f"--seed {seed}: must be 0 or more")
    made, pairs, ranks = evaluate(folder, split, gallery, keyframes, seed)
    if out is not None:
        from sakuga.evaluate.page import html, markdown
        from sakuga.evaluate.ranked import queries

        page = html(made, queries(folder, pairs, ranks)) if out.endswith("html") else markdown(made)
        write(out, page)
    if as_json:
        print_json(made)
    else:
        print_retrieval(made)
        if out is not None:
            from sakuga.cli.console import stdout

            stdout().print(out, soft_wrap=True)


def write(file: str, page: str) -> None:
    """Write a page, here or to a bucket, whole or not at all."""
    from sakuga.core.store import Store

    folder, _, last = file.replace("\\", "/").rpartition("/")
    Store(folder or ".").write_bytes([last], page.encode())


def print_retrieval(made: Retrieval) -> None:
    """The tables and how they came about."""
    from sakuga.cli.console import stdout
    from sakuga.evaluate.table2 import class_lines, lines, notes

    print_lines(lines(made))
    for note in notes(made):
        stdout().print(note, style="dim", soft_wrap=True)
    for axis, found in made.classes.items():
        stdout().print(f"\n{axis}")
        print_lines(class_lines(found))


def print_lines(lines: list[Line]) -> None:
    """Lines of a table, the first its head."""
    from sakuga.cli.console import stdout, table

    head, *rows = lines
    shown = table(*head, numbers=len(head) - 1)
    for row in rows:
        shown.add_row(*row)
    stdout().print(shown)
