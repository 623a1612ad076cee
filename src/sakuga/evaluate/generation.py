"""Generated clips against real ones (§5.2, Table 3): FID, FVD, IS, CLIPSIM, and KID beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sakuga.core.errors import RequestError
from sakuga.evaluate.captions import captioned
from sakuga.evaluate.clips import Clips
from sakuga.evaluate.distances import Distance, distance, spread, stacked
from sakuga.evaluate.extractors import Extractor, reader
from sakuga.evaluate.features import Advance, Side, Sides, Source, measure
from sakuga.evaluate.lost import Lost
from sakuga.evaluate.origin import Terms, terms
from sakuga.metrics import inception_score
from sakuga.metrics.clipsim import clipsim
from sakuga.metrics.inception_score import Pooled
from sakuga.metrics.resample import Estimate

NETS = {"fid": "inception", "fvd": "i3d", "fvd2": "none", "clipsim": "clip"}
DISTANCES = ("fid", "fvd", "fvd2")


@dataclass(frozen=True, slots=True)
class Model:
    """One side. distances: from the real side, by section; none of the real side itself. captioned:
    clips with a caption. left_out: why -> clips; lost: those of them that could not be
    measured. pixels: 16 digits of the frames measured."""

    name: str
    distances: dict[str, Distance]
    pooled: Pooled | None
    per_clip: Estimate | None
    clipsim: Estimate | None
    captioned: int
    left_out: dict[str, int]
    lost: list[Lost]
    pixels: str


@dataclass(frozen=True, slots=True)
class Generation:
    """clips: of each side; by_film: whether intervals draw films, not clips. protocol: what was
    taken of each, in words. terms: all that it depends on. paired: clips of one name on all sides.
    """

    real: Model
    models: list[Model]
    clips: int
    by_film: bool
    protocol: str
    terms: Terms
    paired: int


def evaluate(
    sources: Sequence[Source],
    clips: Clips,
    recipes: Mapping[str, Extractor],
    advance: Advance = lambda *_: None,
) -> tuple[Generation, list[Side]]:
    """The first source is real, the others were generated; also their sides. RequestError."""
    if len(sources) < 2:
        raise RequestError("name the real clips and one folder or more of generated ones")
    if "clipsim" in recipes and not getattr(recipes["clipsim"], "reads", False):
        raise RequestError(
            f"[clipsim] {recipes['clipsim'].called} reads no captions: set clipsim.use=clip, or "
            "clipsim.use=none"
        )
    found = measure(sources, clips, recipes, advance)
    real, *others = found.sides
    names = set[str].intersection(*(set(side.clips) for side in found.sides))
    made = Generation(
        _model(found, real, real, recipes, clips.seed),
        [_model(found, each, real, recipes, clips.seed) for each in others],
        len(real.refs),
        found.by_film,
        clips.protocol,
        terms(clips, len(real.refs), recipes),
        len(names),
    )
    return made, found.sides


def _model(
    found: Sides, side: Side, real: Side, recipes: Mapping[str, Extractor], seed: int
) -> Model:
    groups = found.groups(side)
    distances = {
        section: distance(
            real.seen[section], side.seen[section], (found.groups(real), groups),
            recipes[section].called, seed,
        )
        for section in DISTANCES
        if section in recipes and side is not real
    }  # fmt: skip
    pooled, per_clip = _inception_scores(side, groups, seed)
    similar, captions = _clipsim(found, side, real, groups, seed)
    left_out = {why: count for why, count in side.left_out.items() if count}
    return Model(
        side.name, distances, pooled, per_clip, similar, captions, left_out, side.lost, side.pixels
    )


def _inception_scores(
    side: Side, groups: list[str], seed: int
) -> tuple[Pooled | None, Estimate | None]:
    """Both, where the net of FID names what it sees."""
    seen = side.seen.get("fid", [])
    logits = [each.logits for each in seen if each.logits is not None]
    if not logits:
        return None, None
    flat = stacked([type(each)(each.logits) for each in seen if each.logits is not None])
    pooled = inception_score.pooled(flat, groups=spread(seen, groups), seed=seed)
    return pooled, inception_score.per_clip(logits, groups, seed)


def _clipsim(
    found: Sides, side: Side, real: Side, groups: list[str], seed: int
) -> tuple[Estimate | None, int]:
    """Over the clips that have a caption, their own or that of the real clip of their name."""
    worker = found.workers.get("clipsim")
    reads = reader(worker) if worker is not None else None
    captions = captioned(side.refs, real.refs)
    places = [n for n, caption in enumerate(captions) if caption]
    if reads is None or not places:
        return None, len(places)
    texts = reads.read([str(captions[n]) for n in places])
    frames = [side.seen["clipsim"][n].vectors for n in places]
    return clipsim(frames, texts, [groups[n] for n in places], seed), len(places)
