"""What `sakuga train timesheet` does and prints."""

from __future__ import annotations

from collections.abc import Iterable


def train_timesheet(
    folder: str, out: str, overrides: Iterable[str] = (), as_json: bool = False
) -> None:
    """Learn the predictor on a build's embeddings, or a .npz file's; print how good it is."""
    from sakuga.cli.console import print_json, stdout
    from sakuga.cli.progress import advancing
    from sakuga.train.timesheet import read_timesheet
    from sakuga.train.timesheet_dataset import train_timesheet_on

    recipe = read_timesheet(overrides)
    with advancing() as advance:
        run = train_timesheet_on(folder, out, recipe, advance)
    if as_json:
        print_json(run.report)
        return
    first, *others = run.figures
    console = stdout()
    console.print(f"macro F1 {_told(first.macro_f1.value)}, on films not seen in training:")
    for each in others:
        console.print(f"  {each.name:<11} {_told(each.macro_f1.value)}")
    for note in run.notes:
        console.print(note, style="yellow" if "WAS SHOWN" in note else "dim", soft_wrap=True)
    console.print(f"{out}/report.md", soft_wrap=True)


def _told(value: float) -> str:
    return f"{value:.3f}"
