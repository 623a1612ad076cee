"""`sakuga export`: a dataset in the form that somebody else reads."""

from __future__ import annotations

from typing import Annotated

import typer

from sakuga.cli.options import AsJson


def export(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="sakuga42m: the release's own Parquet files.")
    ],
    folder: Annotated[
        str,
        typer.Argument(metavar="DIR", help="A folder that `sakuga build` or `import` made."),
    ],
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="DIR", help="Folder or bucket address for the files.")
    ],
    as_json: AsJson = False,
) -> None:
    """Write a dataset, or what was imported, in another form."""
    from sakuga.cli.console import count, print_json, stdout
    from sakuga.cli.options import check_out
    from sakuga.cli.progress import advancing
    from sakuga.dataset.exports import export

    check_out(to, "--to")
    with advancing() as advance:
        exported = export(name, folder, to, advance)
    if as_json:
        print_json(exported)
        return
    for file, rows in exported.files.items():
        stdout().print(f"{exported.to}/{file}: {count(rows, 'row')}", soft_wrap=True)
