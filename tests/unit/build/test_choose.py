"""`build.choose`: tag scores to a clip's tags and rating (§3.2)."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.choose import Choose, clip_tags, film_tags, highest, mean_ratings, unmixed
from sakuga.build.pipeline import stages_of
from sakuga.core.plan import readers_of
from sakuga.core.records import Clip, FrameTags, Motion, Ratings, SeenTag, TagScores
from sakuga.timing.exposure import NAMES
from tests.tables import filled

NAMED = ("sky", "solo", "smile", "aiko")


def scores(*samples: dict[str, float], kind: str = "general", ratings=None) -> TagScores:
    return TagScores(
        "c", "v",
        [FrameTags(n, [SeenTag(w, kind, s) for w, s in words.items()], ratings)
         for n, words in enumerate(samples)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        ([], []),
        ([{}], []),
        ([{"sky": 0.35}], [("sky", 1.0, 0.35)]),
        ([{"sky": 0.349}], []),
        ([{"sky": 0.9, "solo": 0.5}, {"solo": 0.4}], [("solo", 1.0, 0.45), ("sky", 0.5, 0.9)]),
        ([{"sky": 0.4}, {"solo": 0.8}], [("solo", 0.5, 0.8), ("sky", 0.5, 0.4)]),
        ([{"sky": 0.5, "aiko": 0.5}], [("aiko", 1.0, 0.5), ("sky", 1.0, 0.5)]),
        ([{"sky": 0.9}, {"sky": 0.2}], [("sky", 0.5, 0.9)]),
    ],
)
def test_tags_are_a_union_ordered_by_how_often_then_how_surely_then_by_name(samples, told):
    given_ = clip_tags(scores(*samples), "general", 0.35)
    assert [(tag.name, tag.share) for tag in given_] == [(name, share) for name, share, _ in told]
    assert [tag.score for tag in given_] == pytest.approx([score for *_, score in told])


any_samples = st.lists(
    st.dictionaries(st.sampled_from(NAMED), st.floats(0, 1)), min_size=1, max_size=6
)


@given(any_samples, st.floats(0, 1))
def test_a_tag_is_there_exactly_if_it_passes_somewhere(samples, threshold):
    tags = clip_tags(scores(*samples), "general", threshold)
    passed = {name for words in samples for name, score in words.items() if score >= threshold}
    assert {tag.name for tag in tags} == passed
    assert all(0 < tag.share <= 1 and tag.score >= threshold * (1 - 1e-12) for tag in tags)
    keys = [(-tag.share, -tag.score, tag.name) for tag in tags]
    assert keys == sorted(keys)


@given(any_samples, st.floats(0, 1), st.floats(0, 1))
def test_a_share_keeps_what_so_many_samples_show_and_changes_nothing_of_it(
    samples, threshold, least
):
    union = clip_tags(scores(*samples), "general", threshold)
    kept = clip_tags(scores(*samples), "general", threshold, least)
    assert kept == [tag for tag in union if tag.share >= least]


@given(any_samples, st.floats(0, 1), st.floats(0, 1))
def test_a_lower_threshold_only_adds_tags(samples, one, other):
    low, high = sorted((one, other))
    many, few = (clip_tags(scores(*samples), "general", n) for n in (low, high))
    assert {tag.name for tag in few} <= {tag.name for tag in many}


def test_kinds_are_kept_apart_each_with_its_threshold():
    both = scores({"sky": 0.5})
    both.samples[0].tags.extend(
        [SeenTag("aiko", "character", 0.9), SeenTag("ren", "character", 0.84)]
    )
    [row] = Choose().load()([(both, filled(Clip), filled(Motion))])
    assert [tag.name for tag in row.general] == ["sky"]
    assert [tag.name for tag in row.character] == ["aiko"]


positive = st.floats(0, 1, allow_subnormal=False)
any_ratings = (
    st.tuples(positive, positive, positive, positive)
    .filter(lambda four: sum(four) > 0.01)
    .map(lambda four: Ratings(*(score / sum(four) for score in four)))
)


@given(st.lists(any_ratings, min_size=1, max_size=6))
def test_the_mean_of_ratings_sums_to_one(given_):
    rows = TagScores("c", "v", [FrameTags(n, [], ratings) for n, ratings in enumerate(given_)])
    mean = mean_ratings(rows)
    assert mean is not None
    assert sum(astuple(mean)) == pytest.approx(1)
    assert getattr(mean, highest(mean)) == max(astuple(mean))


@pytest.mark.parametrize(
    ("body", "kept"), [((0, 3), [0, 1, 2]), ((1, 3), [1, 2]), ((1, 2), [1]), ((3, 3), [0, 1, 2])]
)
def test_a_sample_that_a_transition_mixes_counts_only_where_there_is_no_other(body, kept):
    clip = filled(Clip, start=0, end=3, body_start=body[0], body_end=body[1])
    left = unmixed(scores({"sky": 0.9}, {"sky": 0.9}, {"sky": 0.9}), clip)
    assert [sample.frame for sample in left.samples] == kept


def test_samples_without_ratings_are_left_out_of_the_mean_and_none_gives_none():
    rated = Ratings(0.1, 0.2, 0.3, 0.4)
    mixed = TagScores("c", "v", [FrameTags(0, [], None), FrameTags(1, [], rated)])
    assert mean_ratings(mixed) == rated
    assert mean_ratings(scores({}, {})) is None
    [row] = Choose().load()([(scores({}), filled(Clip), filled(Motion))])
    assert (row.ratings, row.rating) == (None, None)


@pytest.mark.parametrize(
    ("four", "label"),
    [
        ((0.7, 0.1, 0.1, 0.1), "general"),
        ((0.1, 0.1, 0.1, 0.7), "explicit"),
        ((0.5, 0.5, 0, 0), "sensitive"),
    ],
)
def test_the_label_is_the_highest_and_of_equals_the_one_that_warns_more(four, label):
    assert highest(Ratings(*four)) == label


@pytest.mark.parametrize(
    ("motion", "tags"),
    [
        ({}, ["static_camera", "on_twos"]),
        ({"camera": "shake"}, ["camera_shake", "on_twos"]),
        ({"camera": "pan", "camera_x": 0.1}, ["camera_pan", "pan_right", "on_twos"]),
        ({"camera": "pan", "camera_x": -0.1}, ["camera_pan", "pan_left", "on_twos"]),
        ({"camera": "tilt", "camera_y": 0.1}, ["camera_tilt", "tilt_down", "on_twos"]),
        ({"camera": "tilt", "camera_y": -0.1}, ["camera_tilt", "tilt_up", "on_twos"]),
        ({"camera": "zoom", "camera_zoom": 0.1}, ["camera_zoom", "zoom_in", "on_twos"]),
        ({"camera": "zoom", "camera_zoom": -0.1}, ["camera_zoom", "zoom_out", "on_twos"]),
        ({"mixed": True}, ["static_camera", "on_twos", "mixed_timing"]),
        ({"timing": "hold", "exposure": 0}, ["static_camera", "still"]),
        ({"timing": "hold", "exposure": 20}, ["static_camera", "long_holds"]),
    ],
)
def test_film_tags_of_camera_and_timing(motion, tags):
    still = {"camera": "static", "timing": "twos", "exposure": 2, "mixed": False}
    clip = filled(Clip, opens="cut", closes="cut")
    assert film_tags(clip, filled(Motion, **(still | motion))) == tags


@pytest.mark.parametrize(
    ("opens", "closes", "tags"),
    [
        ("start", "end", []),
        ("cut", "cut", []),
        ("fade_black", "cut", ["fade_in"]),
        ("cut", "fade_white", ["fade_out"]),
        ("fade_white", "fade_black", ["fade_in", "fade_out"]),
        ("dissolve", "cut", ["dissolve"]),
        ("cut", "dissolve", ["dissolve"]),
        ("dissolve", "dissolve", ["dissolve"]),
        ("fade_black", "dissolve", ["fade_in", "dissolve"]),
    ],
)
def test_film_tags_of_transitions(opens, closes, tags):
    motion = filled(Motion, camera="static", timing="twos", exposure=2, mixed=False)
    assert film_tags(filled(Clip, opens=opens, closes=closes), motion)[2:] == tags


def test_every_timing_has_its_tag():
    clip = filled(Clip, opens="cut", closes="cut")
    for exposure, name in enumerate(NAMES):
        motion = filled(Motion, camera="static", timing=name, exposure=exposure, mixed=False)
        assert film_tags(clip, motion)[1] == (f"on_{name}" if exposure else "still")


def test_retuning_touches_nothing_before_it():
    changed = ["tag.use=pixels", "choose.general=0.5"]
    before = {stage.name: stage for stage in stages_of("lite", changed[:1])}
    after = {stage.name: stage for stage in stages_of("lite", changed)}
    readers = {stage.name for stage in readers_of(after["choose"], list(after.values()))}
    differ = {name for name in after if after[name] != before[name]}
    assert differ == {"choose"}
    assert not readers & {"sample", "tag", "text", "overlay"}
