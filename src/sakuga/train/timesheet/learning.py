"""Learns the timesheet predictor on frozen embeddings, and says how good it is (§4.1, Figure 5).

A run leaves in its folder `timesheet.safetensors` and `timesheet.json`, its weights and its card,
and `report.json` and `report.md`: the predictor beside the majority class, beside the same MLP on
the clip's vector alone, on the caption's alone, and on how the camera moves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

import numpy as np
from annotated_types import Ge, Gt, Interval, MinLen
from numpy.typing import NDArray

from sakuga.core.profile import Room, make_stages, override, read_profile
from sakuga.core.recipe import public
from sakuga.core.store import Store
from sakuga.train.timesheet.clips import NAMES, SPLITS, Clips, checked
from sakuga.train.timesheet.leaks import FEATURES
from sakuga.train.timesheet.table import Figures, figures, markdown, plain_figures

if TYPE_CHECKING:
    from sakuga.train.timesheet.fit import Learned

WEIGHTS: Final = "timesheet.safetensors"
CARD: Final = "timesheet.json"
WHOLE: Final = "video and text"
_SECTION: Final = {
    "timesheet": Room({"timesheet": "sakuga.train.timesheet.learning:TimesheetRecipe"})
}

Advance = Callable[[str, float, int], None]
"""Told what is done, how much of it, of how many."""


@dataclass(frozen=True, slots=True)
class TimesheetRecipe:
    """How the predictor is learned.

    The paper says an MLP of three hidden layers, cross-entropy, frozen embeddings, and no more; the
    numbers are ours. class_weights: `balanced` has every class weigh alike, however rare.
    patience: epochs without a lower validation loss after which learning ends. telling: what
    becomes of descriptions that tell the timing: `hide` gives the predictor zeros for them.
    rounds: of the bootstrap behind the intervals.
    """

    version: ClassVar[int] = 1

    hidden: Annotated[tuple[int, ...], MinLen(1)] = (1024, 512, 256)
    dropout: Annotated[float, Interval(ge=0, lt=1)] = 0.1
    learning_rate: Annotated[float, Gt(0)] = 3e-4
    weight_decay: Annotated[float, Ge(0)] = 0.01
    batch: Annotated[int, Ge(1)] = 256
    epochs: Annotated[int, Ge(1)] = 200
    patience: Annotated[int, Ge(1)] = 15
    class_weights: Literal["none", "balanced"] = "none"
    telling: Literal["hide", "keep"] = "hide"
    seed: int = 0
    rounds: Annotated[int, Ge(1)] = 1000


@dataclass(frozen=True, slots=True)
class TimesheetRun:
    """A finished run. figures: the predictor's first, then those of what it is compared with."""

    recipe: TimesheetRecipe
    net: Learned
    figures: list[Figures]
    clips: dict[str, dict[str, int]]
    notes: list[str]

    @property
    def page(self) -> str:
        """The report as Markdown."""
        return markdown(self.figures, self.clips, self.notes)

    @property
    def report(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        return {
            "recipe": public(self.recipe),
            "clips": self.clips,
            "predictors": [plain_figures(row) for row in self.figures],
            "notes": self.notes,
        }


def read_timesheet(overrides: Iterable[str] = (), profile: str | None = None) -> TimesheetRecipe:
    """A recipe from `timesheet.FIELD=VALUE`s, over a profile's [timesheet]. Raises RequestError."""
    settings = read_profile(profile) if profile else {}
    return make_stages(override(settings, overrides), _SECTION).stages[0]


def train_timesheet(
    clips: Clips, out: str, recipe: TimesheetRecipe, encoder: dict[str, Any] | None = None,
    advance: Advance | None = None,
) -> TimesheetRun:  # fmt: skip
    """Learn, compare, and write a run's four files; each appears whole or not at all.

    encoder: the recipe that made the embeddings, for the card. Raises RequestError.
    """
    run = learn(clips, recipe, advance)
    store = Store(out)
    store.write_bytes((WEIGHTS,), _weights(run.net))
    store.write_bytes((CARD,), _json(_card(run, clips, encoder)))
    store.write_bytes(("report.json",), _json(run.report))
    store.write_bytes(("report.md",), run.page.encode())
    return run


def learn(clips: Clips, recipe: TimesheetRecipe, advance: Advance | None = None) -> TimesheetRun:
    """The predictor and what it is compared with, each learned anew with the same recipe."""
    from sakuga.train.timesheet.fit import fit, probabilities

    clips = checked(clips)
    seen = clips.hidden() if recipe.telling == "hide" else clips
    train, validation, test = (clips.of(name) for name in SPLITS)
    counts = np.bincount(clips.true[train], minlength=len(NAMES))
    rated: list[Figures] = []
    nets: dict[str, Learned] = {}
    inputs = list(_inputs(seen))
    for name, given in inputs:
        learned = fit(
            (given[train], clips.true[train]), (given[validation], clips.true[validation]), recipe
        )
        nets[name] = learned
        rated.append(_rated(name, probabilities(learned.net, given[test]), clips, counts, recipe))
        if advance:
            advance("learn", len(nets), len(inputs))
    shares = np.tile(counts / counts.sum(), (len(test), 1))
    rated.append(_rated("majority", shares, clips, counts, recipe))
    notes = [*_verdict(rated[0]), *_notes(clips, recipe)]
    return TimesheetRun(recipe, nets[WHOLE], rated, _counted(clips), notes)


def _inputs(clips: Clips) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """What each predictor sees of the clips."""
    yield WHOLE, together(clips.video, clips.text)
    yield "video only", _unit(clips.video)
    yield "text only", _unit(clips.text)
    if clips.motion is not None:
        yield "camera", clips.motion


def together(video: NDArray[np.float32], text: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, V + X): both vectors, each of length 1, side by side; as `models.timesheet.joined`."""
    return np.concatenate([_unit(video), _unit(text)], axis=1)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; a row of zeros stays one."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12).astype(np.float32)


def _rated(
    name: str, chances: NDArray[np.float64], clips: Clips, counts: NDArray[np.int64],
    recipe: TimesheetRecipe,
) -> Figures:  # fmt: skip
    test = clips.of("test")
    return figures(
        *(name, chances, clips.true[test], int(counts.argmax()), clips.group[test]),
        *(recipe.rounds, recipe.seed),
    )


def _counted(clips: Clips) -> dict[str, dict[str, int]]:
    """Clips of each class in each split."""
    return {
        split: {n: int((clips.true[clips.of(split)] == i).sum()) for i, n in enumerate(NAMES)}
        for split in SPLITS
    }


def _verdict(predictor: Figures) -> Iterator[str]:
    """A word of warning where there is little to be had from a predictor."""
    if predictor.gain.low <= 0:
        yield (
            "These clips do not show that the predictor is better than the majority class: its "
            f"macro F1 is {predictor.gain.value:+.3f}, {predictor.gain.low:+.3f} to "
            f"{predictor.gain.high:+.3f}."
        )


def _notes(clips: Clips, recipe: TimesheetRecipe) -> list[str]:
    """What a reader of the figures must know."""
    groups = len(np.unique(clips.group[clips.of("test")]))
    notes = [f"Test clips are of {groups} source groups, none of which is in another split."]
    if groups < 10:
        notes.append("So few groups give intervals that are too narrow.")
    notes += [f"Left out: {count} clips {why}." for why, count in clips.left_out.items() if count]
    if bare := int((clips.text == 0).all(1).sum()):
        notes.append(f"{bare} of {len(clips)} clips have no caption: zeros stand for its vector.")
    if told := int(clips.telling.sum()):
        kept = "was hidden" if recipe.telling == "hide" else "WAS SHOWN: figures with text mislead"
        notes.append(f"The text of {told} of {len(clips)} clips tells the timing, and {kept}.")
    if clips.motion is not None:
        notes.append(f"*camera* sees {', '.join(FEATURES)}; no count, length or hold.")
    return notes


def _card(run: TimesheetRun, clips: Clips, encoder: dict[str, Any] | None) -> dict[str, Any]:
    """What is needed to use the weights, and how they came to be."""
    return {
        "recipe": public(run.recipe),
        "encoder": encoder,
        "video_width": clips.video.shape[1],
        "text_width": clips.text.shape[1],
        "classes": list(NAMES),
        "clips": run.clips,
        "best_epoch": run.net.best,
        "losses": run.net.losses,
    }


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()


def _weights(learned: Learned) -> bytes:
    from safetensors.torch import save

    return save({name: tensor.contiguous() for name, tensor in learned.net.state_dict().items()})
