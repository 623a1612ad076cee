"""From pictures to films, one after the other (§4.2, Figure 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import ItemError, RequestError, Unreadable
from sakuga.core.recipe import fingerprint, public
from sakuga.core.records import Timing
from sakuga.dataset.expand import FILM, exposure, holds
from sakuga.generate.fitting import Fit, fitted
from sakuga.generate.pictures import Prompt, Read, read
from sakuga.generate.provenance import Provenance, clean
from sakuga.generate.results import Files, Film, Sign, write
from sakuga.generate.svd import Draw
from sakuga.models.svd_format import Format

Colour = tuple[int, int, int]
By = Literal["asked", "predicted"]
Advance = Callable[[str, float, int], None]
"""Told what is done, how much of it, of how many."""


@dataclass(frozen=True, slots=True)
class Timed:
    """timing: how the keyframes become film. by: who said so. probabilities: ones, twos, threes."""

    timing: Timing
    by: By
    probabilities: tuple[float, float, float] | None = None
    notes: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    def page(self) -> dict[str, Any]:
        """As JSON-ready data."""
        return {
            "class": self.timing,
            "by": self.by,
            "probabilities": list(self.probabilities) if self.probabilities else None,
            **self.facts,
        }


TIMINGS: Final[tuple[Timing, ...]] = ("ones", "twos", "threes")
MOMENTS: Final = (
    "the model learned from frames evenly spaced in time, not from keyframes: each is held as long "
    "as the timing asked for, and the sheet counts a drawing that comes twice as two"
)
Time = Callable[[NDArray[np.uint8]], Timed]
"""(K, H, W, 3) RGB keyframes to their timing; raises ItemError."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How pictures are brought to size, and what becomes of the results. keep: keyframes too."""

    out: str
    fit: Fit = "crop"
    background: Colour = (255, 255, 255)
    keep: bool = False
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What one picture became. drawings: the keyframes' files, where they were asked for."""

    prompt: str
    film: str
    xdts: str
    csv: str
    page: str
    drawings: list[str]
    timing: Timing
    timed_by: str
    keyframes: int
    width: int
    height: int
    frames: int
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Failed:
    """A picture that nothing could be made of."""

    prompt: str
    reason: str
    message: str


def asked(timing: Timing) -> Time:
    """The same timing for all."""

    def time(_: NDArray[np.uint8]) -> Timed:
        return Timed(timing, "asked")

    return time


def check_free(prompts: Iterable[Prompt], wanted: Wanted) -> None:
    """Raise RequestError where results are there and may not be replaced."""
    if wanted.overwrite:
        return
    for prompt in prompts:
        if there := Files(Path(wanted.out), prompt.name).there():
            raise RequestError(f"{there[0]} is there; add --overwrite to replace it")


def check_timed(draw: Draw, by: By) -> None:
    """Raise RequestError where a predictor is to time what are no keyframes."""
    if draw.kind == "moments" and by == "predicted":
        fps = draw.format.fps
        near = min(TIMINGS, key=lambda timing: abs(FILM / exposure(timing) - fps))
        raise RequestError(
            f"{draw.model.lora or draw.model.name} learned from frames evenly spaced in time, not "
            "from keyframes: a predictor of keyframes' timing has nothing to say of them, and was "
            f"not asked; it was told that they come {fps} a second, so say --timing {near}, or "
            "another that looks right"
        )


def generate(
    prompts: Sequence[Prompt], draw: Draw, time: Time, wanted: Wanted,
    sign: Sign | None = None, advance: Advance | None = None,
) -> Iterator[Made | Failed]:  # fmt: skip
    """Each picture's results, as they are made; one that is bad costs itself alone.

    Raises OSError where they can't be written, and RequestError as `check_timed` does.
    """
    done, of = 0, len(prompts) * draw.recipe.steps

    def stepped() -> None:
        nonlocal done
        done += 1
        if advance:
            advance("draw", done, of)

    for number, prompt in enumerate(prompts, 1):
        try:
            film = _film(prompt, draw, time, wanted, stepped)
        except ItemError as error:
            yield _failed(prompt, error)
        else:
            files = write(Files(Path(wanted.out), prompt.name), film, wanted.keep, sign)
            yield _made(prompt, film, files)
        done = number * draw.recipe.steps


def _film(
    prompt: Prompt, draw: Draw, time: Time, wanted: Wanted,
    stepped: Callable[[], None],
) -> Film:  # fmt: skip
    ready = _ready(prompt, draw.format, wanted)
    drawn = draw(ready.pixels, stepped)
    timed = time(drawn.keyframes)
    check_timed(draw, timed.by)
    moments = (MOMENTS,) if draw.kind == "moments" else ()
    return Film(
        drawn.keyframes,
        holds(len(drawn.keyframes), timed.timing),
        _told(prompt, draw, timed, wanted),
        (*ready.notes, *drawn.notes, *moments, *timed.notes),
    )


def _ready(prompt: Prompt, size: Format, wanted: Wanted) -> Read:
    picture = read(prompt.file, wanted.background)
    return fitted(picture, size.width, size.height, wanted.fit, wanted.background)


def _told(prompt: Prompt, draw: Draw, timed: Timed, wanted: Wanted) -> Provenance:
    fit = {"fit": wanted.fit, "background": list(wanted.background)}
    settings = public(draw.recipe) | fit
    try:
        with prompt.file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable(f"{prompt.file.name}: {error.strerror}") from error
    return Provenance(
        prompt=clean(prompt.file.name),
        prompt_sha256=content,
        model=draw.model,
        seed=draw.recipe.seed,
        settings=settings,
        settings_hash=fingerprint(settings, draw.model.weights, draw.model.lora_weights),
        timing=timed.page(),
    )


def _failed(prompt: Prompt, error: ItemError) -> Failed:
    name = f"{prompt.file.name}: "
    return Failed(str(prompt.file), error.reason, name + str(error).removeprefix(name))


def _made(prompt: Prompt, film: Film, files: list[Path]) -> Made:
    by_end = {path.suffix: str(path) for path in files}
    count, height, width = film.keyframes.shape[:3]
    return Made(
        prompt=str(prompt.file),
        film=by_end[".mp4"],
        xdts=by_end[".xdts"],
        csv=by_end[".csv"],
        page=by_end[".json"],
        drawings=[str(path) for path in files if path.suffix == ".png"],
        timing=film.told.timing["class"],
        timed_by=film.told.timing["by"],
        keyframes=count,
        width=width,
        height=height,
        frames=int(film.held.sum()),
        notes=list(film.notes),
    )
