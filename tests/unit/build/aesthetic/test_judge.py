"""Room `aesthetic`: a clip is as good as the best of its samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from sakuga.build.aesthetic import Judge
from sakuga.core.images import Picture, to_jpeg
from sakuga.core.records import Aesthetic, Failure, Samples


@dataclass(frozen=True)
class Gives:
    """Gives these scores, one after the other."""

    scores: tuple[float, ...]

    def load(self) -> Callable[[Iterable[Picture]], Iterator[float]]:
        return lambda pictures: (score for score, _ in zip(self.scores, pictures, strict=False))


def judged(scores: tuple[float, ...], *counts: int) -> list[Aesthetic | Failure]:
    image = to_jpeg(np.zeros((8, 8, 3), np.uint8))
    clips = [Samples(f"{n}", "v", [*range(k)], [image] * k) for n, k in enumerate(counts)]
    return list(Judge(Gives(scores)).load()([(clip,) for clip in clips]))


def test_the_score_is_the_maximum_and_all_are_kept() -> None:
    assert judged((0.2, 0.7, 0.4, 0.1), 3, 1) == [
        Aesthetic("0", "v", 0.7, [0, 1, 2], [0.2, 0.7, 0.4]),
        Aesthetic("1", "v", 0.1, [0], [0.1]),
    ]


@pytest.mark.parametrize("bad", [float("nan"), -0.5, 1.5, float("inf")])
def test_what_is_no_score_costs_its_clip_alone(bad: float) -> None:
    rows = judged((0.2, bad, 0.4), 1, 1, 1)
    assert [type(row) for row in rows] == [Aesthetic, Failure, Aesthetic]
    assert isinstance(rows[1], Failure)
    assert rows[1].reason == "bad_output"
