"""The timesheet class of new clips, by a predictor that was learned before (§4.1, §4.2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.records import Timing
from sakuga.train.timesheet.clips import NAMES
from sakuga.train.timesheet.learning import CARD, WEIGHTS, together

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Predicted:
    """timing: the likeliest class; probability: its own; probabilities: ones, twos, threes."""

    timing: Timing
    probability: float
    probabilities: tuple[float, float, float]


Predict = Callable[[Floats, Floats], list[Predicted]]
"""(N, V) clips' and (N, X) captions' vectors to N classes; a clip without caption has zeros."""


@dataclass(frozen=True, slots=True)
class TimesheetPredictor:
    """The predictor in a run's folder, as `train_timesheet` left it."""

    version: ClassVar[int] = 1

    folder: str

    def load(self) -> Predict:
        """The worker. Raises RequestError where there is no run, or it is cut short."""
        from sakuga.models.timesheet import Timesheet
        from sakuga.models.weights import load
        from sakuga.train.timesheet.fit import probabilities

        card = _card(Path(self.folder, CARD))
        widths = card["video_width"], card["text_width"]
        net = Timesheet(width=sum(widths), hidden=card["recipe"]["hidden"])
        load(net, Path(self.folder, WEIGHTS))

        def predict(video: Floats, text: Floats) -> list[Predicted]:
            _check(video, text, widths)
            rows = probabilities(net, together(video, text))
            return [Predicted(NAMES[int(r.argmax())], float(r.max()), (*r.tolist(),)) for r in rows]

        return predict


def _card(file: Path) -> dict[str, Any]:
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
        if card["classes"] != list(NAMES):
            raise RequestError(f"{file}: of the classes {card['classes']}, not {list(NAMES)}")
        return card
    except FileNotFoundError as error:
        raise RequestError(
            f"{file}: not there; `sakuga train timesheet DIR --out RUN` makes one"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise RequestError(f"{file}: no card of a timesheet predictor ({error})") from error


def _check(video: Floats, text: Floats, widths: tuple[int, int]) -> None:
    found = video.shape, text.shape
    if found != ((len(video), widths[0]), (len(video), widths[1])):
        raise RequestError(
            f"vectors {found}: this predictor takes (N, {widths[0]}) of clips and (N, {widths[1]}) "
            "of captions; use the encoder that it was learned with"
        )
    if not (np.isfinite(video).all() and np.isfinite(text).all()):
        raise RequestError("vectors hold NaN or infinity: embed again")
