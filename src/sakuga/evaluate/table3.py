"""Table 3 (§5.2): what was generated beside the paper's numbers, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from sakuga.evaluate.generation import Generation, Model
from sakuga.evaluate.lost import named
from sakuga.evaluate.told import (
    NOTHING,
    PAPER,
    Line,
    about,
    counts,
    frechet,
    kid,
    same,
    unlimited,
    value,
)

HEAD: Line = (
    "", "IS per clip", "IS pooled", "FID", "at infinity", "KID x1000", "FVD", "at infinity",
    "CLIPSIM",
)  # fmt: skip
PUBLISHED: dict[str, tuple[str, str, str, str]] = {  # IS, FID, FVD, CLIPSIM
    "SVD, LVD": ("1.09", "23.10", "307.6", "0.267"),
    "SVD, +Sakuga-42M": ("1.12", "14.67", "92.3", "0.279"),
}


def lines(made: Generation) -> list[Line]:
    """The table's rows, the head first: the models, the real clips, the paper's."""
    second = any("fvd2" in model.distances for model in made.models)
    rows = [_line(model, second) for model in (*made.models, made.real)]
    paper = [
        (f"{PAPER}: {who}", score, NOTHING, fid, NOTHING, NOTHING, fvd, NOTHING, similar)
        for who, (score, fid, fvd, similar) in PUBLISHED.items()
    ]
    if not second:
        return [HEAD, *rows, *paper]
    return [(*HEAD, "second FVD"), *rows, *((*row, NOTHING) for row in paper)]


def notes(made: Generation) -> Iterator[str]:
    """How it was done, and what keeps it from the paper's numbers; a sentence each."""
    yield (
        f"{PAPER}: not comparable. It does not say how many clips its numbers are of, nor their "
        "frames, size, nets or captions, nor how it shows 8 keyframes to a net that wants 9. Its "
        "IS is near 1, as the score per clip is. Its rows are no yardstick for the others."
    )
    sides = (made.real, *made.models)
    yield from counts(
        made.clips, made.by_film, made.protocol, {side.name: side.left_out for side in sides}
    )
    yield from named({side.name: side.lost for side in sides})
    found = [each for model in made.models for each in model.distances.values()]
    yield from about(found)
    yield same(made.terms.key, f"{made.real.name} {made.real.pixels}")
    if made.paired:
        yield f"{made.paired:,} clips bear the same name on all sides."
    for side in sides:
        if "clipsim" in made.terms.nets and side.captioned < made.clips:
            yield f"{side.name}: {side.captioned:,} of {made.clips:,} clips have a caption."


def _line(model: Model, second: bool) -> Line:
    fid, fvd = model.distances.get("fid"), model.distances.get("fvd")
    pooled = model.pooled.whole if model.pooled is not None else None
    made = (
        model.name if model.distances else f"{model.name} (real)",
        value(model.per_clip, 3), value(pooled, 2),
        frechet(fid), unlimited(fid), kid(fid),
        frechet(fvd), unlimited(fvd),
        value(model.clipsim, 3),
    )  # fmt: skip
    return (*made, frechet(model.distances.get("fvd2"))) if second else made
