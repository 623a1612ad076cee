"""How well timing is predicted from a trained encoder's vectors, on films it has not seen.

The whole path of a user: films drawn and encoded, `sakuga build`, `sakuga embed --encoder RUN`,
`sakuga train timesheet`. Classes are what the build measured; clips under 8 keyframes are left out;
captions are the studio's own sentences (`benchmarks.encoded`). Films are dealt five times, so that
each is a test film once: a fifth for the test, the next for validation, the rest to learn from,
each time with another seed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.encoded import dataset
from benchmarks.table import Line
from benchmarks.timesheet import BAR
from sakuga.build.add import add, stage_of
from sakuga.build.pipeline import Request
from sakuga.core.errors import RequestError
from sakuga.evaluate.scaling import student
from sakuga.metrics.classes import f1
from sakuga.train.timesheet import TimesheetRecipe, TimesheetRun, learn
from sakuga.train.timesheet_clips import NAMES, Clips, checked
from sakuga.train.timesheet_dataset import from_dataset

FOLDS = 5


def embedded(run: str, build: Path) -> None:
    """A build's vectors by the net of a run; replaced where they are another's."""
    stage, request = stage_of("embed", run), Request(str(build), workers=1)
    try:
        add(stage, request)
    except RequestError:
        add(stage, request, remake=True)


def dealt(clips: Clips, fold: int) -> Clips:
    """The clips with their films dealt anew; a film's clips stay together."""
    films = np.random.default_rng(0).permutation(np.unique(clips.group))
    place = {film: n % FOLDS for n, film in enumerate(films)}
    names = {fold: "test", (fold + 1) % FOLDS: "validation"}
    split = np.array([names.get(place[film], "train") for film in clips.group])
    return checked(replace(clips, split=split))


def lines_of(run: str, build: Path | None = None) -> Iterator[Line]:
    """How far above the majority class the predictor is, over all folds and at its worst."""
    build = build or dataset()
    embedded(run, build)
    clips, _ = from_dataset(str(build))
    runs = [
        learn(dealt(clips, fold), TimesheetRecipe(class_weights="balanced", seed=fold))
        for fold in range(FOLDS)
    ]
    print((__doc__ or "").strip(), *_said(clips, runs), sep="\n\n", file=sys.stderr)
    gains = [run.figures[0].gain.value for run in runs]
    half = student(FOLDS - 1) * float(np.std(gains, ddof=1)) / FOLDS**0.5
    mean = float(np.mean(gains))
    yield Line("macro F1 above the majority's, mean of the folds", mean, ">=", BAR)
    yield Line("the lower end of its 95% interval over folds", mean - half, ">=", BAR)
    yield Line("the worst fold", min(gains), ">=", BAR)


def _said(clips: Clips, runs: list[TimesheetRun]) -> Iterator[str]:
    counts = ", ".join(f"{(clips.true == n).sum()} on {name}" for n, name in enumerate(NAMES))
    yield f"{len(clips)} clips of {len(np.unique(clips.group))} films: {counts}."
    yield f"The text of {int(clips.telling.sum())} tells the timing, and was hidden."
    yield "All test clips together; over majority, fold by fold."
    head = ["predictor", "macro F1", *(f"F1 {name}" for name in NAMES), "accuracy", "over majority"]
    rows = [head, ["---"] * len(head), *(_row(runs, n) for n in range(len(runs[0].figures)))]
    yield "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(runs: list[TimesheetRun], n: int) -> list[str]:
    """One predictor, on the test clips of all folds."""
    each = [run.figures[n] for run in runs]
    whole = np.sum([np.array(one.confusion) for one in each], axis=0)
    of_class = np.nan_to_num(f1(whole))
    right = np.trace(whole) / whole.sum()
    gains = ", ".join(f"{one.gain.value:.3f}" for one in each)
    figures = (of_class.mean(), *of_class, right)
    return [each[0].name, *(f"{figure:.3f}" for figure in figures), gains]
