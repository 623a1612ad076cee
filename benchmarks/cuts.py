"""How well `split` finds shots, beside PySceneDetect's detectors, on films whose truth is known.

PySceneDetect's cuts come from mode `frames`, which is under test to equal the library's own. Cuts
are right to the frame. A transition is right where the kind is and the spans overlap; for
PySceneDetect, which has no kinds, where a cut falls into the span. What a detector makes of a
transition is not counted against its cuts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.films import KEPT
from benchmarks.scanned import scanned
from benchmarks.table import Line, markdown
from sakuga.build.scan.content import Content
from sakuga.build.scan.picture import Picture
from sakuga.build.split import Split
from sakuga.core.records import Clip
from sakuga.core.video import VideoReader
from sakuga.studio import Camera, Encoding, Film, Shot, draw, film

FOOTAGE = Path(os.environ.get("SAKUGA_SHARED", Path(__file__).parents[2] / "shared")) / "footage"
REAL = {
    "Popeye, 1440p24": ("popeye_sinbad_T00-1_1440p24.mkv", 0),
    "Popeye, H.264 640": ("popeye_sinbad_T00-1_h264_640.mp4", 0),
    "Popeye, dvd2997": ("popeye_sinbad_T00-1_dvd2997.mkv", 1),
    "lottie reel, crf 23": ("lottie_reel_A_crf23.mp4", 0),
    "lottie reel, grain": ("lottie_reel_A_grain.mp4", 0),
}
"""File, and how many false cuts are allowed."""
SUITES = {
    "H.264 crf 18 to 26": (Encoding(crf=18), Encoding(crf=26, rate=Fraction(24000, 1001))),
    "H.264 crf 30, crf 36": (Encoding(crf=30, pulldown=True), Encoding(crf=36)),
    "H.264 at 100 kbit/s": (Encoding(bit_rate=100_000), Encoding(bit_rate=100_000)),
    "grain": (Encoding(grain=2.0), Encoding(grain=6.0, crf=20)),
    "variable frame rate": (Encoding(vfr=True), Encoding("vp9", 36, "mkv", vfr=True)),
    "letterbox, rotated": (Encoding(letterbox=0.24), Encoding(rotation=90)),
    "HEVC": (Encoding("hevc", 26, "mkv"), Encoding("hevc", 24, "mkv", pixel_format="yuv420p10le")),
    "VP9": (Encoding("vp9", 32, "webm"), Encoding("vp9", 44, "webm")),
    "AV1": (Encoding("av1", 32), Encoding("av1", 32, "mkv", pixel_format="yuv420p10le", grain=3.0)),
}
MOVES = (Camera("pan", dx=3, exposure=3), Camera("tilt", dy=2, exposure=3),
         Camera("zoom", zoom=0.004, exposure=3), Camera("pan", dx=12))  # fmt: skip
DETECTORS = {
    "sakuga": Split(),
    "adaptive": Split("frames", min_length=15, min_content_val=15.0),
    "content": Split("frames", min_length=15, detector="content"),
    "release": Split("frames"),
}
SEED = 9000  # films that no threshold was chosen on


@dataclass
class Count:
    """Right, missed and false."""

    right: int = 0
    missed: int = 0
    false: int = 0

    @property
    def f1(self) -> float:
        """1 where there was nothing to find and nothing was found."""
        wrong = self.missed + self.false
        return 2 * self.right / (2 * self.right + wrong) if self.right or wrong else 1.0

    def __str__(self) -> str:
        return f"{self.f1:.3f} ({self.missed}, {self.false})"


@dataclass
class Score:
    """What one detector made of some films; off: frames by which spans are off, at either end."""

    cuts: Count = field(default_factory=Count)
    transitions: Count = field(default_factory=Count)
    off: list[int] = field(default_factory=list)

    def add(self, truth: dict[str, Any], clips: Sequence[Clip]) -> None:
        """Count one film."""
        spans = truth["transitions"]
        found = [c.start for c in clips[1:] if c.opens == "cut"]
        free = [t for t in found if not any(s["start"] - 1 <= t <= s["end"] + 1 for s in spans)]
        true = set(truth["cuts"])
        self.cuts.right += len(true & set(found))
        self.cuts.missed += len(true - set(found))
        self.cuts.false += len(set(free) - true)
        self._add_transitions(spans, clips, set(found) - set(free))

    def _add_transitions(
        self, spans: list[dict[str, Any]], clips: Sequence[Clip], inside: set[int]
    ) -> None:
        made = list(transitions(clips))
        for span in spans:
            hit = next((m for m in made if m[0] == span["kind"] and meet(m, span)), None)
            if hit is not None:
                made.remove(hit)
                self.off += [abs(hit[1] - span["start"]), abs(hit[2] - span["end"])]
            cut = any(span["start"] - 1 <= t <= span["end"] + 1 for t in inside)
            self.transitions.right += hit is not None or cut
            self.transitions.missed += hit is None and not cut
        self.transitions.false += len(made)


def transitions(clips: Sequence[Clip]) -> Iterator[tuple[str, int, int]]:
    """Kind and span of each fade and dissolve."""
    if clips[0].opens not in ("start", "cut"):
        yield clips[0].opens, 0, clips[0].body_start
    for before, after in pairwise(clips):
        if after.opens != "cut":
            yield after.opens, before.body_end, after.body_start
    if clips[-1].closes not in ("end", "cut"):
        yield clips[-1].closes, clips[-1].body_end, clips[-1].end


def meet(made: tuple[str, int, int], span: dict[str, Any]) -> bool:
    """True where they share a frame."""
    return made[1] < span["end"] and span["start"] < made[2]


def scores(paths: Sequence[Path]) -> dict[str, Score]:
    """Every detector's score over some films with their truth beside them."""
    made = {name: Score() for name in DETECTORS}
    for path in paths:
        truth = json.loads(path.with_suffix(".json").read_text())
        item = scanned(path, release=True)
        for name, split in DETECTORS.items():
            made[name].add(truth, list(split.load()([item])))
    return made


def drawn(name: str, what: Film, encoding: Encoding) -> Path:
    """A film and its truth, drawn once."""
    path = KEPT / f"cuts-{name}.{encoding.container}"
    if not path.with_suffix(".json").exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(what, path, encoding)
    return path


def suites(films: int) -> Iterator[tuple[str, list[Path]]]:
    """Films by how they are encoded, then those with a camera that never rests."""
    for number, (name, encodings) in enumerate(SUITES.items()):
        paths: list[Path] = []
        for i in range(films):
            seed = SEED + 100 * number + i
            size = ((640, 360), (854, 480))[i // 2 % 2]
            what = film(seed, 8, *size, transitions=0.35)
            paths.append(drawn(str(seed), what, encodings[i % len(encodings)]))
        yield name, paths
    yield "camera never rests", [drawn(f"move-{i}", moving(i), Encoding()) for i in range(4)]


def moving(number: int) -> Film:
    """One shot of 250 frames on threes under a camera move."""
    shot = Shot(SEED + number, 250, exposure="threes", camera=MOVES[number], effects=())
    return Film(SEED + number, (shot,), 640, 360)


def row(name: str, made: dict[str, Score]) -> str:
    """One line of the table: cuts of each detector, transitions of each, spans of ours."""
    cells = [str(score.cuts) for score in made.values()]
    cells += [str(score.transitions) for score in made.values()]
    off = made["sakuga"].off
    near = f"{np.mean([o <= 3 for o in off]):.2f}, {np.mean(off):.2f}" if off else ""
    return " | ".join(["", name, *cells, near, ""]).strip()


def lines(films: int = 4) -> Iterator[Line]:
    """The bars; the table goes to stderr as it is made."""
    heads = [
        "",
        "films",
        *(f"cuts, {n}" for n in DETECTORS),
        *(f"transitions, {n}" for n in DETECTORS),
    ]
    say(" | ".join([*heads, "ends within 3, mean", ""]).strip())
    say("| --- " * len(heads) + "|")
    whole: dict[str, Score] = {name: Score() for name in DETECTORS}
    for name, paths in suites(films):
        made = scores(paths)
        say(row(name, made))
        for detector, score in made.items():
            whole[detector] = together(whole[detector], score)
        yield Line(f"hard cuts, {name}: F1", made["sakuga"].cuts.f1, ">=", 0.99)
    say(row("all studio films", whole))
    ours = whole["sakuga"]
    yield Line("hard cuts, studio: F1", ours.cuts.f1, ">=", 0.99)
    yield Line("fades and dissolves, studio: F1", ours.transitions.f1, ">=", 0.9)
    yield Line("their ends within 3 frames", float(np.mean([o <= 3 for o in ours.off])), ">=", 0.9)
    yield from real()


def together(one: Score, other: Score) -> Score:
    """Both added up."""
    sums = [
        Count(a.right + b.right, a.missed + b.missed, a.false + b.false)
        for a, b in ((one.cuts, other.cuts), (one.transitions, other.transitions))
    ]
    return replace(one, cuts=sums[0], transitions=sums[1], off=one.off + other.off)


def real() -> Iterator[Line]:
    """Footage, where it exists."""
    for name, (file, allowed) in REAL.items():
        if not (FOOTAGE / file).exists():
            say(f"| {name}: no footage |")
            continue
        made = scores([FOOTAGE / file])
        say(row(name, made))
        cuts = made["sakuga"].cuts
        yield Line(f"{name}: missed", cuts.missed, "<=", 0)
        yield Line(f"{name}: false", cuts.false + made["sakuga"].transitions.false, "<=", allowed)


def cost(path: Path) -> tuple[float, float]:
    """The content meter: CPU milliseconds and bytes a frame."""
    cv2.setNumThreads(1)
    meter, before, spent, frames = Content(), None, 0.0, 0
    with VideoReader(str(path)) as reader:
        for frame in reader.frames():
            before = Picture(frame, before)
            started = time.thread_time()
            meter.add(before)
            spent, frames = spent + time.thread_time() - started, frames + 1
    return spent * 1e3 / frames, sum(c.nbytes for c in meter.columns().values()) / frames


def cost_lines() -> Iterator[Line]:
    """The meter's budget, and what splitting itself costs."""
    path = drawn("cost", film(SEED + 7, 12), Encoding("vp9", 32, "webm"))
    milliseconds, size = cost(path)
    yield Line("content meter, VP9 480p: ms a frame", milliseconds, "<=", 0.08)
    yield Line("content meter: bytes a frame", size, "<=", 80)
    item = scanned(path, release=True)
    started = time.process_time()
    list(Split().load()([item]))
    spent = time.process_time() - started
    yield Line("splitting an hour of it: CPU seconds", spent * 86400 / item[0].frames, "<=", 20)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(markdown([*lines(), *cost_lines()]))
