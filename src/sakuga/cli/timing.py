"""How generated keyframes are timed: the encoder's vectors of them, to the predictor (§4.2)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sakuga.build.embed import Shown
    from sakuga.generate.run import Time, Timed


def predicting(run: str, encoder: str | None, caption: str, overrides: Sequence[str]) -> Time:
    """The predictor in a run of `train timesheet`, on vectors of the encoder it was learned with.

    encoder: where its net lies now (a file, or a run of `train contrastive`), or which it is.
    overrides: `embed.FIELD=VALUE`s. Raises RequestError where the two are not to be had.
    """
    from sakuga.core.errors import BadOutput, ItemError
    from sakuga.core.needs import prepare
    from sakuga.generate.run import Timed
    from sakuga.train.timesheet.learning import CARD
    from sakuga.train.timesheet.predict import TimesheetPredictor

    predict = TimesheetPredictor(run).load()
    card: dict[str, Any] = json.loads(Path(run, CARD).read_text(encoding="utf-8"))
    stage = encoder_of(card.get("encoder"), encoder, overrides)
    prepare([stage])
    encode = stage.use.load()
    text, note = shown_caption(caption, card["recipe"].get("telling", "hide"))
    facts = _facts(run, stage, text)

    def time(keyframes: NDArray[np.uint8]) -> Timed:
        [made] = encode([shown(keyframes, stage.use, text)])
        if isinstance(made, ItemError):
            raise made
        words = np.zeros_like(made.clip) if made.text is None else made.text
        if not (np.isfinite(made.clip).all() and np.isfinite(words).all()):
            raise BadOutput("the encoder gave NaN for the keyframes: check its weights")
        [told] = predict(made.clip[None], words[None])
        return Timed(told.timing, "predicted", told.probabilities, note, facts)

    _try(time)
    return time


def _try(time: Time) -> None:
    """Time eight black keyframes: what does not fit together is told before anything is drawn."""
    from sakuga.core.errors import ItemError, RequestError

    try:
        time(np.zeros((8, 64, 64, 3), np.uint8))
    except ItemError as error:
        raise RequestError(
            f"--timesheet: the encoder does not serve: {error}; name another with --encoder"
        ) from error


def shown(keyframes: NDArray[np.uint8], encoder: Any, text: str | None) -> Shown:
    """What the room `embed` would show of a clip that has these keyframes, (K, H, W, 3) RGB."""
    from sakuga.build.embed import Shown
    from sakuga.build.sample import Sample
    from sakuga.core.images import fit
    from sakuga.dataset.frames import fitted
    from sakuga.dataset.pick import pick

    bgr = np.ascontiguousarray(keyframes[..., ::-1])
    if not encoder.keyframes:
        sample = Sample()
        places = np.arange(0, len(bgr), sample.every)
        return Shown(places.astype(np.int32), [fit(bgr[n], sample.longest) for n in places], text)
    places = pick(len(bgr), encoder.keyframes, "middle", "repeat")
    pictures = [fitted(bgr[n], encoder.side)[..., ::-1] for n in places]
    return Shown(places.astype(np.int32), pictures, text)


def shown_caption(caption: str, telling: str) -> tuple[str | None, tuple[str, ...]]:
    """What the predictor reads of a caption, and what is to be said of it.

    telling: `hide` where it learned without captions that tell the timing.
    """
    from sakuga.train.timesheet.leaks import tells_timing

    if not caption.strip():
        return None, ("no caption: timed by the keyframes alone",)
    if telling == "hide" and tells_timing(caption):
        return None, ("the caption tells the timing: it was hidden from the predictor",)
    return caption, ()


def encoder_of(made: dict[str, Any] | None, given: str | None, overrides: Sequence[str]) -> Any:
    """The stage that makes vectors like those that a predictor learned from.

    made: the recipe of the stage that made those, None where no one knows. Raises RequestError.
    """
    from sakuga.build.rooms import ROOMS
    from sakuga.core.errors import RequestError
    from sakuga.core.profile import make_stages, override

    room = dataclasses.replace(ROOMS["embed"], spare=False)
    use: dict[str, Any] = (made or {}).get("use", {})
    fields = {name: value for name, value in use.items() if name not in ("recipe", "version")}
    names = {address: name for name, address in room.backends.items()}
    name = names.get(use.get("recipe", ""), "")
    if given is not None:
        if Path(given).exists():
            fields["checkpoint"] = _net(Path(given))
        else:
            name = given
    if not name:
        of = use.get("recipe", "a file of vectors")
        raise RequestError(f"the predictor learned from {of}; say --encoder NAME, its encoder's")
    settings = override({"embed": {"use": name, **fields}}, overrides)
    stage = make_stages(settings, {"embed": room}).stages[0]
    _check_same(use, stage)
    return stage


def _net(place: Path) -> str:
    """The file of a net: itself, or the one that a run leaves."""
    from sakuga.core.errors import RequestError

    file = place / "model.safetensors" if place.is_dir() else place
    if not file.exists():
        raise RequestError(f"--encoder {place}: no model.safetensors in it; name the file")
    return str(file)


def _check_same(use: dict[str, Any], stage: Any) -> None:
    """Raise RequestError where vectors would be of another encoder, or its net is gone."""
    from sakuga.core.errors import RequestError
    from sakuga.core.recipe import plain
    from sakuga.models.public import CHECKPOINTS

    found = plain(stage.use)
    for key in ("recipe", "version") if use else ():
        if found[key] != use[key]:
            raise RequestError(
                f"the predictor learned from {use['recipe']}, version {use['version']}, not "
                f"{found['recipe']}, version {found['version']}; learn it anew, or name its encoder"
            )
    for key in ("checkpoint", "blend"):
        file = found.get(key)
        if file and file not in CHECKPOINTS and not Path(file).exists():
            raise RequestError(
                f"the predictor learned from the net {file}, which is not there; name it with "
                f"--encoder RUN, or --set embed.{key}=FILE"
            )


def _facts(run: str, stage: Any, text: str | None) -> dict[str, Any]:
    from sakuga.core.recipe import public
    from sakuga.generate.identity import sha256
    from sakuga.train.timesheet.learning import WEIGHTS

    return {
        "predictor": Path(run).resolve().name,
        "predictor_sha256": sha256(Path(run, WEIGHTS)),
        "encoder": public(stage.use),
        "caption": text or "",
    }
