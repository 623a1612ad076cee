"""`sakuga show`: all about one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.options import AsJson, Dir

if TYPE_CHECKING:
    from sakuga.report.shots import Shot

DOZEN = 12  # frames; an exposure sheet's lines are as many dozens as fit


def show(
    folder: Dir,
    clip: Annotated[
        str,
        typer.Argument(metavar="CLIP", help="Beginning of a clip's id, or of VIDEO:INDEX."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """All about one clip: its boundaries, drawings and holds, its camera, and what made it."""
    from sakuga.cli.console import print_json
    from sakuga.report.shots import find_shot
    from sakuga.report.tables import Tables

    tables = Tables(folder)
    shot = find_shot(tables, clip)
    recipes = tables.recipes()
    if as_json:
        print_json({**shot.plain(), "recipes": recipes})
    else:
        print_shot(shot)


def print_shot(shot: Shot) -> None:
    """The clip as a short page of text."""
    from rich.markup import escape

    from sakuga.cli.console import stdout, table
    from sakuga.report.words import (
        boundary_words,
        camera_words,
        clock_words,
        content_words,
        length_words,
        timing_words,
    )

    clip, video, console = shot.clip, shot.video, stdout()
    shown = table("", "")
    shown.show_header = False
    shown.add_row("clip", clip.id)
    shown.add_row("is", f"shot {clip.index + 1} of {shot.name}, from {shot.time_code}")
    shown.add_row("frames", f"{clip.start} to {clip.end - 1} ({length_words(shot)})")
    shown.add_row("opens", boundary_words(clip.opens, clip.opens_confidence))
    shown.add_row("closes", boundary_words(clip.closes, clip.closes_confidence))
    shown.add_row("timing", timing_words(shot))
    shown.add_row("clock", clock_words(shot))
    shown.add_row("camera", camera_words(shot.motion))
    shown.add_row("video", f"{video.width}x{video.height} {video.codec}, {video.frame_rate} fps")
    shown.add_row("", video.id)
    for name, words in content_words(shot.row) if shot.row else ():
        shown.add_row(name, escape(words))
    console.print(shown)
    if shot.keyframes is not None:
        console.print("\nexposure sheet (a number begins a drawing, - holds it)", style="dim")
        for line in exposure_lines(shot, console.width):
            console.print(line, soft_wrap=True)


def exposure_lines(shot: Shot, width: int) -> list[str]:
    """Drawing numbers over time, `    0 | 1 - 2 - 3 - - -`, in lines of at most `width`."""
    keys = shot.keyframes
    assert keys is not None
    cells: list[str] = []
    for drawing, hold in zip(keys.drawings.tolist(), keys.holds.tolist(), strict=True):
        cells += [str(drawing), *["-"] * (hold - 1)]
    wide = max(len(cell) for cell in cells)
    line = max(1, (width - 8) // (wide + 1) // DOZEN) * DOZEN
    return [
        f"{start:>5} | " + " ".join(cell.rjust(wide) for cell in cells[start : start + line])
        for start in range(0, len(cells), line)
    ]
