"""`sakuga report`: the dataset as one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.options import AsJson, Dir

if TYPE_CHECKING:
    from sakuga.report.cooccurrence import Together


def report(
    folder: Dir,
    *,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="FILE", help="The page.", show_default="DIR/report/index.html"
        ),
    ] = None,
    max_shots: Annotated[
        int, typer.Option("--max-shots", metavar="N", help="Shots on the contact sheet.")
    ] = 60,
    png: Annotated[
        bool, typer.Option("--png", help="Draw Figure 4 as a PNG too. Needs sakuga[report].")
    ] = False,
    cooccurrence: Annotated[
        bool,
        typer.Option(
            "--cooccurrence",
            help="Find which tags stand together, and hold the taxonomy against them. "
            "Needs sakuga[report].",
        ),
    ] = False,
    taxonomy: Annotated[
        str | None,
        typer.Option(
            "--taxonomy", metavar="FILE", help="The taxonomy to hold.", show_default="classify's"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the dataset as one self-contained page: every shot, Figure 4, taxonomy, provenance."""
    from pathlib import Path

    from sakuga.cli.console import print_json, stdout
    from sakuga.cli.progress import advancing
    from sakuga.core.errors import RequestError
    from sakuga.report import write_report

    if max_shots < 0:
        raise RequestError(f"--max-shots {max_shots}: must be 0 or more; 0 shows charts only")
    if taxonomy is not None and not cooccurrence:
        raise RequestError(
            "--taxonomy is held against tags that stand together: add --cooccurrence"
        )
    if out is not None and Path(out).is_dir():
        raise RequestError(f"--out {out}: this is a folder; name the page, such as {out}/page.html")
    together = find_together(folder, taxonomy) if cooccurrence else None
    with advancing() as advance:
        page, numbers = write_report(
            *(folder, out, max_shots, lambda d, n: advance("draw", d, n)), together, png
        )
    if as_json:
        print_json(numbers)
        return
    for file in together.files if together else ():
        stdout().print(file, soft_wrap=True)
    stdout().print(f"{page}", soft_wrap=True)


def find_together(folder: str, taxonomy: str | None) -> Together:
    """Write which tags stand together, by the taxonomy file that is named, or the room's own."""
    from sakuga.build.classify import TAXONOMY, taxonomy_text
    from sakuga.report.cooccurrence import write_cooccurrence

    return write_cooccurrence(folder, taxonomy_text(taxonomy or ""), taxonomy or TAXONOMY)
