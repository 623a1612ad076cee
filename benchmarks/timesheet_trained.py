"""How well timing is predicted from a trained encoder's vectors, on films it has not seen.

The whole path of a user: films drawn and encoded, `sakuga build`, `sakuga embed --encoder RUN`,
`sakuga train timesheet`. Classes are what the build measured; clips under 8 keyframes are left out;
captions are the studio's own sentences (`benchmarks.encoded`). Films are dealt five times, so that
each is a test film once: a fifth for the test, the next for validation, the rest to learn from,
each time with another seed.

Beside it, what these vectors know at all: how well a ridge regression on them tells clips whose
caption has a word from those without, as the area under the curve, by the same folds; and what the
predictor makes of the same captions as a frozen random projection of their words, uncut.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.encoded import dataset
from benchmarks.table import Line
from benchmarks.timesheet import BAR, words
from sakuga.build.add import add, stage_of
from sakuga.build.pipeline import Request
from sakuga.core.errors import RequestError
from sakuga.core.records import Row
from sakuga.dataset.published import open_dataset
from sakuga.evaluate.scaling import student
from sakuga.metrics.classes import f1, macro_f1
from sakuga.train.timesheet.clips import NAMES, SPLITS, Clips, checked
from sakuga.train.timesheet.dataset import LEAST, from_dataset
from sakuga.train.timesheet.learning import TimesheetRecipe, TimesheetRun, learn

FOLDS = 5
WORDS = ("forest", "fox", "talks", "camera", "shakes")

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


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
    dealts = [dealt(clips, fold) for fold in range(FOLDS)]
    runs = [learn(each, recipe(fold)) for fold, each in enumerate(dealts)]
    captions = [str(row.text_description) for row in open_dataset(str(build)) if _taken(row)]
    assert len(captions) == len(clips)
    told = (*_said(clips, runs), *_known(clips, captions, dealts))
    print((__doc__ or "").strip(), *told, sep="\n\n", file=sys.stderr)
    gains = [run.figures[0].gain.value for run in runs]
    half = student(FOLDS - 1) * float(np.std(gains, ddof=1)) / FOLDS**0.5
    mean = float(np.mean(gains))
    yield Line("macro F1 above the majority's, mean of the folds", mean, ">=", BAR)
    yield Line("the lower end of its 95% interval over folds", mean - half, ">=", BAR)
    yield Line("the worst fold", min(gains), ">=", BAR)


def recipe(fold: int) -> TimesheetRecipe:
    """Classes weigh alike: it raises macro F1."""
    return TimesheetRecipe(class_weights="balanced", seed=fold)


def _taken(row: Row) -> bool:
    return row.keyframes >= LEAST


def _said(clips: Clips, runs: list[TimesheetRun]) -> Iterator[str]:
    counts = ", ".join(f"{(clips.true == n).sum()} on {name}" for n, name in enumerate(NAMES))
    yield f"{len(clips)} clips of {len(np.unique(clips.group))} films: {counts}."
    yield f"The text of {int(clips.telling.sum())} tells the timing, and was hidden."
    yield "All test clips together; over majority, fold by fold."
    head = ["predictor", "macro F1", *(f"F1 {name}" for name in NAMES), "accuracy", "over majority"]
    yield f"Guessing each class as often as the others gives {_guessed(clips):.3f} over majority."
    rows = [head, ["---"] * len(head), *(_row(runs, n) for n in range(len(runs[0].figures)))]
    yield "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _guessed(clips: Clips) -> float:
    """What lots give, with one chance in three for each class, of endlessly many clips."""
    shares = np.bincount(clips.true, minlength=len(NAMES)) / len(clips)
    chance = 1 / len(NAMES)
    lots = 2 * shares * chance / (shares + chance)
    return float(lots.mean() - 2 * shares.max() / (shares.max() + 1) / len(NAMES))


def _row(runs: list[TimesheetRun], n: int) -> list[str]:
    """One predictor, on the test clips of all folds."""
    each = [run.figures[n] for run in runs]
    whole = np.sum([np.array(one.confusion) for one in each], axis=0)
    of_class = np.nan_to_num(f1(whole))
    right = np.trace(whole) / whole.sum()
    gains = ", ".join(f"{one.gain.value:.3f}" for one in each)
    figures = (of_class.mean(), *of_class, right)
    return [each[0].name, *(f"{figure:.3f}" for figure in figures), gains]


def _known(clips: Clips, captions: list[str], dealts: list[Clips]) -> Iterator[str]:
    """What the vectors know of the captions' words, and what the words alone would give."""
    head = ["clips whose caption has", "clips", "from the clip's vector", "from the caption's"]
    rows = [head, ["---"] * len(head)]
    for word in WORDS:
        has = np.array([word in caption for caption in captions])
        areas = [_area(given, has, dealts) for given in (clips.video, clips.text)]
        rows.append([f"*{word}*", str(has.sum()), *(f"{area:.2f}" for area in areas)])
    yield "Area under the curve, 0.5 being chance."
    yield "\n".join(f"| {' | '.join(row)} |" for row in rows)
    given = np.stack([words(caption) for caption in captions])
    given = np.where(clips.telling[:, None], np.float32(0), given)
    gains = ", ".join(f"{_of_words(given, each, n):.3f}" for n, each in enumerate(dealts))
    yield f"The words of the captions alone, over majority, fold by fold: {gains}."


def _area(given: Floats, has: Bools, dealts: list[Clips]) -> float:
    """Under the curve of a ridge regression's scores, those of each fold by the other clips."""
    scores = np.zeros(len(has))
    for each in dealts:
        test = each.of("test")
        rest = np.setdiff1d(np.arange(len(has)), test)
        mean, deviation = given[rest].mean(0), given[rest].std(0) + 1e-6
        x, held = ((given[at] - mean) / deviation for at in (rest, test))
        inner = x.T @ x + len(rest) * np.eye(x.shape[1])
        scores[test] = held @ np.linalg.solve(inner, x.T @ (has[rest] - has[rest].mean()))
    order = np.argsort(np.argsort(scores)) + 1
    more, less = int(has.sum()), int((~has).sum())
    return float((order[has].sum() - more * (more + 1) / 2) / (more * less))


def _of_words(given: Floats, clips: Clips, fold: int) -> float:
    from sakuga.train.timesheet.fit import fit, probabilities

    train, validation, test = (clips.of(name) for name in SPLITS)
    each = ((given[at], clips.true[at]) for at in (train, validation))
    told = probabilities(fit(*each, recipe(fold)).net, given[test]).argmax(1)
    majority = np.full(len(test), np.bincount(clips.true[train]).argmax())
    true = clips.true[test]
    return macro_f1(true, told, len(NAMES)) - macro_f1(true, majority, len(NAMES))
