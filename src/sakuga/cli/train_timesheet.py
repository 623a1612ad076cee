"""What `sakuga train timesheet` does and prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sakuga.metrics.classes import Interval


def train_timesheet(
    folder: str, out: str, overrides: Iterable[str] = (), as_json: bool = False
) -> None:
    """Learn the predictor on a build's embeddings, or a .npz file's; print how good it is."""
    from sakuga.cli.console import print_json, stdout
    from sakuga.cli.progress import advancing
    from sakuga.train.timesheet.dataset import train_timesheet_on
    from sakuga.train.timesheet.learning import read_timesheet

    recipe = read_timesheet(overrides)
    with advancing() as advance:
        run = train_timesheet_on(folder, out, recipe, advance)
    if as_json:
        print_json(run.report)
        return
    first, *others = run.figures
    console = stdout()
    console.print(f"macro F1 {_told(first.macro_f1)}, on films not seen in training:")
    for each in others:
        console.print(f"  {each.name:<11} {_told(each.macro_f1)}")
    for note in run.notes:
        warns = "WAS SHOWN" in note or "do not show" in note
        console.print(note, style="yellow" if warns else "dim", soft_wrap=True)
    console.print(f"{out}/report.md", soft_wrap=True)


def _told(of: Interval) -> str:
    return f"{of.value:.3f} ({of.low:.3f} to {of.high:.3f})"
