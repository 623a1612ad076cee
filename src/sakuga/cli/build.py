"""`sakuga build`: footage in, dataset out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.ending import ITEMS
from sakuga.cli.options import AsJson, Inputs, Out, Parts, Profile, Set

if TYPE_CHECKING:
    from sakuga.build.pipeline import Request


class EngineName(StrEnum):
    """Where the work runs."""

    local = "local"
    ray = "ray"


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to, as `--json` prints it."""

    out: str
    dataset: str
    seconds: float
    parts_made: int
    rows: dict[str, int]  # made now, by room
    failures: int  # of everything that is there
    failures_by_reason: dict[str, int]
    skipped: dict[str, int]  # kind -> files that nothing is built from
    duplicates: int
    not_chosen: dict[str, str]  # file that was named -> why nothing is built from it
    left_out: dict[str, str]  # room -> what this machine lacks for it


def build(
    inputs: Inputs = None,
    *,
    out: Out,
    profile: Profile = "lite",
    overrides: Set = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="ROOM", help="Make this room's table only; may be repeated."
        ),
    ] = None,
    remake: Annotated[
        list[str] | None,
        typer.Option("--remake", metavar="ROOM", help="Make a room and its readers again."),
    ] = None,
    retry: Annotated[
        str | None,
        typer.Option("--retry", metavar="REASON", help="Try what failed for this reason again."),
    ] = None,
    parts: Parts = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            help="Processes; 0 works in this one, for a debugger.",
            show_default="one for each core",
        ),
    ] = None,
    engine: Annotated[
        EngineName, typer.Option("--engine", metavar="local|ray", help="Here, or on a Ray cluster.")
    ] = EngineName.local,
    as_json: AsJson = False,
) -> None:
    """Find shots and drawings in footage and write the dataset; goes on where it was stopped."""
    import dataclasses

    from sakuga.cli.options import request
    from sakuga.core.errors import RequestError

    if workers is not None and workers < 0:
        raise RequestError(f"--workers {workers}: must be 0 or more; 0 works in this process")
    asked = dataclasses.replace(
        request(inputs, out, profile, overrides, parts),
        only=tuple(only or ()),
        remake=tuple(remake or ()),
        retry=retry,
        engine=engine.value,
        **({} if workers is None else {"workers": workers}),
    )
    built = run(asked)
    if as_json:
        from sakuga.cli.console import print_json

        print_json(built)
    else:
        print_built(built)
    if built.failures:
        raise typer.Exit(ITEMS)


def run(asked: Request) -> Built:
    """Build, with progress on standard error, and count what there is."""
    from sakuga.build.pipeline import build
    from sakuga.cli.progress import watching

    started = time.monotonic()
    with watching() as watcher:
        result = build(asked, watcher)
    return Built(
        out=asked.out,
        dataset=result.plan.store.path("dataset"),
        seconds=round(time.monotonic() - started, 3),
        parts_made=result.made,
        rows={room: rows for room, rows in result.rows.items() if rows},
        failures=result.failures,
        failures_by_reason=_reasons(asked.out) if result.failures else {},
        skipped=result.skipped,
        duplicates=result.duplicates,
        not_chosen=result.not_chosen,
        left_out=result.left_out,
    )


def _reasons(out: str) -> dict[str, int]:
    from sakuga.report.state import count_reasons
    from sakuga.report.tables import Tables

    return count_reasons(Tables(out))


def print_built(built: Built, more: bool = True) -> None:
    """What a build came to, in words; and, if `more`, what to do next."""
    from sakuga.cli.console import count, span, stdout

    console = stdout()
    if not built.parts_made:
        console.print("Nothing to do: everything is there and up to date.")
    else:
        names = (("collect", "video"), ("split", "shot"), ("publish", "row"))
        made = ", ".join(count(built.rows[r], name) for r, name in names if r in built.rows)
        parts = count(built.parts_made, "part")
        console.print(f"Made {made or 'no rows'} ({parts}) in {span(built.seconds)}.")
    if built.skipped:
        kinds = ", ".join(f"{number} {kind}" for kind, number in built.skipped.items())
        files = count(sum(built.skipped.values()), "file")
        console.print(f"Skipped {files} that no shots are made from: {kinds}.", soft_wrap=True)
    if built.duplicates:
        console.print(f"Found {count(built.duplicates, 'file')} with the same bytes as another.")
    for file, why in built.not_chosen.items():
        console.print(f"Not built from {file}: {why}.", style="yellow", soft_wrap=True)
    for room, why in built.left_out.items():
        console.print(f"Left out {room}: {why}", style="yellow", soft_wrap=True)
    if built.failures:
        why = ", ".join(f"{number} {reason}" for reason, number in built.failures_by_reason.items())
        console.print(f"{count(built.failures, 'item')} failed: {why}.", style="yellow")
        console.print(f"  see: sakuga status {built.out}", style="dim", soft_wrap=True)
    if more:
        console.print(f"Look at it: sakuga report {built.out}", soft_wrap=True)
