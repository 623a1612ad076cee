"""How well the room `motion` tells camera and timing, on films whose truth is known.

Clips are the true shots, so that nothing but the room and its meter is judged. A studio film has
two layers that move at different speeds, as under a multiplane camera: an amount is right within
15 percent of a layer's own, or between the two.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import hypot, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.films import KEPT
from benchmarks.scanned import scanned
from benchmarks.table import Line, markdown
from sakuga.build.motion import MotionStage
from sakuga.build.scan.camera import CameraMeter
from sakuga.build.scan.picture import Picture
from sakuga.core.records import Clip, Keyframes, Motion, Signals, Video
from sakuga.core.video import VideoReader
from sakuga.studio import Camera, Encoding, Film, Shot, draw, film
from sakuga.studio.camera import View
from sakuga.studio.cast import fill

MOVES = (
    Camera("pan", dx=0.25), Camera("pan", dx=-0.5, exposure=0), Camera("pan", dx=1),
    Camera("pan", dx=-2), Camera("pan", dx=3, exposure=2), Camera("pan", dx=-6),
    Camera("pan", dx=12), Camera("tilt", dy=-0.25), Camera("tilt", dy=0.5),
    Camera("tilt", dy=-4), Camera("zoom", zoom=0.002), Camera("zoom", zoom=-0.003, exposure=0),
    Camera("zoom", zoom=0.012), Camera("shake", dx=5, dy=4), Camera("shake", dx=10, dy=8),
    Camera("shake", dx=5, dy=4, exposure=2), Camera("whip", dx=90, start=20, length=6),
    Camera("whip", dx=-60, start=16, length=8), Camera(), Camera(),
)  # fmt: skip
CLEAN = Encoding(crf=23)
SUITES = {
    "h264 crf 18": Encoding(crf=18),
    "h264 crf 28": Encoding(crf=28),
    "h264 crf 28 pulldown": Encoding(crf=28, pulldown=True),
    "h264 vfr": Encoding(vfr=True),
    "h264 rotated": Encoding(rotation=90),
    "h264 letterbox": Encoding(letterbox=0.24),
    "h264 grain": Encoding(grain=6.0, crf=20),
    "vp9 crf 32": Encoding("vp9", 32, "webm"),
}
MOVED = {"camera", "pan_slow"}  # what a frame is new by


@dataclass(frozen=True)
class Judged:
    """One shot: what is true of it, and what the room says."""

    shot: Shot
    truth: dict[str, Any]
    clip: Clip
    motion: Motion
    height: int
    width: int
    rate: float  # film frames a second
    moments: float  # film frames from the first to the last of its body
    rotated: bool
    still: bool  # the camera was to move, but with drawings that never change


def kept(drawn: Film, encoding: Encoding) -> Path:
    """The film's file, drawn if it is not there."""
    key = hashlib.sha256(repr((drawn, encoding)).encode()).hexdigest()[:16]
    path = KEPT / f"motion-{key}.{encoding.container}"
    if not path.with_suffix(".json").exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        draw(drawn, path, encoding)
    return path


def camera_films(films: int, frames: int = 44) -> Iterator[Film]:
    """Every move before ten places and people; ten shots a film."""
    for number in range(films):
        moves = [MOVES[(number * 10 + i) % len(MOVES)] for i in range(10)]
        shots = (Shot(9000 + number * 100 + i, frames, camera=m) for i, m in enumerate(moves))
        yield Film(number, tuple(shots))


def judged(drawn: Film, encoding: Encoding) -> list[Judged]:
    """The room's word on every true shot of a film."""
    path = kept(drawn, encoding)
    truth = json.loads(path.with_suffix(".json").read_text())
    signals, video = scanned(path)
    clips = [clip_of(shot, truth, signals) for shot in truth["shots"]]
    drawings = [keyframes_of(clip, truth) for clip in clips]
    rows = MotionStage().load()([
        (keys, clip, signals, video) for keys, clip in zip(drawings, clips, strict=True)
    ])  # fmt: skip
    rate = Fraction(truth["frame_rate"]) * (Fraction(4, 5) if truth["pulldown"] else 1)
    size, turned = (drawn.height, drawn.width), bool(encoding.rotation % 180)
    return [
        Judged(
            drawn.shots[shot["index"]], shot, clip, row, *size, float(rate),
            lasting(signals, clip, video) * float(rate), turned, stands(clip, truth),
        )
        for shot, clip, row in zip(truth["shots"], clips, rows, strict=True)
    ]  # fmt: skip


def stands(clip: Clip, truth: dict[str, Any]) -> bool:
    """Whether the camera never moves: it may be to move with drawings that never change."""
    return not any(MOVED & {*line["causes"]} for line in truth["per_frame"][clip.start : clip.end])


def lasting(signals: Signals, clip: Clip, video: Video) -> float:
    """Seconds from the first to the last frame of a clip's body."""
    ticks = signals.pts[max(clip.body_end - 1, clip.body_start)] - signals.pts[clip.body_start]
    return float(ticks * video.time_base)


def clip_of(shot: dict[str, Any], truth: dict[str, Any], signals: Signals) -> Clip:
    """A true shot; its body bears none of the true transitions."""
    start, end = shot["start"], shot["end"]
    body, last = start, end
    for mixed in truth["transitions"]:
        if mixed["start"] <= start < mixed["end"]:
            body = min(mixed["end"], end)
        elif start < mixed["start"] < end:
            last = min(last, mixed["start"])
    pts = [int(signals.pts[min(n, signals.frames - 1)]) for n in (start, end)]
    return Clip(
        f"{start}", signals.id, shot["index"], start, end, *pts, min(body, last), last,
        "cut", 1.0, "cut", 1.0, False,
    )  # fmt: skip


def keyframes_of(clip: Clip, truth: dict[str, Any]) -> Keyframes:
    """The true drawings of a clip."""
    later = [n for n in range(clip.start + 1, clip.end) if truth["per_frame"][n]["new"]]
    starts = np.array([clip.start, *later], np.int32)
    holds = np.diff(np.append(starts, clip.end)).astype(np.int32)
    none, sure = starts[:0], np.ones(1, np.float32)
    return Keyframes(clip.id, clip.video, starts, holds, starts, starts, none, sure)


def true_move(one: Judged) -> str:
    """The move as the room names it: a whip is a pan; a rotated file's pan is a tilt."""
    move = {"whip": "pan"}.get(one.truth["camera"]["move"], one.truth["camera"]["move"])
    if one.still:
        return "static"
    return {"pan": "tilt", "tilt": "pan"}.get(move, move) if one.rotated else move


def amounts(one: Judged) -> tuple[float, list[float]]:
    """What the room says of the named move, and what is true of the near and the far layer."""
    dx, dy, zoom = one.truth["camera"]["amount"]
    camera, view = fill(one.shot).camera, fill(one.shot).view
    layers = [1.0, View(1.0, 0.0, view.zoom).far().x * view.far().zoom / view.zoom]
    row, move = one.motion, one.truth["camera"]["move"]
    if move == "zoom":
        frames = one.moments
        later = View(0.0, 0.0, view.zoom * (1 + zoom) ** frames)
        far = log(later.far().zoom / view.far().zoom) / frames
        said = log(1 + row.camera_zoom)
        return said, [log(1 + zoom) * one.rate, far * one.rate]
    if move == "shake":
        return row.camera_shake, [hypot(dx, dy) / sqrt(3) / one.height * k for k in layers]
    if move == "whip":
        dx *= camera.length / one.moments
    across = move != "tilt"
    true = dx / one.width if across else dy / one.height
    if not one.rotated:
        said = row.camera_x if across else row.camera_y
    else:
        said = -row.camera_y if across else row.camera_x
    return said, [true * one.rate * layer for layer in layers]


def near(said: float, layers: Sequence[float]) -> bool:
    """Within 15 percent of a layer's own amount, or between the two."""
    ratios = sorted(said / layer for layer in layers)
    return ratios[-1] >= 0.85 and ratios[0] <= 1.15


def lines(films: int = 4, shots: int = 6, suites: Sequence[str] = tuple(SUITES)) -> Iterator[Line]:
    """Every figure; films: of ten camera shots each; shots: of each other film."""
    told = [one for drawn in camera_films(films) for one in judged(drawn, CLEAN)]
    yield from camera_lines("studio, h264 crf 23", told)
    for number, name in enumerate(suites):
        drawn = film(4000 + number, shots)
        told = judged(drawn, SUITES[name])
        yield from camera_lines(name, told)
        yield from timing_lines(name, told, SUITES[name].pulldown)


def camera_lines(name: str, told: Sequence[Judged]) -> Iterator[Line]:
    """How often the move is right, and how far it goes."""
    named = Counter((true_move(one), one.motion.camera) for one in told)
    right = sum(count for (true, said), count in named.items() if true == said)
    for (true, said), count in sorted(named.items()):
        print(f"  {name}: {true:7s} told as {said:7s} {count}", file=sys.stderr)
    yield Line(f"{name}: camera move right, of {len(told)}", right / len(told), ">=", 0.95)
    moving = [one for one in told if true_move(one) == one.motion.camera != "static"]
    if moving:
        within = [near(*amounts(one)) for one in moving]
        for one, ok in zip(moving, within, strict=True):
            if not ok:
                print(f"  {name}: {one.truth['camera']} {amounts(one)}", file=sys.stderr)
        yield Line(f"{name}: amount, of {len(moving)}", float(np.mean(within)), ">=", 0.95)


def timing_lines(name: str, told: Sequence[Judged], pulled: bool) -> Iterator[Line]:
    """Timing against the exposure sheet, where nothing but the sheet makes a frame new."""
    plain = [
        one for one in told
        if one.truth["camera"]["move"] == "static" and not one.truth["effects"]
        and one.truth["exposure"] == one.truth["exposure_measured"]
        and (one.clip.body_start, one.clip.body_end) == (one.clip.start, one.clip.end)
    ]  # fmt: skip
    if plain:
        right = [told_timing(one) == one.truth["exposure"] for one in plain]
        yield Line(f"{name}: timing, of {len(plain)}", float(np.mean(right)), ">=", 1)
    found = [one.motion.pulldown == pulled for one in told]
    yield Line(f"{name}: pulldown told, of {len(told)}", float(np.mean(found)), ">=", 1)


def told_timing(one: Judged) -> str:
    """In the studio's words."""
    return "mixed" if one.motion.mixed else one.motion.timing


def cost(path: Path) -> tuple[float, float]:
    """CPU milliseconds of the camera meter: per frame, and per frame that changed."""
    meter, before, spent, changed, frames = CameraMeter(), None, 0.0, 0, 0
    with VideoReader(str(path)) as reader:
        for frame in reader.frames():
            before = Picture(frame, before)
            changed, frames = changed + before.changed, frames + 1
            started = time.process_time()
            meter.add(before)
            spent += time.process_time() - started
    return spent * 1e3 / frames, spent * 1e3 / max(changed, 1)


def twos(shots: int = 8) -> Film:
    """A film on twos with a still camera: what most cartoons are."""
    random = (
        Shot(7000 + i, 48, exposure="twos", camera=Camera(), effects=()) for i in range(shots)
    )
    return Film(77, tuple(random))


def cost_lines() -> Iterator[Line]:
    """The meter's budget."""
    each, drawn = cost(kept(twos(), CLEAN))
    yield Line("camera meter, film on twos: ms a frame", each, "<=", 0.06)
    yield Line("camera meter, film on twos: ms a changed frame", drawn, "<=", 0.15)
    each, _ = cost(kept(next(camera_films(1)), CLEAN))
    yield Line("camera meter, every frame a move: ms a frame", each, "<=", 0.3)


if __name__ == "__main__":
    print(markdown([*lines(), *cost_lines()]))
