"""One shot at a time: exposure sheets, cameras, effects and joins with known truth."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from sakuga.studio.styles import edit, effects, joins, moves, timing
from sakuga.studio.styles.edit import joined
from sakuga.studio.styles.effects import Setting
from sakuga.studio.styles.figures import KINDS, figure, model
from sakuga.studio.styles.joins import CUT, Join
from sakuga.studio.styles.look import Look, palette
from sakuga.studio.styles.motion import CYCLES, SIZE, acting, cycle, jump, rest, talking
from sakuga.studio.styles.pen import Pen
from sakuga.studio.styles.places import PLACES, Framing, paint, place
from sakuga.studio.styles.shots import Shot, Stand, Take, Track, visible

SIZE_2 = (214, 120)
LOOK = Look("flat", palette(np.random.default_rng(1), "day"))


def ball(pen: Pen, seconds: float, middle: tuple[float, float], unit: float) -> None:
    pen.at(middle[0] + (seconds * 0.3 - 0.3) * unit, middle[1], unit * 0.1)
    pen.oval(0, 0, 1, 1, (30, 30, 220))


def shot(frames: int, hold: int, kind: str = "static", **more: object) -> Shot:
    random = np.random.default_rng(3)
    where = place(5, LOOK.palette, "city")
    path = moves.way(random, kind, frames, 24)
    track = Track(ball, timing.even(frames, hold))
    return replace(Shot(frames, where, Framing(), (track,), path, ()), **more)


def taken(one: Shot) -> Take:
    return Stand(one, LOOK, SIZE_2, 24.0, 7).take()


def truth(takes: list[Take], how: list[Join]) -> edit.Sequence:
    return edit.sequence(joined(takes, how), Fraction(24), "flat", 0, 1, SIZE_2)


@pytest.mark.parametrize("hold", [1, 2, 3, 4, 6, 8, 12])
def test_a_still_camera_sees_a_new_picture_with_each_drawing(hold: int) -> None:
    found = truth([taken(shot(36, hold))], [CUT, CUT])
    starts = np.nonzero(np.diff(found.picture, prepend=-1))[0]
    assert starts.tolist() == list(range(0, 36, hold))
    assert np.array_equal(found.picture, found.cel)
    assert found.exposures == found.cel_exposures == [hold]


@pytest.mark.parametrize("hold", [2, 3, 4])
@pytest.mark.parametrize("far", [1.0, 0.5])
@pytest.mark.parametrize("kind", ["pan", "zoom in", "tilt"])
def test_a_camera_on_ones_leaves_the_drawings_on_their_sheet(
    kind: str, far: float, hold: int
) -> None:
    even_move = np.linspace(0, 0.4, 36)
    path = moves.rest(36)
    if kind == "zoom in":
        path = replace(path, zoom=1 + even_move)
    else:
        path = replace(path, **{"right" if kind == "pan" else "down": even_move})
    found = truth([taken(shot(36, hold, path=path, far=far))], [CUT, CUT])
    assert found.exposures == [1]
    assert found.cel_exposures == [hold]


def test_a_figure_before_a_place_that_slides_is_held_while_the_place_moves() -> None:
    path = replace(moves.rest(24), right=np.linspace(0, 1, 24))
    track = Track(ball, timing.even(24, 24), near=0.0)
    found = truth([taken(shot(24, 24, path=path, tracks=(track,)))], [CUT, CUT])
    assert found.exposures == [1]
    assert found.cel_exposures == [0]


def test_drawings_that_return_are_the_same_pictures() -> None:
    track = Track(ball, timing.even(24, 2), period=8)
    images = taken(shot(24, 2, tracks=(track,))).images
    assert images[0] is images[8] is images[16]
    assert images[0] is not images[2]


def test_a_change_that_nobody_sees_is_no_new_picture() -> None:
    dim = np.full((20, 20, 3), 100, np.uint8)
    less, few, seen = dim + 5, dim.copy(), dim.copy()
    few[0, :3] = 200
    seen[0, :4] = 106
    assert not visible(dim, less)
    assert not visible(dim, few)
    assert visible(dim, seen)
    take = Take([dim, less, seen], [None] * 3, [False] * 3)
    found = truth([take], [CUT, CUT])
    assert found.picture.tolist() == [0, 0, 1]
    assert found.frames[1] is found.frames[0]


def solid(level: int, frames: int) -> Take:
    image = np.full((SIZE_2[1], SIZE_2[0], 3), level, np.uint8)
    return Take([image] * frames, [None] * frames, [False] * frames)


@pytest.mark.parametrize("style", range(10))
@pytest.mark.parametrize("kind", ["dissolve", "wipe", "page_turn", "iris", "blur", "fade_black"])
def test_a_transition_bears_its_span_and_changes_shots_in_its_middle(kind: str, style: int) -> None:
    how = Join(kind, 10, 0, style)
    grown = how.overlap
    takes = [solid(60, 20 + how.sides[0] + grown), solid(200, 20 + how.sides[1] + grown)]
    found = truth(takes, [CUT, how, CUT])
    assert len(found.frames) == 50
    assert [(span.start, span.end, span.kind) for span in found.spans] == [(20, 30, kind)]
    assert found.shot.tolist() == [0] * 25 + [1] * 25
    assert int(found.frames[19].mean()) == 60
    assert int(found.frames[30].mean()) == 200


def test_a_fade_holds_black_in_its_middle() -> None:
    how = Join("fade_black", 12, 4)
    found = truth([solid(100, 10 + 4), solid(150, 10 + 4)], [CUT, how, CUT])
    assert [found.frames[t].max() for t in range(14, 18)] == [0, 0, 0, 0]
    assert found.shot.tolist() == [0] * 16 + [1] * 16
    assert found.picture[14] == found.picture[17]


def test_shots_with_the_same_picture_at_their_cut_are_one_shot() -> None:
    found = truth([solid(60, 8), solid(60, 8), solid(90, 8)], [CUT] * 4)
    assert found.shot.tolist() == [0] * 16 + [1] * 8
    assert found.exposures == [0, 0]


def setting(frames: int = 48) -> Setting:
    return Setting(LOOK, SIZE_2, frames, 24.0)


def run(kind: str, seed: int, frames: int = 48) -> list[np.ndarray]:
    base = np.full((SIZE_2[1], SIZE_2[0], 3), 90, np.uint8)
    base[30:90, 60:150] = (40, 160, 200)
    one = effects.effect(np.random.default_rng(seed), kind, setting(frames))
    return [base if s < 0 else one.draw(base, int(s)) for s in one.state]


@pytest.mark.parametrize("kind", effects.KINDS)
def test_an_effect_changes_the_picture(kind: str) -> None:
    runs = [run(kind, seed) for seed in range(6)]
    changed = [any(visible(a, b) for a, b in pairwise(images)) for images in runs]
    assert sum(changed) >= 5


def test_an_explosion_and_a_throw_can_fill_the_picture() -> None:
    for kind in ("explosion", "throw", "cover"):
        base = run("flash", 0)[0]
        filled = [
            np.all(np.any(np.abs(i.astype(int) - base) > 8, 2)[5:-5, 5:-5])
            for seed in range(30)
            for i in run(kind, seed)
        ]
        assert any(filled), kind


def test_a_cover_leaves_within_its_shot() -> None:
    for seed in range(10):
        one = effects.effect(np.random.default_rng(seed), "cover", setting())
        assert np.any(one.state >= 0)
        assert one.state[0] < 0 or one.state[-1] < 0 or len(one.state) < 30


def test_flashes_are_marked_where_they_are_drawn() -> None:
    for seed in range(20):
        one = effects.effect(np.random.default_rng(seed), "flash", setting())
        assert np.all(one.flashes[one.state >= 0] == 1)
        assert 1 <= one.flashes.sum() <= 48


def test_an_exposure_sheet_keeps_its_hold() -> None:
    random = np.random.default_rng(2)
    for name, hold in timing.NAMES.items():
        sheet = timing.sheet(random, name, 50)
        assert np.array_equal(sheet, np.arange(50) // hold * hold)
    assert not timing.sheet(random, "hold", 30).any()
    mixed = np.diff(np.unique(timing.sheet(random, "mixed", 200)))
    assert len(set(mixed.tolist())) > 3
    assert np.diff(np.unique(timing.sheet(random, "burst", 300))).max() >= 8


@pytest.mark.parametrize("kind", moves.KINDS)
def test_every_camera_move_moves(kind: str) -> None:
    path = moves.way(np.random.default_rng(4), kind, 48, 24.0)
    assert not path.still()
    assert path.zoom.min() >= 1
    assert moves.rest(48).still()


@pytest.mark.parametrize("kind", sorted(set(KINDS)))
def test_every_figure_is_drawn_otherwise_in_another_pose(kind: str) -> None:
    random = np.random.default_rng(9)
    sheet, motion = model(random, LOOK, kind), acting(random, 4.0, 1.4)
    pictures = []
    for seconds in (0.0, 3.5):
        image = np.full((120, 214, 3), 200, np.uint8)
        figure(Pen(image, LOOK, 0.5, random), sheet, motion(seconds), 107, 110, 90, 1)
        pictures.append(image)
    blank = np.full((120, 214, 3), 200, np.uint8)
    assert float((pictures[0] != blank).any(2).mean()) > 0.03
    assert visible(pictures[0], pictures[1])


@pytest.mark.parametrize("kind", CYCLES)
def test_a_cycle_comes_back_to_its_first_pose(kind: str) -> None:
    motion = cycle(np.random.default_rng(1), kind, 0.5)
    assert np.allclose(motion(0.1), motion(4.1))
    assert not np.allclose(motion(0.1), motion(0.6))


def test_talking_moves_only_the_face() -> None:
    motion = talking(np.random.default_rng(5), "both")
    poses = np.array([motion(s) for s in np.arange(0, 10, 0.04)])
    moving = np.nonzero(poses.std(0) > 1e-9)[0]
    assert set(moving.tolist()) == {14, 15}


def test_a_jump_leaves_the_ground_and_lands() -> None:
    motion = jump(np.random.default_rng(5), 0.5)
    heights = [motion(s)[1] for s in np.arange(0, 4, 0.04)]
    assert min(heights) < -0.25
    assert heights[0] == heights[-1] == 0
    assert rest().shape == (SIZE,)


@pytest.mark.parametrize("ground", ["flat", "painted", "soft", "cut", "washed", "backlit",
                                    "dithered", "toned", "paper"])  # fmt: skip
def test_every_place_is_painted_in_every_ground(ground: str) -> None:
    look = replace(LOOK, ground=ground)
    for kind in PLACES:
        image = paint(place(3, LOOK.palette, kind), look, Framing(), SIZE_2, 120.0)
        assert image.shape == (120, 214, 3)
        assert np.array_equal(
            image, paint(place(3, LOOK.palette, kind), look, Framing(), SIZE_2, 120.0)
        )


def test_joins_by_lot_stay_within_their_limit() -> None:
    random = np.random.default_rng(6)
    for _ in range(300):
        how = joins.join(random, 24.0, 30)
        assert 2 <= how.frames - how.hold <= 30
