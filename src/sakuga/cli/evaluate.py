"""`sakuga evaluate`: how well encoders find, generators draw, and datasets differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sakuga.evaluate.retrieval import Retrieval


class Name(StrEnum):
    """What is evaluated."""

    retrieval = "retrieval"
    scaling = "scaling"
    generation = "generation"
    gap = "gap"


def evaluate(
    name: Annotated[
        Name,
        typer.Argument(
            metavar="NAME",
            help="retrieval: Table 2, of what `embed` made; scaling: Figure 7, by training on "
            "ever larger parts of the dataset; generation: Table 3, real clips and then generated "
            "ones; gap: Table 4, datasets from each other.",
        ),
    ],
    folders: Annotated[
        list[str],
        typer.Argument(
            metavar="DIR...",
            help="A folder that `sakuga build` made. Of generation and gap two or more: datasets, "
            "packs, folders of videos, GIFs or pictures, films.",
        ),
    ],
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
        int, typer.Option("--seed", metavar="N", help="Of the shuffle, and of what is drawn.")
    ] = 0,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="FILE|DIR",
            help="A page to write, .html with pictures or .md, of gap its figure, too: .svg; of "
            "scaling, the folder of its runs.",
        ),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            metavar="NAME|FILE",
            help="How scaling trains; of generation and gap a file of sections.",
        ),
    ] = "cpu",
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="Change a value of the profile."),
    ] = None,
    sizes: Annotated[
        int, typer.Option("--sizes", metavar="N", help="Of scaling, each half of the next.")
    ] = 4,
    seeds: Annotated[
        int, typer.Option("--seeds", metavar="N", help="Runs of each size of scaling.")
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """Measure by the paper's protocols: retrieval, how it scales, generation, domain gaps."""
    from sakuga.core.errors import RequestError

    if name in (Name.generation, Name.gap):
        from sakuga.cli.generation import gap, generation

        check_page(out, *((".svg",) if name is Name.gap else ()))
        measured = generation if name is Name.generation else gap
        measured(folders, out, profile, [f"clips.seed={seed}", *(overrides or ())], as_json)
        return
    if len(folders) > 1:
        raise RequestError(f"evaluate {name}: one folder, not {len(folders)}")
    [folder] = folders
    if name is Name.scaling:
        from sakuga.cli.scaling import Asked, scaling

        if out is None:
            raise RequestError("evaluate scaling: name a folder for its runs with --out")
        scaling(folder, out, profile, overrides or (), Asked(sizes, seeds, gallery), as_json)
        return
    check_page(out)
    if seed < 0:
        raise RequestError(f"--seed {seed}: must be 0 or more")
    _retrieval(folder, out, Ranking(split, gallery, keyframes, seed), as_json)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is ranked, and in what galleries."""

    split: str
    gallery: int
    keyframes: int
    seed: int


def _retrieval(folder: str, out: str | None, asked: Ranking, as_json: bool) -> None:
    from sakuga.cli.console import print_json
    from sakuga.evaluate.retrieval import evaluate

    made, pairs, ranks = evaluate(folder, asked.split, asked.gallery, asked.keyframes, asked.seed)
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


def check_page(out: str | None, *more: str) -> None:
    """Raise RequestError for what is no page. more: endings beside those of pages."""
    from sakuga.core.errors import RequestError

    if out is not None and not out.endswith((".html", ".md", *more)):
        raise RequestError(f"--out {out}: name a page, {', '.join(('.html', *more))} or .md")


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


def print_lines(lines: Sequence[tuple[str, ...]]) -> None:
    """Lines of a table, the first its head."""
    from sakuga.cli.console import stdout, table

    head, *rows = lines
    shown = table(*head, numbers=len(head) - 1)
    for column in shown.columns:
        column.overflow = "fold"  # on a narrow screen a number is parted, never cut off
    for row in rows:
        shown.add_row(*row)
    stdout().print(shown)
