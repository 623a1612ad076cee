"""From a film to a file: pulldown, dropped repeats, grain, encoding, and the truth beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from sakuga.core.encode import VideoFormat, VideoWriter, fitting_pixel_format
from sakuga.studio.brush import Image
from sakuga.studio.compose import FrameTruth, frames, ready
from sakuga.studio.recipe import Film
from sakuga.studio.truth import Ledger, Truth, rate_text

NTSC: Final = Fraction(30000, 1001)
_KEEP_ALIVE: Final = 24  # a player wants a frame once a second


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a film is written.

    codec: h264, hevc, vp9, av1, ffv1 (lossless); container: mp4, mkv, webm; pulldown: each four
    frames of the film become five of the file, at 30000/1001; vfr: most repeats are dropped and
    times say so; letterbox: share of the height that bars take; grain: standard deviation of
    film grain in grey levels, new on every frame of the file. The rest as in `VideoFormat`.
    """

    codec: str = "h264"
    crf: int = 23
    container: str = "mp4"
    rate: Fraction = Fraction(24)
    pulldown: bool = False
    vfr: bool = False
    pixel_format: str = "yuv420p"
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    letterbox: float = 0.0
    grain: float = 0.0
    bit_rate: int | None = None
    preset: str = "veryfast"
    keyframe_interval: int = 250
    threads: int = 1

    @property
    def file_rate(self) -> Fraction:
        """Frames per second of the file."""
        return NTSC if self.pulldown else self.rate

    def video_format(self) -> VideoFormat:
        """What the writer is told."""
        return VideoFormat(
            codec=self.codec, crf=self.crf, rate=self.file_rate, pixel_format=self.pixel_format,
            preset=self.preset, bit_rate=self.bit_rate, rotation=self.rotation,
            sample_aspect=self.sample_aspect, keyframe_interval=self.keyframe_interval,
            threads=self.threads,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filed:
    """A frame of the file. pts: frames of the file's rate; duplicate: made by the pulldown."""

    image: Image
    truth: FrameTruth
    pts: int
    duplicate: bool = False


def draw(film: Film, path: Path, encoding: Encoding | None = None) -> Truth:
    """Render a film, encode it to `path` and write its truth beside it as JSON.

    path: its suffix is made the encoding's container. Frames are made and written one by one.
    """
    encoding = encoding or Encoding()
    path = Path(path).with_suffix(f".{encoding.container}")
    ledger, grain = Ledger(), _Grain(film, encoding.grain)
    with VideoWriter(path, film.width, film.height, encoding.video_format()) as writer:
        for filed in _file_frames(film, encoding):
            writer.write(grain.on(filed.image), filed.pts)
            ledger.add(filed.truth, filed.pts, filed.duplicate)
    truth = _truth(film, path, encoding, ledger)
    truth.write(path.with_suffix(".json"))
    return truth


def _file_frames(film: Film, encoding: Encoding) -> Iterator[Filed]:
    run = frames(film, encoding.letterbox)
    filed = (Filed(image, truth, index) for index, (image, truth) in enumerate(run))
    if encoding.vfr:
        filed = _without_repeats(filed, film.seed)
    return _pulled_down(filed) if encoding.pulldown else filed


def _pulled_down(run: Iterator[Filed]) -> Iterator[Filed]:
    """Four frames become five: the second of each five repeats the first."""
    for index, filed in enumerate(run):
        pts = filed.pts + filed.pts // 4
        yield Filed(filed.image, filed.truth, pts + (1 if filed.pts % 4 else 0))
        if index % 4 == 0:
            yield Filed(filed.image, filed.truth, pts + 1, duplicate=True)


def _without_repeats(run: Iterator[Filed], seed: int) -> Iterator[Filed]:
    """Drop four repeats in five, but never let a second pass without a frame."""
    random = np.random.default_rng([seed, 41])
    last, shot = -_KEEP_ALIVE, -1
    for filed in run:
        due = filed.pts - last >= _KEEP_ALIVE or filed.truth.shot != shot
        if filed.truth.new or due or random.random() < 0.2:
            last, shot = filed.pts, filed.truth.shot
            yield filed


class _Grain:
    """Film grain: normal noise, the same on every channel, fresh on every frame."""

    def __init__(self, film: Film, strength: float) -> None:
        self.strength, self.size = strength, (film.height, film.width)
        self.random = np.random.default_rng([film.seed, 42])
        if strength:
            field = self.random.normal(0, strength, (film.height * 2, film.width * 2))
            self.field = np.rint(field).astype(np.int16)

    def on(self, image: Image) -> Image:
        if not self.strength:
            return image
        height, width = self.size
        top, left = int(self.random.integers(height)), int(self.random.integers(width))
        part = self.field[top : top + height, left : left + width]
        flip = int(self.random.integers(4))
        part = part[:: -1 if flip & 1 else 1, :: -1 if flip & 2 else 1]
        noise = cv2.merge([np.ascontiguousarray(part)] * 3)
        return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)


def _truth(film: Film, path: Path, encoding: Encoding, ledger: Ledger) -> Truth:
    return Truth(
        file=path.name,
        sha256=_sha256(path),
        seed=film.seed,
        frames=len(ledger.lines),
        frame_rate=rate_text(encoding.file_rate),
        width=film.width,
        height=film.height,
        encoding=_described(film, encoding),
        cuts=ledger.cuts(),
        transitions=ledger.transitions(),
        shots=ledger.shots(ready(film), film.height),
        per_frame=ledger.lines,
        pulldown=ledger.duplicates if encoding.pulldown else None,
        covers=ledger.covers(),
        flashes=ledger.flashes(),
        whips=ledger.whips(),
        letters=ledger.letters(),
    )


def _described(film: Film, encoding: Encoding) -> dict[str, str | int | float | bool | None]:
    plain = {
        name: rate_text(value) if isinstance(value, Fraction) else value
        for name, value in asdict(encoding).items()
    }
    size = film.width, film.height
    plain["pixel_format"] = fitting_pixel_format(encoding.codec, encoding.pixel_format, *size)
    return plain


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
