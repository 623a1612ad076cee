"""`sakuga embed`: every clip and its description as vectors."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

import typer

from sakuga.cli.ending import ITEMS
from sakuga.cli.options import AsJson, Dir


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the command came to, as `--json` prints it."""

    out: str
    encoder: str
    seconds: float
    parts_made: int
    clips: int  # made now
    failures: int  # of all that is there


def embed(
    folder: Dir,
    *,
    encoder: Annotated[
        str,
        typer.Option(
            "--encoder",
            metavar="NAME|RUN",
            help="clip, siglip2, viclip, videomamba, the folder of a finished `train contrastive`, "
            "or module:Class.",
        ),
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="embed.FIELD=VALUE",
            help="Change one value of the encoder, such as embed.checkpoint; embed.blend and "
            "embed.share are WiSE-FT's.",
        ),
    ] = None,
    remake: Annotated[
        bool, typer.Option("--remake", help="Replace the vectors that are there.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", help="Processes.", show_default="one for each core"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give every clip of a build its vectors, for search and `evaluate retrieval`."""
    from sakuga.build.add import add, stage_of
    from sakuga.build.pipeline import Request
    from sakuga.cli.console import print_json
    from sakuga.cli.progress import watching
    from sakuga.core.errors import RequestError

    if workers is not None and workers < 0:
        raise RequestError(f"--workers {workers}: must be 0 or more; 0 works in this process")
    started = time.monotonic()
    stage = stage_of("embed", encoder, overrides or ())
    asked = Request(folder) if workers is None else Request(folder, workers=workers)
    with watching() as watcher:
        made = add(stage, asked, remake, watcher)
    embedded = Embedded(
        out=folder,
        encoder=encoder,
        seconds=round(time.monotonic() - started, 3),
        parts_made=made.made,
        clips=made.rows[stage.name],
        failures=made.failures,
    )
    if as_json:
        print_json(embedded)
    else:
        print_embedded(embedded)
    if embedded.failures:
        raise typer.Exit(ITEMS)


def print_embedded(embedded: Embedded) -> None:
    """What was made, in words."""
    from sakuga.cli.console import count, span, stdout

    console = stdout()
    if embedded.parts_made:
        clips = count(embedded.clips, "clip")
        console.print(f"Embedded {clips} with {embedded.encoder} in {span(embedded.seconds)}.")
    else:
        console.print("Nothing to do: every clip has its vectors.")
    if embedded.failures:
        console.print(f"{count(embedded.failures, 'clip')} failed.", style="yellow")
        console.print(f"  see: sakuga status {embedded.out}", style="dim", soft_wrap=True)
