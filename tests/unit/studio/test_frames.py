"""`studio.frames`: pictures and what is said of them."""

import numpy as np
import pytest

from sakuga.studio import Camera, Effect, Film, Role, Shot, film, frames
from sakuga.studio.cast import character
from sakuga.studio.recipe import ACTIONS, EFFECTS, KINDS, PLACES, PROPS, TIMES

from .films import AIKO, SHORT, SIZE, one, still


def _seen(drawn: Film):
    run = list(frames(drawn))
    return [image for image, _ in run], [truth for _, truth in run]


def _new_at(drawn: Film) -> list[int]:
    return [truth.index for _, truth in frames(drawn) if truth.new]


def test_the_same_seed_draws_the_same_film():
    first, second = (_seen(film(7, 4, *SIZE, shot_frames=SHORT)) for _ in range(2))
    assert first[1] == second[1]
    assert all(np.array_equal(a, b) for a, b in zip(first[0], second[0], strict=True))


def test_another_seed_draws_another_film():
    pictures = [
        {truth.picture for truth in _seen(film(seed, 3, *SIZE, shot_frames=SHORT))[1]}
        for seed in (1, 2)
    ]
    assert not pictures[0] & pictures[1]


@pytest.mark.parametrize("seed", [1, 5, 9])
def test_truth_is_what_the_pixels_say(seed):
    images, truths = _seen(film(seed, 4, *SIZE, shot_frames=SHORT))
    assert [truth.index for truth in truths] == list(range(len(images)))
    for a, b, truth in zip(images, images[1:], truths[1:], strict=False):
        share = 100 * float((a != b).any(axis=2).mean())
        assert truth.pct_pixels_changed == pytest.approx(share, abs=1e-4)
        assert truth.new == (share > 0)
        assert bool(truth.causes) == truth.new


def test_equal_pictures_have_one_name_and_one_number():
    images, truths = _seen(film(5, 4, *SIZE, shot_frames=SHORT))
    by_name: dict[str, bytes] = {}
    numbers: dict[tuple[int, str], int] = {}
    for image, truth in zip(images, truths, strict=True):
        assert by_name.setdefault(truth.picture, image.tobytes()) == image.tobytes()
        assert numbers.setdefault((truth.shot, truth.picture), truth.drawing) == truth.drawing
    assert len(set(by_name.values())) == len(by_name)
    firsts = [n for shot in range(4) for (s, _), n in numbers.items() if s == shot]
    assert firsts == [
        n for shot in range(4) for n in range(1, sum(s == shot for s, _ in numbers) + 1)
    ]


@pytest.mark.parametrize(
    ("exposure", "held"), [("ones", 1), ("twos", 2), ("threes", 3), ("fours", 4)]
)
def test_a_dance_is_on_its_exposure(exposure, held):
    shot = still(exposure=exposure, roles=(Role(AIKO, "dance", blink=False),))
    assert _new_at(one(shot)) == list(range(0, 24, held))


def test_a_hold_never_changes():
    assert _new_at(one(still(exposure="hold", roles=(Role(AIKO, "run", talk=True),)))) == [0]


def test_a_cycle_returns_to_its_drawings():
    shot = still(exposure="threes", frames=72, roles=(Role(AIKO, "walk", blink=False),))
    assert [t.drawing for _, t in frames(one(shot))][::3] == [1, 2, 3, 4, 5, 6, 7, 8] * 3


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"roles": (Role(AIKO, talk=True, blink=False),)}, "mouth"),
        ({"roles": (Role(AIKO, blink=True),), "frames": 60}, "blink"),
        ({"roles": (Role(AIKO, "walk", blink=False),)}, "walk"),
        ({"mover": 6, "framing": "wide"}, "distant"),
        ({"camera": Camera("pan", dx=0.5)}, "pan_slow"),
        ({"camera": Camera("pan", dx=3)}, "camera"),
        ({"camera": Camera("zoom", zoom=0.01)}, "camera"),
        ({"camera": Camera("shake", dx=4, dy=4)}, "camera"),
        ({"effects": (Effect("rain"),)}, "effect"),
        ({"effects": (Effect("flash", 8, 2, exposure=1),)}, "flash"),
        ({"effects": (Effect("impact", 8, 2, exposure=1),)}, "impact"),
        ({"effects": (Effect("cover", 2, 20, exposure=1),)}, "cover"),
    ],
)
def test_a_change_has_its_cause_and_no_other(changes, cause):
    _, truths = _seen(one(still(**changes), (320, 180)))
    causes = [truth.causes for truth in truths if truth.new][1:]
    assert causes
    assert set(causes) == {(cause,)}


def test_two_causes_at_once_are_both_named():
    roles = (Role(AIKO, "dance", talk=True, blink=False),)
    _, truths = _seen(one(still(roles=roles), (320, 180)))
    assert ("dance", "mouth") in {truth.causes for truth in truths}


@pytest.mark.parametrize("speed", [0.25, 0.5, 1.0, 3.0])
def test_a_slow_pan_moves_the_whole_picture_at_every_frame(speed):
    _, truths = _seen(one(still(camera=Camera("pan", dx=speed), roles=()), (320, 180)))
    assert all(truth.pct_pixels_changed > 15 for truth in truths[1:])


def test_a_pan_goes_as_far_as_it_says():
    images, _ = _seen(one(still(camera=Camera("pan", dx=3), roles=(), place="room"), (320, 180)))
    low = [image[140:].astype(int) for image in images]
    assert np.abs(low[0][:, 30:] - low[10][:, :-30]).mean() < 3
    assert np.abs(low[0][:, 25:] - low[10][:, :-25]).mean() > 3


def test_a_long_camera_move_on_threes_moves_all_of_the_picture_every_third_frame():
    camera = Camera("pan", dx=1.5, zoom=0.0005, exposure=3)
    _, truths = _seen(one(still(frames=250, exposure="hold", camera=camera)))
    assert [truth.index for truth in truths if truth.new] == list(range(0, 250, 3))
    assert min(truth.pct_pixels_changed for truth in truths if truth.new) > 30


def test_a_camera_may_move_with_the_drawings():
    shot = still(exposure="threes", camera=Camera("pan", dx=2, exposure=0))
    assert _new_at(one(shot)) == list(range(0, 24, 3))


def test_a_character_on_twos_under_a_pan_on_ones():
    roles = (Role(AIKO, "dance", blink=False),)
    _, truths = _seen(one(still(roles=roles, camera=Camera("pan", dx=2)), (320, 180)))
    assert all(truth.new for truth in truths)
    assert [t.index for t in truths if "dance" in t.causes] == list(range(2, 24, 2))
    assert [t.index for t in truths if t.acted] == list(range(2, 24, 2))


def test_a_flash_is_white_and_an_impact_black_and_white():
    flash, truths = _seen(one(still(effects=(Effect("flash", 8, 2, exposure=1),))))
    assert [t.index for t in truths if t.flashed] == [8, 9]
    assert (flash[8] == 255).all()
    impact, _ = _seen(one(still(effects=(Effect("impact", 8, 3, exposure=1),))))
    assert set(np.unique(impact[9])) == {0, 255}


def test_a_cover_fills_the_picture_for_several_frames():
    images, truths = _seen(one(still(effects=(Effect("cover", 2, 20, exposure=1),))))
    covered = [t.index for t in truths if t.covered]
    assert len(covered) >= 3
    assert all(np.unique(images[index].reshape(-1, 3), axis=0).shape == (1, 3) for index in covered)
    assert not truths[0].covered
    assert not truths[-1].covered


def test_a_whip_lasts_as_long_as_it_says():
    camera = Camera("whip", dx=40, start=10, length=5)
    _, truths = _seen(one(still(camera=camera)))
    assert [truth.index for truth in truths if truth.whipped] == [11, 12, 13, 14, 15]


@pytest.mark.parametrize("place", [*PLACES, "title"])
@pytest.mark.parametrize("time", TIMES)
def test_every_place_is_painted_all_over(place, time):
    shot = Shot(2, 1, place, time, roles=(), effects=(), camera=Camera(), text="Words")
    image = _seen(one(shot))[0][0]
    assert image.shape == (90, 160, 3)
    assert image.dtype == np.uint8
    assert image.std() > 5
    if place != "title":
        assert (image.max(axis=2) > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_looks_like_itself(kind):
    base = {"frames": 1, "framing": "close"}
    who = character(np.random.default_rng(4), kind)
    image = _seen(one(still(roles=(Role(who),), **base)))[0][0]
    empty = _seen(one(still(roles=(Role(AIKO),), **base)))[0][0]
    assert (image != empty).any(axis=2).mean() > 0.1


@pytest.mark.parametrize("action", [action for action in ACTIONS if action != "stand"])
def test_every_action_moves(action):
    shot = still(roles=(Role(AIKO, action, blink=False),), frames=72)
    assert len({truth.picture for _, truth in frames(one(shot))}) >= 3


@pytest.mark.parametrize("kind", EFFECTS)
def test_every_effect_is_seen(kind):
    bare = _seen(one(still(exposure="hold")))[0][0]
    images = _seen(one(still(exposure="hold", effects=(Effect(kind, 0, 20, exposure=1),))))[0]
    assert max((image != bare).any(axis=2).mean() for image in images) > 0.01


@pytest.mark.parametrize("prop", PROPS)
def test_every_prop_is_seen(prop):
    plain, held = (
        _seen(one(still(roles=(Role(AIKO, prop=p),), frames=1)))[0][0] for p in ("", prop)
    )
    assert (plain != held).any()


def test_a_subtitle_is_written_at_the_foot():
    bare, told = (_seen(one(still(exposure="hold", text=t)))[0][0] for t in ("", "Let's go!"))
    rows = np.flatnonzero((bare != told).any(axis=(1, 2)))
    assert rows.min() > 60
    assert rows.max() < 90


def test_bars_hide_what_is_behind_them():
    run = list(frames(film(3, 1, *SIZE), letterbox=0.2))
    assert all((image[:9] == 0).all() and (image[-9:] == 0).all() for image, _ in run)


def test_pictures_may_not_be_written_to():
    image = next(iter(frames(film(3, 1, *SIZE))))[0]
    with pytest.raises(ValueError, match="read-only"):
        image[0, 0] = 0
