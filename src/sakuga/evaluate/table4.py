"""Table 4 (§5.3): how far datasets are apart, beside the paper's, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from sakuga.evaluate.gap import Gap, Pair
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
    "", "FID", "at infinity", "KID x1000", "FVD", "at infinity", "mixing", "probe AUC",
)  # fmt: skip
PUBLISHED: dict[str, tuple[str, str]] = {  # FID, FVD
    "InternVid-200M, Panda-70M": ("21.1", "77.7"),
    "Sakuga-42M, InternVid-200M": ("80.1", "474.8"),
    "Sakuga-42M, Panda-70M": ("81.6", "497.7"),
}


def lines(made: Gap) -> list[Line]:
    """The table's rows, the head first: the pairs, the paper's."""
    second = any("fvd2" in pair.distances for pair in made.pairs)
    rows = [_line(pair, second) for pair in made.pairs]
    paper = [
        (f"{PAPER}: {who}", fid, NOTHING, NOTHING, fvd, *[NOTHING] * 3)
        for who, (fid, fvd) in PUBLISHED.items()
    ]
    if not second:
        return [HEAD, *rows, *paper]
    return [(*HEAD, "second FVD"), *rows, *((*row, NOTHING) for row in paper)]


def notes(made: Gap) -> Iterator[str]:
    """How it was done, and what keeps it from the paper's numbers; a sentence each."""
    yield (
        f"{PAPER}: not comparable. It does not say how many clips its numbers are of, nor their "
        "frames, size or nets: its rows show that the gap is there, and are no yardstick for the "
        "others."
    )
    yield from counts(made.clips, made.by_film, made.protocol, made.left_out)
    yield from named(made.lost)
    yield from about(each for pair in made.pairs for each in pair.distances.values())
    first = next((pair for pair in made.pairs if pair.mixing and pair.probe), None)
    if first is not None and first.mixing is not None and first.probe is not None:
        space = made.terms.nets["space"].called
        near = (
            "clips of its own film give none" if made.by_film else "its own film's are among them"
        )
        yield (
            f"Mixing: how many of a clip's {first.mixing.neighbours} nearest neighbours are the "
            f"other set's, over chance; {near}. Probe: a linear one, {first.probe.folds} folds by "
            f"{'film' if made.by_film else 'clip'}. Both in the space of {space}."
        )
        if "untrained" in space:
            yield f"{space}: what lies near in it is what looks alike in its pixels."
    yield same(made.terms.key, ", ".join(f"{who} {told}" for who, told in made.pixels.items()))


def _line(pair: Pair, second: bool) -> Line:
    fid, fvd = pair.distances.get("fid"), pair.distances.get("fvd")
    made = (
        f"{pair.a}, {pair.b}",
        frechet(fid), unlimited(fid), kid(fid), frechet(fvd), unlimited(fvd),
        value(pair.mixing.rate if pair.mixing else None, 3),
        value(pair.probe.auc if pair.probe else None, 3),
    )  # fmt: skip
    return (*made, frechet(pair.distances.get("fvd2"))) if second else made
