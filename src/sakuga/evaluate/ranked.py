"""Figure 8: captions with the clips that are ranked first for them, and the right one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sakuga.core.errors import ItemError
from sakuga.core.images import fit, from_jpeg, to_jpeg
from sakuga.dataset.footage import Footage
from sakuga.dataset.published import open_dataset
from sakuga.dataset.samples import samples_of
from sakuga.evaluate.pairs import Pairs
from sakuga.metrics.ranks import Ranks

QUERIES, FIRST = 6, 5
LONGEST, QUALITY = 240, 80  # of a picture: pixels, JPEG


@dataclass(frozen=True, slots=True)
class Hit:
    """One clip. rank: from 1. picture: JPEG; None where the build keeps none of it."""

    id: str
    rank: int
    score: float
    right: bool
    picture: bytes | None


@dataclass(frozen=True, slots=True)
class Query:
    """A caption and the right clip's rank, from 1. hits: the clips that score highest in its
    gallery, and the right one after them if it is none of them."""

    caption: str
    rank: int
    hits: list[Hit]


def queries(folder: str, pairs: Pairs, ranks: Ranks) -> list[Query]:
    """Captions from the one whose clip is found first to the one whose clip is found last, evenly.

    So they are neither the best nor chosen by hand.
    """
    order = np.argsort(ranks.text_to_video, kind="stable")
    places = np.linspace(0, len(order) - 1, min(QUERIES, len(order))).round().astype(int)
    footage = open_dataset(folder).footage
    return [_query(footage, pairs, ranks, int(order[place])) for place in places]


def _query(footage: Footage, pairs: Pairs, ranks: Ranks, place: int) -> Query:
    start = place - place % ranks.gallery
    gallery = ranks.pairs[start : start + ranks.gallery]
    right = int(ranks.pairs[place])
    scores = pairs.clip[gallery] @ pairs.text[right]
    first = np.argsort(-scores, kind="stable")[:FIRST].tolist()
    own = place - start
    found = int(ranks.text_to_video[place]) + 1
    hits: list[Hit] = []
    for rank, at in enumerate(first if own in first else [*first, own], 1):
        n = int(gallery[at])
        number = found if at == own else rank  # a tie counts against the right one
        hits.append(
            Hit(pairs.ids[n], number, float(scores[at]), at == own, _picture(footage, pairs, n))
        )
    return Query(pairs.captions[right], found, hits)


def _picture(footage: Footage, pairs: Pairs, n: int) -> bytes | None:
    """A clip's middle sample, small."""
    try:
        samples = samples_of(footage.build, footage.part(pairs.videos[n]), pairs.ids[n])
        image = from_jpeg(samples.images[len(samples.images) // 2])
    except (ItemError, ValueError):
        return None
    return to_jpeg(fit(image, LONGEST), QUALITY)
