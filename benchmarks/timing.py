"""How well timing is told end to end: from the drawings that were found, not from the true ones.

Films as in `drawings`, H.264 and HEVC at crf 28 and under. A shot's timing and class must be those
that its true drawings give; its holds must be the true ones, every one of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.drawings import CLEAN, SEEDS, SUITES, UNSCORED, drawn
from benchmarks.motion import clip_of, keyframes_of
from benchmarks.scanned import scanned
from benchmarks.table import Line, markdown
from sakuga.build.keyframe import Keyframe
from sakuga.build.motion import MotionStage
from sakuga.core.records import Motion
from sakuga.studio import Encoding

ENCODINGS = (*SUITES[CLEAN][1], Encoding(crf=28))


@dataclass(frozen=True)
class Shot:
    """One shot: what is told of its motion, what its true drawings give; whether holds agree."""

    told: Motion
    true: Motion
    holds: bool
    wrong: int  # frames


def shots(encoding: Encoding, seed: int) -> Iterator[Shot]:
    """Every true shot of a film."""
    path = drawn(encoding, seed).path
    truth = json.loads(path.with_suffix(".json").read_text())
    signals, video = scanned(path)
    hardly = [0 < line["pct_pixels_changed"] <= UNSCORED for line in truth["per_frame"]]
    find, judge = Keyframe().load(), MotionStage().load()
    for shot in truth["shots"]:
        clip = clip_of(shot, truth, signals)
        true = keyframes_of(clip, truth)
        [found] = find([(clip, signals, video)])
        wrong = set(found.frames.tolist()) ^ set(true.frames.tolist())
        wrong = {n for n in wrong if not hardly[n]}
        told, right = judge([(keys, clip, signals, video) for keys in (found, true)])
        yield Shot(told, right, not wrong, len(wrong))


def lines() -> Iterator[Line]:
    """Shares of shots that are told right."""
    every = [
        shot
        for i, encoding in enumerate(ENCODINGS)
        for seed in SEEDS
        for shot in shots(encoding, 100 * seed + (i if i < len(SUITES[CLEAN][1]) else 60))
    ]
    for shot in every:
        if (shot.told.timing, shot.told.mixed) != (shot.true.timing, shot.true.mixed):
            text = f"told {shot.told.timing}, mixed {shot.told.mixed}; "
            text += f"is {shot.true.timing}, mixed {shot.true.mixed}; {shot.wrong} frames wrong"
            print(text, file=sys.stderr)
    count = len(every)
    same = [s.told.timing == s.true.timing and s.told.mixed == s.true.mixed for s in every]
    classes = [s.told.dynamic_class == s.true.dynamic_class for s in every]
    yield Line(f"timing right, of {count} shots", float(np.mean(same)), ">=", 1)
    yield Line(f"class of section 3.2 right, of {count} shots", float(np.mean(classes)), ">=", 1)
    yield Line(
        "shots of which every hold is right", float(np.mean([s.holds for s in every])), ">=", 1
    )


if __name__ == "__main__":
    print(markdown(lines()))
