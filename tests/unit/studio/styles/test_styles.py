"""Films of every style: the same again for the same seed, and true to their pixels."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
import pytest

from sakuga.studio.sequence import Sequence
from sakuga.studio.styles import STYLES, edit, films, script, sequence
from sakuga.studio.styles.shots import visible

SMALL = {"width": 214, "height": 120, "seconds": (2.0, 4.0)}


@lru_cache(maxsize=32)
def film(style: str, seed: int, pace: str = "any") -> Sequence:
    return sequence(seed, style, pace=pace, **SMALL)


EACH = [(style, seed, pace) for style in STYLES for seed, pace in ((1, "any"), (2, "fast"))]


def test_at_least_ten_styles_and_the_studios_own() -> None:
    wanted = {"flat", "line", "painted", "cutout", "manga", "pixel", "silhouette", "anime", "retro"}
    assert wanted | {"credits", "studio"} <= set(STYLES)


@pytest.mark.parametrize(("style", "seed", "pace"), EACH)
def test_a_film_has_pictures_of_the_size_asked_for(style: str, seed: int, pace: str) -> None:
    found = film(style, seed, pace)
    assert {(f.shape, f.dtype) for f in found.frames} == {((120, 214, 3), np.dtype(np.uint8))}
    assert len(found.frames) >= 48
    assert max(float(f.std()) for f in found.frames) > 4


@pytest.mark.parametrize("style", STYLES)
def test_the_same_arguments_give_the_same_pixels_and_truth(style: str) -> None:
    one, two = film(style, 1), sequence(1, style, **SMALL)
    assert len(one.frames) == len(two.frames)
    assert all(np.array_equal(a, b) for a, b in zip(one.frames, two.frames, strict=True))
    assert np.array_equal(one.picture, two.picture)
    assert np.array_equal(one.cel, two.cel)
    assert (one.spans, one.flashes, one.exposures) == (two.spans, two.flashes, two.exposures)


def test_another_seed_gives_another_film() -> None:
    one, two = film("flat", 1), film("flat", 3)
    assert not np.array_equal(one.frames[len(one.frames) // 2], two.frames[len(two.frames) // 2])


def mixed(found: Sequence) -> set[int]:
    return {t for span in found.spans for t in range(span.start, span.end)}


@pytest.mark.parametrize(("style", "seed", "pace"), EACH)
def test_picture_numbers_change_where_the_pixels_do(style: str, seed: int, pace: str) -> None:
    found, spans = film(style, seed, pace), mixed(film(style, seed, pace))
    for t, (before, now) in enumerate(pairwise(found.frames), 1):
        changed = found.picture[t] != found.picture[t - 1]
        if not changed:
            assert now is before, t
        elif t in spans:
            assert np.any(cv2.absdiff(before, now)), t
        else:
            assert visible(before, now), t


@pytest.mark.parametrize(("style", "seed", "pace"), EACH)
def test_a_drawing_changes_only_where_the_picture_does(style: str, seed: int, pace: str) -> None:
    found = film(style, seed, pace)
    drawn, pictured = np.diff(found.cel) > 0, np.diff(found.picture) > 0
    assert not np.any(drawn & ~pictured)
    assert set(np.diff(found.picture).tolist()) <= {0, 1}


@pytest.mark.parametrize(("style", "seed", "pace"), EACH)
def test_shots_and_spans_agree(style: str, seed: int, pace: str) -> None:
    found, spans = film(style, seed, pace), mixed(film(style, seed, pace))
    size = len(found.frames)
    assert len(found.shot) == len(found.picture) == len(found.cel) == size
    assert found.shot[0] == 0
    assert set(np.diff(found.shot).tolist()) <= {0, 1}
    assert len(found.exposures) == len(found.cel_exposures) == found.shot[-1] + 1
    assert all(0 <= span.start < span.end <= size for span in found.spans)
    assert all(one.end <= two.start for one, two in pairwise(found.spans))
    assert all(found.shot[span.end - 1] - found.shot[span.start] <= 1 for span in found.spans)
    assert all(0 <= t < size for t in found.flashes)
    for t in (np.nonzero(np.diff(found.shot))[0] + 1).tolist():
        if t not in spans:
            differs = cv2.absdiff(found.frames[t - 1], found.frames[t]).max(2) >= 12
            assert differs.mean() >= 0.004, t


@pytest.mark.parametrize("style", STYLES)
def test_a_plain_film_has_only_cuts(style: str) -> None:
    found = film(style, 4, "plain")
    assert [s for s in found.spans if s.start > 0 and s.end < len(found.frames)] == []
    assert found.flashes == [] or style == "studio"


def test_a_fast_film_has_shorter_shots_than_a_slow_one() -> None:
    fast = np.median([n for s in range(4) for n in lengths(film("flat", s, "fast"))])
    slow = np.median([n for s in range(4) for n in lengths(film("flat", s, "slow"))])
    assert fast < 24 < slow


def lengths(found: Sequence) -> list[int]:
    return list(Counter(found.shot.tolist()).values())


def test_a_film_is_about_as_long_as_asked_for() -> None:
    found = [sequence(s, "flat", 160, 90, (3.0, 3.0), Fraction(12), "plain") for s in range(4)]
    assert all(36 <= len(one.frames) <= 36 + 4 * 12 + 24 for one in found)


def test_an_unknown_style_or_pace_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="oil"):
        sequence(1, "oil")
    with pytest.raises(ValueError, match="allegro"):
        sequence(1, "flat", pace="allegro")


def asked(style: str, seed: int) -> tuple[films.Plan, list[script.Shot]]:
    """A film's shots and joins before they are photographed."""
    random, made = films.random_of(seed, style), films.LOOKS[style]
    world = script.world(
        random, made.look(random), (426, 240), 24.0, made.kinds, made.figures, False
    )
    plan = films.plan(random, world, 24 * 12, "any")
    return plan, films.shots(random, world, plan)


def test_every_kind_of_shot_and_join_occurs() -> None:
    tags: Counter[str] = Counter()
    joins: Counter[str] = Counter()
    for style in films.LOOKS:
        for seed in range(60):
            plan, shots = asked(style, seed)
            tags.update(tag for shot in shots for tag in shot.tags)
            joins.update(how.kind or "cut" for how in plan.how)
    assert set(films.SHOTS) <= set(tags)
    effects = {"rain", "smoke", "fire", "glow", "aura", "explosion", "speed lines", "flash"}
    effects |= {"whiteout", "lights", "lightning", "flicker", "cover", "throw"}
    assert effects <= set(tags)
    assert {"again", "cycle", "slides", "camera", "whip or shake", "crosses"} <= set(tags)
    wanted = {"cut", "dissolve", "fade_black", "fade_white", "wipe", "iris", "page_turn", "blur"}
    assert wanted == set(joins)


def test_a_shot_that_comes_back_shows_the_same_pictures() -> None:
    returned = 0
    for seed in range(30):
        plan, shots = asked("flat", seed)
        for number, want in enumerate(plan.wants):
            if want.again is not None and "again" in shots[number].tags:
                first = shots[want.again]
                assert shots[number].where is first.where
                assert shots[number].framing == first.framing
                assert len(shots[number].tracks) == len(first.tracks)
                returned += 1
    assert returned >= 3


@pytest.mark.parametrize(
    ("fresh", "mixed", "exposure"),
    [
        ([1, 0, 1, 0, 1, 0, 1], [0] * 7, 2),
        ([1, 1, 1, 1], [0] * 4, 1),
        ([1, 0, 0, 0], [0] * 4, 0),
        ([1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1], [0] * 11, None),
        ([1, 0, 1, 0, 1, 0], [1, 1, 1, 1, 0, 0], None),
        ([1, 0, 0, 1, 0, 0], [0] * 6, 3),
        ([1, 0, 0, 1, 0], [0] * 5, None),
    ],
)
def test_the_exposure_is_the_hold_of_most_pictures(
    fresh: list[int], mixed: list[int], exposure: int | None
) -> None:
    shot = np.zeros(len(fresh), np.int32)
    assert edit.exposures(shot, [bool(f) for f in fresh], [bool(m) for m in mixed]) == [exposure]
