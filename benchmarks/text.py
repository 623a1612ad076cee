"""Room `text`: whether a frame bears text, where, of what kind, and what that costs.

Lettered films are the studio's, with exact boxes: titles, subtitles, signs, a logo, rolling
credits. Drawings without text are their other shots and, where it is there, real footage. A box is
found if it overlaps the true one by 0.4 of their union. The bare loop prepares the same pictures in
the same way and runs the same ONNX session on them, and does nothing with what comes out.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.films import KEPT
from benchmarks.table import Line, markdown
from sakuga.build.overlay import overlap
from sakuga.build.pipeline import Request, build
from sakuga.build.text import rapidocr
from sakuga.build.text.rapidocr import RapidOcr
from sakuga.core.images import Picture, fit, from_jpeg, to_jpeg
from sakuga.core.records import Clip, Text, TextBox
from sakuga.core.store import Store
from sakuga.core.video import VideoReader
from sakuga.studio import draw, lettered

SEEDS = (1, 2, 3, 4)  # those that are even have a logo
SHARED = Path(os.environ.get("SAKUGA_SHARED", Path(__file__).parents[2] / "shared")) / "footage"
TEXTLESS = {
    "Popeye 1440p24": "popeye_sinbad_T00-1_1440p24.mkv",
    "Popeye dvd2997": "popeye_sinbad_T00-1_dvd2997.mkv",
    "lottie reel, crf 23": "lottie_reel_A_crf23.mp4",
    "lottie reel, grain": "lottie_reel_A_grain.mp4",
}
FOUND = 0.4


@dataclass(frozen=True)
class Sampled:
    """A frame as the room is shown it, and the text that truly stands in it: (kind, box)."""

    film: str
    picture: Picture
    letters: Sequence[tuple[str, TextBox]]


def drawn(seed: int) -> Path:
    """A lettered film's file, drawn if it is not there."""
    path = KEPT / f"lettered-{seed}.mp4"
    if not path.with_suffix(".json").exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        draw(lettered(seed, logo=seed % 2 == 0), path)
    return path


def sampled(name: str, path: Path, letters: Sequence[dict[str, Any]], every: int) -> list[Sampled]:
    """Every so many frames of a film."""
    frames: list[Sampled] = []
    with VideoReader(str(path)) as reader:
        for frame in reader.frames():
            if frame.index % every == every // 2:
                shown = from_jpeg(to_jpeg(fit(frame.upright(), 1024)))
                there = [
                    (text["kind"], TextBox(*text["box"], 1.0))
                    for text in letters
                    if text["start"] <= frame.index < text["end"]
                ]
                frames.append(Sampled(name, shown, there))
    return frames


def studio() -> list[Sampled]:
    """Samples of the lettered films."""
    return [
        one
        for seed in SEEDS
        for one in sampled(
            "studio", drawn(seed),
            json.loads(drawn(seed).with_suffix(".json").read_text())["letters"], 16,
        )
    ]  # fmt: skip


def lines() -> Iterator[Line]:
    """Every figure."""
    frames = studio()
    yield from accuracy_lines(frames)
    for name, file in TEXTLESS.items():
        if (SHARED / file).exists():
            yield alarm_line(name, sampled(name, SHARED / file, [], 24))
    yield from kind_lines()


def accuracy_lines(frames: Sequence[Sampled]) -> Iterator[Line]:
    """How much of the text is found, and how often a frame is rightly said to bear any."""
    find = RapidOcr(device="cpu").load()
    hits: dict[str, list[bool]] = defaultdict(list)
    said: list[tuple[bool, float]] = []
    for frame, found in zip(frames, find(one.picture for one in frames), strict=True):
        said.append((bool(frame.letters), found.probability))
        for kind, box in frame.letters:
            hits[kind].append(any(overlap(box, other) >= FOUND for other in found.boxes))
    for kind, right in sorted(hits.items()):
        yield Line(f"{kind}: lines found, of {len(right)}", float(np.mean(right)), ">=", 0.95)
    positive = [true for true, p in said if p >= 0.5]
    true = [p >= 0.5 for bears, p in said if bears]
    yield Line(f"frames with text: said so, of {len(true)}", float(np.mean(true)), ">=", 0.95)
    yield Line(f"frames said to bear text: do, of {len(positive)}", float(np.mean(positive)), ">=",
        0.95)  # fmt: skip
    brier = float(np.mean([(p - bears) ** 2 for bears, p in said]))
    yield Line(f"probability against truth: mean square, of {len(said)}", brier, "<=", 0.05)


def alarm_line(name: str, frames: Sequence[Sampled]) -> Line:
    """How often text is said where there is none."""
    find = RapidOcr(device="cpu").load()
    alarms = [found.probability >= 0.5 for found in find(one.picture for one in frames)]
    return Line(f"{name}, no text: false alarms, of {len(alarms)}", float(np.mean(alarms)), "<=",
        0.05)  # fmt: skip


def kind_lines() -> Iterator[Line]:
    """Whole builds of the lettered films: the kinds that each shot is said to bear."""
    right: dict[str, list[bool]] = defaultdict(list)
    alarms = Counter[str]()
    for seed in SEEDS:
        truth = json.loads(drawn(seed).with_suffix(".json").read_text())
        for clip, text in built(drawn(seed)):
            there = {
                t["kind"]
                for t in truth["letters"]
                if t["start"] < clip.end and t["end"] > clip.start
            }
            for kind in there:
                right[kind].append(kind in text.kinds)
            for kind in {*text.kinds} - there:
                alarms[kind] += 1
                print(f"  {seed}: clip {clip.index} is said to bear {kind}", file=sys.stderr)
    for kind, hits in sorted(right.items()):
        yield Line(f"{kind}: shots told, of {len(hits)}", float(np.mean(hits)), ">=", 0.9)
    count = sum(len(hits) for hits in right.values())
    yield Line(f"kinds said and not there, of {count}", alarms.total() / count, "<=", 0.05)


def built(path: Path) -> list[tuple[Clip, Text]]:
    """A film's clips and what is said of their text."""
    with tempfile.TemporaryDirectory() as folder:
        build(Request(folder, [str(path)], workers=0))
        store = Store(folder)
        clips = {c.id: c for part in store.parts("clips") for c in store.read_part(part, Clip)}
        texts = [t for part in store.parts("texts") for t in store.read_part(part, Text)]
    return [(clips[text.id], text) for text in texts]


def cost_lines() -> Iterator[Line]:
    """The room beside the bare loop, one thread each."""
    os.environ["SAKUGA_THREADS"] = "1"
    frames = studio()
    lettered_ = [one.picture for one in frames if one.letters][:60]
    bare_ = [one.picture for one in frames if not one.letters][:60]
    for name, pictures in (("shots without text", bare_), ("shots with text", lettered_)):
        ours, theirs, passes = raced(pictures)
        print(
            f"  {name}: {ours * 1e3:.0f} ms a picture, {passes:.2f} looks at each", file=sys.stderr
        )
        yield Line(f"{name}: throughput / bare loop", theirs / ours, ">=", 0.9)


def raced(pictures: Sequence[Picture], turns: int = 3) -> tuple[float, float, float]:
    """CPU seconds a picture of the room's worker and of the bare loop; looks at each picture."""
    find = RapidOcr(device="cpu").load()
    shown = seen_by(pictures)
    engine = rapidocr._detector(RapidOcr(device="cpu")).args[0]  # pyright: ignore
    list(find(pictures[:2]))
    engine(pictures[0])
    session = engine.text_det.session.session
    ours, theirs = [], []
    for _ in range(turns):
        started = time.process_time()
        list(find(pictures))
        ours.append(time.process_time() - started)
        started = time.process_time()
        for picture in shown:
            session.run(None, {"x": prepared(picture)})
        theirs.append(time.process_time() - started)
    return min(ours) / len(pictures), min(theirs) / len(pictures), len(shown) / len(pictures)


def seen_by(pictures: Sequence[Picture]) -> list[Picture]:
    """What the detector is shown when the worker is shown these."""
    shown: list[Picture] = []
    recipe = RapidOcr(device="cpu")
    look = rapidocr._detector(recipe)  # pyright: ignore[reportPrivateUsage]

    def watched(picture: Picture) -> Any:
        shown.append(picture)
        return look(picture)

    for picture in pictures:
        rapidocr._lines(recipe, watched, picture)  # pyright: ignore[reportPrivateUsage]
    return shown


def prepared(picture: Picture) -> Any:
    """A picture as RapidOCR prepares it: sides of whole 32s, PaddleOCR's means and deviations."""
    size = [max(32, round(side / 32) * 32) for side in (picture.shape[1], picture.shape[0])]
    scaled = cv2.resize(picture, size).astype(np.float32) / 255
    mean, std = np.float32(rapidocr.MEAN), np.float32(rapidocr.STD)
    return np.ascontiguousarray(((scaled - mean) / std).transpose(2, 0, 1)[None])


if __name__ == "__main__":
    print(markdown([*lines(), *cost_lines()]))
