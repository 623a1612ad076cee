"""Retrieval by the paper's protocol (§5.1, Table 2): captions find clips, clips find captions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from sakuga.core.errors import RequestError
from sakuga.evaluate.pairs import LEAST, Pairs, read_pairs
from sakuga.metrics.ranks import GALLERY, Ints, Ranks, rank
from sakuga.metrics.recall import Recall, ceilings, recalls

Told = TypeVar("Told")
FEW = 20  # queries; of a class with fewer nothing is said


@dataclass(frozen=True, slots=True)
class Found:
    """Both directions. text_to_video: captions look for their clips."""

    queries: int
    text_to_video: list[Recall]
    video_to_text: list[Recall]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What an encoder finds.

    gallery: pairs in each; galleries: how many; tail: pairs that fill none. left_out: why -> clips.
    films: sources whose clips were drawn together for the intervals. duplicates: pairs whose
    caption stands more than once in their gallery. classes: axis -> class -> found; rare: axis ->
    class -> queries, of those with too few to say more.
    """

    folder: str
    split: str
    encoder: dict[str, Any]
    pairs: int
    gallery: int
    galleries: int
    tail: int
    left_out: dict[str, int]
    films: int
    duplicates: int
    found: Found
    classes: dict[str, dict[str, Found]]
    rare: dict[str, dict[str, int]]


def evaluate(
    folder: str, split: str = "test", gallery: int = GALLERY, keyframes: int = LEAST, seed: int = 0
) -> tuple[Retrieval, Pairs, Ranks]:
    """Rank a build's embeddings; also the pairs and their ranks. Raises RequestError.

    keyframes: clips with fewer are left out. seed: of the shuffle into galleries.
    """
    if gallery < 2:
        raise RequestError(f"--gallery {gallery}: must be 2 or more; the paper's is {GALLERY}")
    pairs = read_pairs(folder, split, keyframes)
    if len(pairs.ids) < 2:
        raise RequestError(f"{folder}: one clip of {split} has both vectors; must be 2 or more")
    ranks = rank(pairs.clip, pairs.text, gallery, seed)
    return summed(pairs, ranks, folder, split), pairs, ranks


def summed(pairs: Pairs, ranks: Ranks, folder: str, split: str) -> Retrieval:
    """What ranks come to, in all and class by class."""
    duplicates = ceilings(pairs.captions, ranks)
    places = _places(pairs, ranks)
    return Retrieval(
        folder=folder,
        split=split,
        encoder=pairs.encoder,
        pairs=len(pairs.ids),
        gallery=ranks.gallery,
        galleries=len(ranks.pairs) // ranks.gallery,
        tail=ranks.left_out,
        left_out=pairs.left_out,
        films=len({pairs.films[n] for n in ranks.pairs}),
        duplicates=duplicates.pairs,
        found=_found(pairs, ranks, None, duplicates.to_video, duplicates.to_text),
        classes=_only(
            (axis, {k: _found(pairs, ranks, np.array(v)) for k, v in of.items() if len(v) >= FEW})
            for axis, of in places.items()
        ),
        rare=_only(
            (axis, {k: len(v) for k, v in of.items() if len(v) < FEW})
            for axis, of in places.items()
        ),
    )


def _found(
    pairs: Pairs,
    ranks: Ranks,
    places: Ints | None,
    to_video: dict[int, float] | None = None,
    to_text: dict[int, float] | None = None,
) -> Found:
    """Of all queries, or of those at some places of the ranks."""
    chosen = np.arange(len(ranks.pairs)) if places is None else places
    films: Sequence[str] | None = [pairs.films[n] for n in ranks.pairs[chosen]]
    if len(set(films)) < 2:
        films = None  # of one film nothing says how films differ
    return Found(
        len(chosen),
        recalls(ranks.text_to_video[chosen], ranks.gallery, films, to_video),
        recalls(ranks.video_to_text[chosen], ranks.gallery, films, to_text),
    )


def _places(pairs: Pairs, ranks: Ranks) -> dict[str, dict[str, list[int]]]:
    """Axis -> class -> where its queries stand in the ranks: looked for among all others of their
    gallery, not among their own class alone."""
    made: dict[str, dict[str, list[int]]] = {}
    for axis, of_pair in pairs.classes.items():
        places: dict[str, list[int]] = {}
        for place, n in enumerate(ranks.pairs.tolist()):
            if (name := of_pair[n]) is not None:
                places.setdefault(name, []).append(place)
        made[axis] = dict(sorted(places.items()))
    return made


def _only(axes: Iterable[tuple[str, dict[str, Told]]]) -> dict[str, dict[str, Told]]:
    """Axes of which there is something to tell."""
    return {axis: told for axis, told in axes if told}
