"""Real cartoons, marked by eye: cuts, transitions and new drawings, of `sakuga` and its peers.

`python -m benchmarks real FOLDER [TOOL=FILE.json ...]`: FOLDER holds the clips, each named by its
SHA-256 or by its file's name. Clips that are missing are named and left out. TOOL=FILE.json adds
any tool: an object whose keys are SHA-256 sums, with values {"cuts": [...], "new": [...]}.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.real.clips import Clip, clips, file_of
from benchmarks.real.score import Figures, drawings_score, matched
from benchmarks.real.tools import Found, installed
from benchmarks.table import Line

PARTS = ("tune", "report")
HEAD = ("tool", "cuts F1", "right", "missed", "false", "false a minute", "spans", "drawings F1",
        "missed", "false")  # fmt: skip
NOTES = """Clips of real cartoons in public repositories, each known by its address and SHA-256.
No footage is kept here. One annotator marked every boundary by eye, from sheets of every 4th
frame, strips of every frame around each change, and amplified differences. `cuts`: within 1
frame; a frame that bears both shots may be told at either side. `spans`: dissolves, fades, wipes,
and white flashes between shots, found if a boundary or an own transition lies within. Boundaries
that the annotator was uncertain about count neither way. `drawings`: new drawings within the
marked windows, uncertain frames left out. Part `tune` may be tuned on, part `report` is only
reported; the SHA-256 decides which. PySceneDetect and ffmpeg's filters at their defaults. In the
table of clips: right, −missed, +false, and d: F1 of drawings.
"""
arguments: list[str] = []
"""The folder, and TOOL=FILE.json; set by `benchmarks.__main__`."""

Table = dict[str, dict[str, Figures]]  # part -> tool -> figures


def counted(figures: Figures, clip: Clip, found: Found) -> None:
    """Add what a tool said of one clip."""
    if found.cuts is not None:
        cuts, spans = matched(clip, found.cuts, found.spans)
        figures.cuts += cuts
        figures.spans += spans
        figures.seconds += clip.seconds
    if found.new is not None:
        figures.drawings += drawings_score(clip, found.new)


def given(named: list[str]) -> Iterator[tuple[str, Mapping[str, Found]]]:
    """Other tools' answers, read from TOOL=FILE.json."""
    for argument in named:
        name, _, file = argument.partition("=")
        said = json.loads(Path(file).read_text(encoding="utf-8"))
        yield name, {sha: Found(one.get("cuts"), one.get("new")) for sha, one in said.items()}


def table(folder: Path, others: list[str]) -> tuple[Table, dict[str, dict[str, Figures]]]:
    """Figures of each part and tool, and of each clip and tool."""
    made: Table = {part: defaultdict(Figures) for part in PARTS}
    each: dict[str, dict[str, Figures]] = {}
    extra = dict(given(others))
    for clip in clips():
        path = file_of(clip, folder)
        if path is None:
            print(f"{clip.name}: not in {folder}", file=sys.stderr)
            continue
        said = {name: tool(path, clip) for name, tool in installed().items()}
        said |= {name: one[clip.sha256] for name, one in extra.items() if clip.sha256 in one}
        each[clip.name] = defaultdict(Figures)
        for name, found in said.items():
            counted(made[clip.part][name], clip, found)
            counted(each[clip.name][name], clip, found)
    return made, each


def row(name: str, figures: Figures) -> str:
    """One line of the table; what a tool does not answer stays empty."""
    cuts, spans, drawn = figures.cuts, figures.spans, figures.drawings
    cells = [name] + [""] * 9
    if figures.seconds:
        minute = cuts.false / figures.seconds * 60
        numbers = [str(n) for n in (cuts.right, cuts.missed, cuts.false)]
        of = f"{spans.right} of {spans.right + spans.missed}"
        cells[1:7] = [f"{cuts.f1:.3f}", *numbers, f"{minute:.2f}", of]
    if drawn.right + drawn.missed + drawn.false:
        cells[7:] = [f"{drawn.f1:.3f}", str(drawn.missed), str(drawn.false)]
    return "| " + " | ".join(cells) + " |"


def say(*texts: str) -> None:
    print(*texts, sep="\n", file=sys.stderr, flush=True)


def say_clips(each: Mapping[str, Mapping[str, Figures]]) -> None:
    """Every clip: cuts and spans right, missed and false of each tool, drawings F1 of each."""
    names = list(next(iter(each.values()), {}))
    say("", "| clip | " + " | ".join(names) + " |", "| --- " * (len(names) + 1) + "|")
    for clip, said in each.items():
        cells: list[str] = []
        for name in names:
            figures = said[name]
            cuts, drawn = figures.cuts, figures.drawings
            cell = f"{cuts.right} −{cuts.missed} +{cuts.false}" if figures.seconds else ""
            if drawn.right + drawn.missed + drawn.false:
                cell += f" d {drawn.f1:.3f}"
            cells.append(cell.strip())
        say(f"| {clip} | " + " | ".join(cells) + " |")


def lines() -> Iterator[Line]:
    """Both parts' tables on standard error, every clip, then the bars on the report part."""
    if not arguments:
        raise SystemExit("real: name the folder of clips, python -m benchmarks real FOLDER")
    made, each = table(Path(arguments[0]), arguments[1:])
    say(NOTES, f"{len(each)} clips, {sum(len(c.cuts) for c in clips() if c.name in each)} cuts.")
    for part in PARTS:
        say("", f"Part `{part}`:", "", "| " + " | ".join(HEAD) + " |", "| --- " * len(HEAD) + "|")
        say(*(row(name, figures) for name, figures in made[part].items()))
    say_clips(each)
    ours = made["report"]["sakuga"]
    yield Line("report part, cuts: F1", ours.cuts.f1, ">=", 0.93)
    yield Line("report part, drawings: F1", ours.drawings.f1, ">=", 0.98)
    minutes = max(ours.seconds, 1.0) / 60
    yield Line("report part, false cuts a minute", ours.cuts.false / minutes, "<=", 1.0)
