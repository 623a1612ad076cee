"""Drawn films of many styles under every wear of the world, beside the peers.

Seeds from `settle.HELD_OUT` on: none of these films took part in settling the weights. The kinds of
wear and the styles did, on other films. Every peer runs at its default.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
from scenedetect import AdaptiveDetector, ContentDetector, SceneManager
from scenedetect.backends.pyav import VideoStreamAv

from benchmarks.films import KEPT
from benchmarks.scanned import scanned
from benchmarks.settle import HELD_OUT, HIDDEN, film
from benchmarks.table import Line
from sakuga.studio.sequence import MIXED, NEW, UNSCORED, WornTruth
from sakuga.studio.wear import KINDS
from sakuga.timing.boundaries import boundaries
from sakuga.timing.drawings import drawings
from sakuga.timing.exposure import timing_of
from sakuga.timing.film import clock_of
from sakuga.timing.reading import reading

FILMS = int(os.environ.get("SAKUGA_BENCH_FILMS", "300"))
FOLDER = KEPT / "worn"
NEAR = 1  # frames by which a cut may be off
SPAN = 3  # frames beyond a transition within which a boundary still finds it
CUTS, SPANS, DRAWINGS, EXPOSURES = "cuts", "transitions", "drawings", "exposures"


@dataclass
class Score:
    """right, missed, false: of a kind of thing; f1: 1 is perfect."""

    right: int = 0
    missed: int = 0
    false: int = 0

    def add(self, right: int, missed: int, false: int) -> None:
        self.right, self.missed, self.false = (
            self.right + right, self.missed + missed, self.false + false
        )  # fmt: skip

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.missed + self.false)


@dataclass
class Found:
    """What a tool says of a film: first frames of shots, new drawings, exposures of true shots;
    sure: (probability, right) of each boundary."""

    cuts: list[int] = field(default_factory=list)
    new: list[int] | None = None
    exposures: list[int] | None = None
    sure: list[tuple[float, bool]] = field(default_factory=list)


def matched(truth: WornTruth, cuts: list[int]) -> tuple[Score, Score, set[int]]:
    """Cuts and transitions found; false cuts count against cuts. And which of `cuts` are right."""
    left = [c for c in cuts if c > 0]
    right: set[int] = set()
    spans = Score()
    for start, end, kind in truth.spans:
        beyond = NEAR if kind == HIDDEN else SPAN
        inside = [c for c in left if int(start) - beyond <= c <= int(end) + beyond]
        right |= set(inside)
        if kind != HIDDEN:  # there nobody is asked
            spans.add(bool(inside), not inside, 0)
        left = [c for c in left if c not in inside]
    score = Score()
    for cut in truth.cuts:
        near = [c for c in left if abs(c - cut) <= NEAR]
        if near:
            best = min(near, key=lambda c: abs(c - cut))
            left.remove(best)
            right.add(best)
        score.add(bool(near), not near, 0)
    score.add(0, 0, len(left))
    return score, spans, right


def drawn_right(truth: WornTruth, new: list[int]) -> Score:
    """New drawings; a picture that first shows mixed may be told at either frame."""
    states = np.array(truth.states)
    said = np.zeros(len(states), bool)
    said[[n for n in new if n < len(states)]] = True
    true, asked = states == NEW, (states != UNSCORED) & (states != MIXED)
    for at in np.flatnonzero(states == MIXED):
        if at + 1 < len(states) and true[at + 1] and said[at] and not said[at + 1]:
            said[at + 1] = True
    asked[0] = False
    return Score(
        int((true & said & asked).sum()),
        int((true & ~said & asked).sum()),
        int((~true & said & asked).sum()),
    )


def ours(path: Path, truth: WornTruth) -> Found:
    """The stages' own answers."""
    signals, video = scanned(path)
    read = reading(signals, video.time_base)
    decided = drawings(signals, read)
    found = boundaries(signals, read)
    cuts = [b.at for b in found if 0 < b.at < signals.frames]
    right = matched(truth, cuts)[2]
    clock = clock_of(signals, video)
    new = np.flatnonzero(decided.new)
    edges = sorted({0, *(int(np.ceil(c)) for c in truth.cuts), *_middles(truth), signals.frames})
    exposures = []
    for start, end in pairwise(edges):
        own = np.unique([start, *new[(new >= start) & (new < end)]])
        exposures.append(timing_of(clock.holds(own, end), 0.6).exposure)
    sure = [(b.confidence, b.at in right) for b in found if 0 < b.at < signals.frames]
    return Found(cuts, new.tolist(), exposures, sure)


def _middles(truth: WornTruth) -> list[int]:
    return [int(b) - 1 if k == HIDDEN else (int(a) + int(b) + 1) // 2 for a, b, k in truth.spans]


def detector(make: Callable[[], Any], path: Path, _: WornTruth) -> Found:
    """One of PySceneDetect's."""
    manager = SceneManager()
    manager.add_detector(make())
    manager.detect_scenes(VideoStreamAv(str(path)))
    return Found([start.frame_num for start, _ in manager.get_scene_list()])


def mpdecimate(path: Path, _: WornTruth) -> Found:
    """ffmpeg's filter at its default."""
    command = ["ffmpeg", "-nostdin", "-loglevel", "debug", "-threads", "1", "-i", str(path)]
    command += ["-map", "0:v:0", "-vf", "mpdecimate", "-vsync", "passthrough", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    said = re.findall(r"Parsed_mpdecimate_0[^\n]*\] (keep|drop) ", done.stderr)
    return Found(new=[n for n, word in enumerate(said) if word == "keep"])


TOOLS: dict[str, Callable[[Path, WornTruth], Found]] = {
    "sakuga": ours,
    "adaptive": partial(detector, AdaptiveDetector),
    "content": partial(detector, ContentDetector),
    "mpdecimate": mpdecimate,
}


def judged(seed: int) -> tuple[WornTruth, list[str], dict[str, Found]] | str:
    """A film, its kinds, and what every tool says of it."""
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        path, truth, _ = film(FOLDER, seed)
        kinds = [w.split("(")[0] for w in truth.wears]
        tools = {n: t for n, t in TOOLS.items() if n != "mpdecimate" or shutil.which("ffmpeg")}
        return truth, kinds, {name: tool(path, truth) for name, tool in tools.items()}
    except Exception as error:  # noqa: BLE001  (a film that no tool can be asked about is told)
        return f"{seed}: {type(error).__name__}: {error}"


Table = dict[str, dict[str, dict[str, Score]]]  # group -> tool -> what -> score


def table(first: int = HELD_OUT, films: int = FILMS) -> tuple[Table, list[tuple[float, bool]]]:
    """Scores by group (all, each kind, each style), tool and thing; and our probabilities."""
    made: Table = defaultdict(lambda: defaultdict(lambda: defaultdict(Score)))
    sure: list[tuple[float, bool]] = []
    with Pool(2) as pool:
        for result in pool.imap_unordered(judged, range(first, first + films)):
            if isinstance(result, str):
                print(result, file=sys.stderr)
                continue
            truth, kinds, found = result
            sure += found["sakuga"].sure
            for group in {"all", f"style {truth.style}", *kinds}:
                for tool, said in found.items():
                    _count(made[group][tool], truth, said, tool)
    return made, sure


def _count(scores: dict[str, Score], truth: WornTruth, said: Found, tool: str) -> None:
    if tool != "mpdecimate":
        cuts, spans, _ = matched(truth, said.cuts)
        scores[CUTS].add(cuts.right, cuts.missed, cuts.false)
        scores[SPANS].add(spans.right, spans.missed, 0)
    if said.new is not None:
        score = drawn_right(truth, said.new)
        scores[DRAWINGS].add(score.right, score.missed, score.false)
    if said.exposures is not None and len(said.exposures) == len(truth.exposures):
        for is_, told in zip(truth.exposures, said.exposures, strict=True):
            if is_ is not None:
                scores[EXPOSURES].add(is_ == told, is_ != told, is_ != told)


def lines() -> Iterator[Line]:
    """The whole table on standard error, then the bars."""
    made, sure = table()
    bars = {CUTS: (0.98, 0.93), SPANS: (0.92, 0.8), DRAWINGS: (0.985, 0.95), EXPOSURES: (0.96, 0.9)}
    print(_page(made), file=sys.stderr)
    mine = {group: tools["sakuga"] for group, tools in made.items()}
    for what, (over_all, least) in bars.items():
        yield Line(f"{what}: F1 over all", mine["all"][what].f1, ">=", over_all)
        kinds = {
            g: s[what].f1
            for g, s in mine.items()
            if g in KINDS and s[what].right + s[what].missed > 9
        }
        under = [g for g, f1 in kinds.items() if f1 < least]
        yield Line(f"{what}: kinds of {len(kinds)} under {least}", float(len(under)), "<=", 0)
        if under:
            print(f"{what} under {least}: {', '.join(sorted(under))}", file=sys.stderr)
    chance = np.array([c for c, _ in sure])
    right = np.array([r for _, r in sure])
    yield Line("confidence: expected error", _error(chance, right), "<=", 0.03)
    high = chance > 0.95
    yield Line("wrong among those above 0.95", float((~right[high]).mean()), "<=", 1 / 200)


def _error(chance: Any, right: Any) -> float:
    """Mean distance of stated from true share, over tenths."""
    tenth = np.minimum((chance * 10).astype(int), 9)
    parts = [(tenth == k) for k in range(10) if (tenth == k).any()]
    return float(sum(p.mean() * abs(chance[p].mean() - right[p].mean()) for p in parts))


def _page(made: Table) -> str:
    head = ["kind", "films' cuts", *(f"cuts: {t}" for t in ("sakuga", "adaptive", "content")),
            "transitions", "drawings", "mpdecimate", "exposures"]  # fmt: skip
    rows = ["| " + " | ".join(head) + " |", "| --- " * len(head) + "|"]
    for group in ["all", *sorted(g for g in made if g != "all")]:
        tools = made[group]
        cuts = tools["sakuga"][CUTS]
        cells = [group, str(cuts.right + cuts.missed)]
        cells += [f"{tools[t][CUTS].f1:.3f}" for t in ("sakuga", "adaptive", "content")]
        for tool, what in (("sakuga", SPANS), ("sakuga", DRAWINGS), ("mpdecimate", DRAWINGS),
                           ("sakuga", EXPOSURES)):  # fmt: skip
            score = tools[tool][what]
            cells.append(f"{score.f1:.3f}" if score.right + score.missed + score.false else "")
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)
