"""`sakuga import`: a Sakuga-42M Parquet into our tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.ending import ITEMS
from sakuga.cli.options import AsJson, Out

if TYPE_CHECKING:
    from sakuga.dataset.release.importing import Imported


def import_(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE.parquet...",
            help="Files of the Sakuga-42M release, or s3:// addresses of them.",
            show_default=False,
        ),
    ],
    *,
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Read files of the Sakuga-42M release into sources and annotations; fetches no video."""
    from sakuga.cli.console import print_json
    from sakuga.cli.options import check_out
    from sakuga.cli.progress import advancing
    from sakuga.dataset.release.importing import import_release

    check_out(out)
    with advancing() as advance:
        imported = import_release(files, out, advance)
    if as_json:
        print_json(imported)
    else:
        print_imported(imported)
    if imported.failures:
        raise typer.Exit(ITEMS)


def print_imported(imported: Imported) -> None:
    """What an import came to, in words, and what to do next."""
    from sakuga.cli.console import count, stdout

    console = stdout()
    if not imported.made:
        console.print("Nothing to do: these files were imported here before.")
    clips, sources = count(imported.clips, "clip"), count(imported.sources, "source")
    console.print(f"{count(imported.rows, 'row')}: {clips} of {sources}.")
    _print_warts(imported)
    if imported.failures:
        _print_failures(imported)
    written = f"sakuga export sakuga42m {imported.out} --to DIR"
    console.print(f"Write them back: {written}", soft_wrap=True)


def _print_warts(imported: Imported) -> None:
    from sakuga.cli.console import count, stdout

    console = stdout()
    if imported.repeats:
        console.print(f"{count(imported.repeats, 'row')} told that a clip is in another split too.")
    if imported.fps_doubtful:
        clips = count(imported.fps_doubtful, "clip")
        console.print(f"{clips}: frames and times come to another rate than the fps told.")
    for file, columns in imported.missing.items():
        console.print(f"{file} lacks {', '.join(columns)}: null.", soft_wrap=True)
    for file, columns in imported.ignored.items():
        console.print(f"{file}: {', '.join(map(ascii, columns))} ignored.", soft_wrap=True)
    if imported.unread:
        columns = ", ".join(f"{number:,} {column}" for column, number in imported.unread.items())
        console.print(f"Could not be read, and is null: {columns}.", soft_wrap=True)


def _print_failures(imported: Imported) -> None:
    from sakuga.cli.console import count, stdout, table

    total = count(sum(imported.failures.values()), "row")
    stdout().print(f"{total} failed:", style="yellow")
    shown = table("reason", "rows", "such as")
    for reason, number in imported.failures.items():
        shown.add_row(reason, f"{number:,}", imported.examples[reason])
    stdout().print(shown)
    every = f"{imported.out}/failures/annotations/*.parquet"
    stdout().print(f"  all of them: {every}", style="dim", soft_wrap=True)
