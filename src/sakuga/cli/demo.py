"""`sakuga demo`: a drawn reel, built and reported: the first thing a newcomer runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def demo(
    *,
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="Where the reel and the dataset go.")
    ] = "sakuga-demo",
    open_page: Annotated[
        bool, typer.Option("--open", help="Show the report in a browser at the end.")
    ] = False,
) -> None:
    """Draw a cartoon, build a dataset from it and write the report; under a minute."""
    from pathlib import Path

    from sakuga import studio
    from sakuga.build.pipeline import Request
    from sakuga.cli.build import print_built, run
    from sakuga.cli.console import stdout
    from sakuga.cli.options import check_out
    from sakuga.cli.progress import advancing
    from sakuga.report import write_report

    check_out(out)
    console = stdout()
    console.print("Drawing a reel ...")
    films = studio.reel(Path(out) / "reel")
    console.print("Finding its shots and drawings ...")
    built = run(Request(out=out, inputs=tuple(str(path) for path in films)))
    print_built(built, more=False)
    with advancing() as advance:
        page, _ = write_report(out, None, 60, lambda d, n: advance("draw", d, n))
    console.print(f"The report: {Path(page).absolute().as_uri()}", soft_wrap=True, style="bold")
    console.print("With your own footage: sakuga build FOLDER --out DIR")
    if open_page and sys.stdout.isatty():
        typer.launch(page)
