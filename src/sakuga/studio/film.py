"""Whole films by lot: a varied film from a seed, and a suite of them in many encodings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from sakuga.studio.cast import fill, line
from sakuga.studio.draw import Encoding, draw
from sakuga.studio.recipe import Boundary, Film, Shot
from sakuga.studio.truth import Truth

_TITLES: Final = (
    "The Long Way Home", "Part Two", "Three Years Later", "The Hat", "Meanwhile",
    "The End of Summer",
)  # fmt: skip


def film(
    seed: int, shots: int = 8, width: int = 854, height: int = 480, *,
    shot_frames: tuple[int, int] = (30, 110), transitions: float = 0.25,
) -> Film:  # fmt: skip
    """A film of random shots. The same arguments give the same film.

    shot_frames: shortest and longest shot, half-open; transitions: share of the shots that are
    entered by a dissolve or a fade instead of a cut.
    """
    random = np.random.default_rng([seed, 2])
    row: list[Shot] = []
    for number in range(shots):
        length = int(random.integers(*shot_frames))
        boundary = _boundary(random, length, transitions) if number else Boundary()
        row.append(_shot(random, length, boundary, row))
    fades = [int(random.choice([0, 0, 8, 16])) for _ in range(2)]
    return Film(seed, _fitted(row), width, height, fade_in=fades[0], fade_out=fades[1])


def _shot(random: np.random.Generator, length: int, boundary: Boundary, before: list[Shot]) -> Shot:
    """A new shot; sometimes a title, sometimes the one before seen from nearer."""
    lot, seed = float(random.random()), int(random.integers(2**31))
    if lot < 0.04:
        title = _TITLES[int(random.integers(len(_TITLES)))]
        return Shot(seed, min(length, 40), "title", text=title, boundary=boundary)
    text = line(random) if random.random() < 0.12 else ""
    if lot < 0.20 and before and before[-1].place != "title":
        return _nearer(before[-1], seed, length, boundary)
    return Shot(seed, length, boundary=boundary, text=text)


def _nearer(before: Shot, seed: int, length: int, boundary: Boundary) -> Shot:
    """The same people at the same place, in another framing."""
    last = fill(before)
    framing = {"wide": "medium", "medium": "close", "close": "wide"}[last.framing]
    roles = last.roles[:1] if framing == "close" else last.roles
    return Shot(
        seed, length, last.place, last.time, last.exposure, roles, None, (), framing,
        boundary, last.place_seed, 0,
    )  # fmt: skip


def _boundary(random: np.random.Generator, length: int, share: float) -> Boundary:
    if random.random() >= share:
        return Boundary()
    kind = str(random.choice(["dissolve", "dissolve", "fade_black", "fade_white"]))
    frames = int(random.choice([6, 8, 12, 16, 24, 36, 48]))
    hold = 0 if kind == "dissolve" else int(random.choice([0, 2, 6, 12]))
    return Boundary(kind, min(frames if kind == "dissolve" else frames // 2, length // 3), hold)


def _fitted(row: list[Shot]) -> tuple[Shot, ...]:
    """Boundaries no longer than a third of the shots on both sides."""
    fitted = row[:1]
    for before, shot in pairwise(row):
        most = min(before.frames or 36, shot.frames or 36) // 3
        boundary = replace(shot.boundary, frames=min(shot.boundary.frames, most))
        fitted.append(replace(shot, boundary=boundary))
    return tuple(fitted)


ENCODINGS: Final[dict[str, Encoding]] = {
    "h264_crf18": Encoding(crf=18),
    "h264_crf23": Encoding(crf=23),
    "h264_crf26_ntsc_film": Encoding(crf=26, rate=Fraction(24000, 1001), container="mkv"),
    "h264_crf28_pal": Encoding(crf=28, rate=Fraction(25)),
    "h264_crf30_pulldown": Encoding(crf=30, pulldown=True),
    "h264_crf36": Encoding(crf=36),
    "h264_100k": Encoding(bit_rate=100_000),
    "h264_vfr": Encoding(vfr=True),
    "h264_grain_light": Encoding(grain=2.0),
    "h264_grain_strong": Encoding(grain=6.0, crf=20),
    "h264_letterbox": Encoding(letterbox=0.24),
    "h264_anamorphic": Encoding(sample_aspect=Fraction(8, 9)),
    "h264_rotated": Encoding(rotation=90),
    "h264_444": Encoding(pixel_format="yuv444p"),
    "hevc_crf26": Encoding("hevc", 26, "mkv"),
    "hevc_10bit": Encoding("hevc", 24, "mkv", pixel_format="yuv420p10le"),
    "vp9_crf32": Encoding("vp9", 32, "webm"),
    "vp9_vfr": Encoding("vp9", 36, "mkv", vfr=True),
    "av1_crf32": Encoding("av1", 32, "mp4"),
    "av1_10bit": Encoding("av1", 32, "mkv", pixel_format="yuv420p10le", grain=3.0),
    "lossless": Encoding("ffv1", container="mkv", pixel_format="bgr0"),
}
"""The ways in which users' files are encoded, by name."""


def suite(
    directory: Path, seed: int = 0, shots: int = 6, width: int = 854, height: int = 480,
    encodings: dict[str, Encoding] | None = None,
) -> Iterator[tuple[Path, Truth]]:  # fmt: skip
    """A different film in each encoding, one after the other, under the encoding's name."""
    directory.mkdir(parents=True, exist_ok=True)
    for number, (name, encoding) in enumerate((encodings or ENCODINGS).items()):
        drawn = film(seed * 1000 + number, shots, width, height)
        truth = draw(drawn, directory / f"{name}.{encoding.container}", encoding)
        yield directory / truth.file, truth
