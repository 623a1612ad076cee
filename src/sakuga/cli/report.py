"""`sakuga report`: the dataset as one page."""

from __future__ import annotations

from typing import Annotated

import typer

from sakuga.cli.options import AsJson, Dir


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
    as_json: AsJson = False,
) -> None:
    """Write the dataset as one self-contained page: every shot's drawings, timing, Figure 4."""
    from pathlib import Path

    from sakuga.cli.console import print_json, stdout
    from sakuga.cli.progress import advancing
    from sakuga.core.errors import RequestError
    from sakuga.report import write_report

    if max_shots < 0:
        raise RequestError(f"--max-shots {max_shots}: must be 0 or more; 0 shows charts only")
    if out is not None and Path(out).is_dir():
        raise RequestError(f"--out {out}: this is a folder; name the page, such as {out}/page.html")
    with advancing() as advance:
        page, numbers = write_report(folder, out, max_shots, lambda d, n: advance("draw", d, n))
    if as_json:
        print_json(numbers)
    else:
        stdout().print(f"{page}", soft_wrap=True)
