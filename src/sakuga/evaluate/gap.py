"""How far datasets are from each other (§5.3, Table 4, Figure 10): cartoons, natural footage.

FID and FVD, and in one net's space what a picture of t-SNE can't fake: how far samples lie among
each other (`metrics.neighbours`) and how well a line tells them apart (`metrics.probe`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import combinations

import numpy as np

from sakuga.core.errors import RequestError
from sakuga.evaluate.clips import Clips
from sakuga.evaluate.distances import Distance, distance
from sakuga.evaluate.extractors import Extractor, Seen
from sakuga.evaluate.features import Advance, Side, Sides, Source, measure
from sakuga.evaluate.lost import Lost
from sakuga.evaluate.origin import Terms, terms
from sakuga.evaluate.tsne import Point, points
from sakuga.metrics.neighbours import Mixing, mixing
from sakuga.metrics.probe import Probe, probe
from sakuga.metrics.resample import Floats

NETS = {"fid": "inception", "fvd": "i3d", "fvd2": "none", "space": "clip"}
DISTANCES = ("fid", "fvd", "fvd2")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two datasets. distances: by section. mixing: 1 where they are one distribution, 0 where no
    clip has a neighbour of the other. probe: its AUC, 0.5 where no line tells them apart."""

    a: str
    b: str
    distances: dict[str, Distance]
    mixing: Mixing | None
    probe: Probe | None


@dataclass(frozen=True, slots=True)
class Gap:
    """As `generation.Generation`. points: t-SNE of all clips. left_out: of each, why -> clips;
    lost: those of them of which nothing could be measured.
    pixels: of each, 16 digits of the frames measured."""

    pairs: list[Pair]
    names: list[str]
    clips: int
    by_film: bool
    protocol: str
    terms: Terms
    points: list[Point]
    left_out: dict[str, dict[str, int]]
    lost: dict[str, list[Lost]]
    pixels: dict[str, str]


def evaluate(
    sources: Sequence[Source],
    clips: Clips,
    recipes: Mapping[str, Extractor],
    advance: Advance = lambda *_: None,
) -> tuple[Gap, list[Side]]:
    """Every two of the sources; also their sides. Raises RequestError."""
    if len(sources) < 2:
        raise RequestError("name two datasets or more")
    if "space" in recipes and find_spec("sklearn") is None:
        raise RequestError(
            "[space] needs scikit-learn: pip install 'sakuga[metrics]', or set space.use=none"
        )
    found = measure(sources, clips, recipes, advance, thumbnails=True)
    vectors = {side.name: unit(side.seen["space"]) for side in found.sides if "space" in side.seen}
    made = Gap(
        [_pair(found, a, b, recipes, vectors, clips.seed) for a, b in combinations(found.sides, 2)],
        [side.name for side in found.sides],
        len(found.sides[0].refs),
        found.by_film,
        clips.protocol,
        terms(clips, len(found.sides[0].refs), recipes),
        points({side.name: side.clips for side in found.sides}, vectors, clips.seed),
        {s.name: {why: n for why, n in s.left_out.items() if n} for s in found.sides},
        {side.name: side.lost for side in found.sides},
        {side.name: side.pixels for side in found.sides},
    )
    return made, found.sides


def unit(seen: Sequence[Seen]) -> Floats:
    """(clips, D) of length 1: the mean over a clip's vectors."""
    means = np.stack([each.vectors.mean(0) for each in seen]).astype(np.float64)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return means / np.maximum(lengths, np.finfo(np.float64).tiny)


def _pair(
    found: Sides,
    a: Side,
    b: Side,
    recipes: Mapping[str, Extractor],
    vectors: Mapping[str, Floats],
    seed: int,
) -> Pair:
    groups = (found.groups(a), found.groups(b))
    distances = {
        section: distance(a.seen[section], b.seen[section], groups, recipes[section].called, seed)
        for section in DISTANCES
        if section in recipes
    }
    if not vectors:
        return Pair(a.name, b.name, distances, None, None)
    both = vectors[a.name], vectors[b.name]
    return Pair(
        a.name, b.name, distances,
        mixing(*both, groups, seed=seed), probe(*both, groups, seed=seed),
    )  # fmt: skip
