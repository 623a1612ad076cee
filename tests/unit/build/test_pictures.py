"""Pictures of many clips are one stream, and what is said of them finds its way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.aesthetic import Judge
from sakuga.build.pictures import batches, by_clip, share
from sakuga.core.errors import BadOutput, Unreadable
from sakuga.core.images import Picture, to_jpeg
from sakuga.core.records import Aesthetic, Samples
from sakuga.core.stage import Job, run_part
from sakuga.core.store import Part, Store

GREY = [to_jpeg(np.full((8, 8, 3), value, np.uint8)) for value in range(0, 256, 16)]


def clips(counts: Iterable[int]) -> list[Samples]:
    images = iter(GREY * 9)
    return [
        Samples(f"{n}", "v", [*range(k)], [next(images) for _ in range(k)])
        for n, k in enumerate(counts)
    ]


def means(pictures: Iterable[Picture]) -> Iterator[float]:
    return (float(picture.mean()) for picture in pictures)


@given(st.lists(st.integers(0, 4), max_size=8))
def test_each_clip_gets_what_was_said_of_its_own_pictures(counts: list[int]) -> None:
    shown = clips(counts)
    seen = list(by_clip(shown, means))
    assert [clip for clip, _ in seen] == shown
    assert [len(of_clip) for _, of_clip in seen] == counts
    assert [mean for _, of_clip in seen for mean in of_clip] == list(
        means(picture for clip in shown for picture in _pictures(clip))
    )


def _pictures(clip: Samples) -> Iterator[Picture]:
    from sakuga.core.images import from_jpeg

    return map(from_jpeg, clip.images)


@pytest.mark.parametrize("given_", [0, 2, 4])
def test_fewer_or_more_results_than_pictures_are_a_bad_output(given_: int) -> None:
    def look(pictures: Iterable[Picture]) -> list[float]:
        list(pictures)
        return [0.0] * given_

    with pytest.raises(BadOutput, match="results"):
        list(by_clip(clips([2, 1]), look))


def test_a_sample_that_is_no_image_says_which() -> None:
    broken = Samples("x", "v", [7, 19], [GREY[0], b"no jpeg"])
    with pytest.raises(Unreadable, match="frame 19"):
        list(by_clip([broken], means))


@given(st.lists(st.integers(), max_size=20), st.integers(1, 7))
def test_batches_hold_all_in_order_and_only_the_last_is_short(things: list[Any], size: int) -> None:
    given_ = list(batches(things, size))
    assert [thing for batch in given_ for thing in batch] == things
    assert all(len(batch) == size for batch in given_[:-1])
    assert all(0 < len(batch) <= size for batch in given_)


@pytest.mark.parametrize(
    ("value", "kept"), [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5), (-1e-7, 0.0), (1 + 1e-7, 1.0)]
)
def test_a_share_is_from_zero_to_one_but_for_rounding(value: float, kept: float) -> None:
    assert share(value, "it") == kept


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.01, 1.01])
def test_what_is_no_share_is_a_bad_output_that_names_it(value: float) -> None:
    with pytest.raises(BadOutput, match="the score is"):
        share(value, "the score")


@dataclass(frozen=True)
class Mean:
    name: ClassVar[str] = "mean"

    def load(self) -> Any:
        return lambda pictures: (mean / 255 for mean in means(pictures))


def test_a_frame_that_can_not_be_decoded_among_good_ones_costs_its_clip_alone(
    tmp_path: Path,
) -> None:
    store = Store(str(tmp_path))
    shown = clips([2, 1, 3, 1])
    shown[2] = Samples("2", "v", [0, 1], [GREY[3], GREY[3][:20]])
    samples, part = Part("samples", 0, "a"), Part("aesthetics", 0, "b")
    with store.writing(samples, Samples, {}) as out:
        out.add(shown, [])
    outcome = run_part(Job(str(tmp_path), Judge(Mean()), part, (samples,)))
    assert (outcome.rows, outcome.failures) == (3, 1)
    assert [row.id for row in store.read_part(part, Aesthetic)] == ["0", "1", "3"]
    [failure] = store.read_failures(part)
    assert (failure.id, failure.reason) == ("2", "unreadable")
