"""Cartoon against cartoon (other films) and against natural footage, by every measure of the gap.

Sides of 40 clips of 8 frames, untrained convolutions as the net (no weights can be fetched where
this is run): FID, KID, FVD, mixing of neighbours, a linear probe's AUC, as `sakuga evaluate gap`
prints them. Sides: studio films of two lots of seeds; real cartoons (Popeye of 1936 and a reel of
Lottie animations); natural footage (one NASA film, which is dark). Each line holds the worst of
cartoon against cartoon against the best of cartoon against natural; once as the films are, once
with every clip brought to one exposure, since an untrained net sees light before anything else.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.table import Line
from sakuga.core.records import Failure
from sakuga.evaluate.clips import Clip, Clips, Ref, Source
from sakuga.evaluate.extractors.random import Random
from sakuga.evaluate.gap import Gap, Pair, evaluate
from sakuga.evaluate.sources import open_source
from sakuga.evaluate.table4 import lines as table
from sakuga.studio import draw, film

FOOTAGE = Path(__file__).parents[2] / "shared" / "footage"
CARTOONS = ("popeye_sinbad_T00-1_h264_640.mp4", "lottie_reel_A_crf23.mp4")
NATURAL = "natural_nasa_13013.mp4"
FILMS, SHOTS = 14, 3
CLIPS = Clips(count=40, frames=8, span=8, height=180, width=320)
NETS = {"fid": Random(), "fvd": Random(width=16, motion=True), "space": Random()}

MEASURES: dict[str, Callable[[Pair], float]] = {
    "FID": lambda pair: pair.distances["fid"].frechet.value,
    "KID": lambda pair: pair.distances["fid"].kid.value,
    "FVD": lambda pair: pair.distances["fvd"].frechet.value,
}


def lines() -> Iterator[Line]:
    """The lines of its table; none where there is no footage."""
    if not FOOTAGE.is_dir():
        print(f"- left out: there is no {FOOTAGE.name} beside the checkout", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        sides = drawn(Path(folder))
        for how, each in (("as they are", sides), ("one exposure", [Exposed(s) for s in sides])):
            made = evaluate(each, CLIPS, NETS)[0]
            print(f"- {how}:", file=sys.stderr)
            for row in [row for row in table(made) if "paper" not in row[0]]:
                print(f"  - {' | '.join(row)}", file=sys.stderr)
            yield from compared(made, how)


def compared(made: Gap, how: str) -> Iterator[Line]:
    """The worst of cartoons against cartoons against the best of cartoons against natural."""
    for name, cartoons in (("studio", {"studio", "other"}), ("real cartoons", {"real"})):
        near, far = sorted_out(made, cartoons)
        for measure, of in MEASURES.items():
            ratio = max(map(of, near)) / min(map(of, far))
            yield Line(f"{how}: {name}, {measure}, cartoons / natural", ratio, "<=", 0.5)
        mixed = min(map(mixing, near)) / max(map(mixing, far))
        yield Line(f"{how}: {name}, mixing, cartoons / natural", mixed, ">=", 1.5)
        told = max(map(auc, near)) - min(map(auc, far))
        yield Line(f"{how}: {name}, probe AUC, cartoons - natural", told, "<=", 0.0)


def drawn(folder: Path) -> list[Source]:
    """The four sides."""
    for name, first in (("studio", 0), ("other", 500)):
        (folder / name).mkdir()
        for n in range(FILMS):
            shots = film(first + n, SHOTS, 320, 180, shot_frames=(24, 33), transitions=0)
            draw(shots, folder / name / f"{first + n}.mp4")
    (folder / "real").mkdir()
    for name in CARTOONS:
        (folder / "real" / name).symlink_to(FOOTAGE / name)
    (folder / "natural").mkdir()
    (folder / "natural" / NATURAL).symlink_to(FOOTAGE / NATURAL)
    names = ("studio", "other", "real", "natural")
    return [open_source(str(folder / name)) for name in names]


class Exposed:
    """A source whose clips all have the same mean and contrast, so that light is no clue."""

    def __init__(self, source: Source) -> None:
        self._source, self.name = source, source.name

    def refs(self, clips: Clips, left_out: Counter[str]) -> Sequence[Ref | Failure]:
        """As the source has them."""
        return self._source.refs(clips, left_out)

    def read(self, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip | Failure]:
        """Each clip's pixels moved to a mean of 110 and a deviation of 55."""
        for made in self._source.read(refs, clips):
            if isinstance(made, Clip):
                x = made.pixels.astype(np.float32)
                x = (x - x.mean()) / max(float(x.std()), 1.0) * 55 + 110
                made = Clip(made.ref, np.clip(x, 0, 255).astype(np.uint8))
            yield made


def sorted_out(made: Gap, cartoons: set[str]) -> tuple[list[Pair], list[Pair]]:
    """Pairs of these cartoons with cartoons, and with what is natural."""
    near = [p for p in made.pairs if {p.a, p.b} & cartoons and "natural" not in (p.a, p.b)]
    if len(cartoons) > 1:  # each other
        near = [pair for pair in near if {pair.a, pair.b} <= cartoons]
    far = [p for p in made.pairs if {p.a, p.b} & cartoons and "natural" in (p.a, p.b)]
    return near, far


def mixing(pair: Pair) -> float:
    """1 where the two are one."""
    assert pair.mixing is not None
    return pair.mixing.rate.value


def auc(pair: Pair) -> float:
    """0.5 where no line tells them apart."""
    assert pair.probe is not None
    return pair.probe.auc.value
