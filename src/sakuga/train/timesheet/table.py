"""What a timesheet run found: each predictor's figures with intervals, as JSON and as Markdown."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.classes import (
    Bin,
    Interval,
    accuracy,
    bootstrap,
    calibration_error,
    confusion,
    f1,
    log_loss,
    macro_f1,
    reliability,
)
from sakuga.train.timesheet.clips import NAMES

Numbers = NDArray[np.int64]
CLASSES = len(NAMES)


@dataclass(frozen=True, slots=True)
class Figures:
    """How one predictor does on the test clips.

    gain: its macro F1 less the majority's, on the same clips; f1: of each class, NaN where there
    is none; confusion: row the true class, column the told one; loss: cross-entropy in nats.
    """

    name: str
    accuracy: Interval
    macro_f1: Interval
    gain: Interval
    f1: list[float]
    confusion: list[list[int]]
    calibration_error: float
    loss: float
    reliability: list[Bin]


def figures(
    name: str, probabilities: NDArray[np.float64], true: Numbers, majority: int,
    groups: NDArray[np.str_], rounds: int = 1000, seed: int = 0,
) -> Figures:  # fmt: skip
    """Figures of a predictor from its probabilities (N, 3); intervals are over source groups."""
    told = probabilities.argmax(1)
    always = np.full_like(true, majority)

    def score(places: Numbers) -> float:
        return macro_f1(true[places], told[places], CLASSES)

    def gain(places: Numbers) -> float:
        return score(places) - macro_f1(true[places], always[places], CLASSES)

    def right(places: Numbers) -> float:
        return accuracy(true[places], told[places])

    counts = confusion(true, told, CLASSES)
    return Figures(
        name=name,
        accuracy=bootstrap(right, groups, rounds=rounds, seed=seed),
        macro_f1=bootstrap(score, groups, rounds=rounds, seed=seed),
        gain=bootstrap(gain, groups, rounds=rounds, seed=seed),
        f1=f1(counts).tolist(),
        confusion=counts.tolist(),
        calibration_error=calibration_error(probabilities, true),
        loss=log_loss(probabilities, true),
        reliability=reliability(probabilities, true),
    )


def markdown(rows: list[Figures], clips: dict[str, dict[str, int]], notes: list[str]) -> str:
    """The figures as a page: a table of predictors, the first one's confusion and calibration.

    clips: how many of each class in each split; notes: sentences that are put under the table.
    """
    first = rows[0]
    parts = [
        "# Timesheet predictor",
        _table(["split", *NAMES], [[s, *(str(n[c]) for c in NAMES)] for s, n in clips.items()]),
        "Test clips; 95% intervals by drawing source groups anew.",
        _table(
            ["predictor", "accuracy", "macro F1", "over majority", *(f"F1 {c}" for c in NAMES),
             "ECE", "loss"],
            [_line(row) for row in rows],
        ),
        *notes,
        f"Confusion of *{first.name}*: rows are true, columns told.",
        _table(
            ["", *NAMES],
            [[c, *map(str, counts)] for c, counts in zip(NAMES, first.confusion, strict=True)],
        ),
        f"Calibration of *{first.name}*.",
        _table(
            ["probability", "clips", "mean probability", "right"],
            [
                [f"{b.low:.2f} to {b.high:.2f}", str(b.clips), _number(b.confidence),
                 _number(b.accuracy)]
                for b in first.reliability if b.clips
            ],
        ),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _line(row: Figures) -> list[str]:
    return [
        row.name, _interval(row.accuracy), _interval(row.macro_f1), _interval(row.gain),
        *(_number(score) for score in row.f1), _number(row.calibration_error), _number(row.loss),
    ]  # fmt: skip


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _interval(of: Interval) -> str:
    return f"{of.value:.3f} ({of.low:.3f} to {of.high:.3f})"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def plain_figures(row: Figures) -> dict[str, Any]:
    """Figures as JSON-ready data; what is not there is null."""
    return cast("dict[str, Any]", _without_nan(asdict(row)))


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nan(v) for k, v in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in cast("list[Any]", value)]
    return None if isinstance(value, float) and math.isnan(value) else value
