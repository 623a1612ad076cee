"""`build.describe.template`: sentences that are right in grammar and say only what is there."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from sakuga.build.describe import Scene
from sakuga.build.describe.template import Template, listed
from sakuga.build.tag.pixels.words import WORDS
from sakuga.core.records import ClipTag, FrameTags, SeenTag, Tags, TagScores
from sakuga.timing.exposure import NAMES
from tests.scenes import scene as any_scene

CAMERAS = {
    ("static", 0, 0, 0): "The camera stays still",
    ("shake", 0.1, 0, 0): "The camera shakes",
    ("pan", 0.2, 0, 0): "The camera pans right",
    ("pan", -0.03, 0, 0): "The camera pans left slowly",
    ("tilt", 0, 0.8, 0): "The camera tilts down quickly",
    ("tilt", 0, -0.2, 0): "The camera tilts up",
    ("zoom", 0, 0, 0.1): "The camera zooms in",
    ("zoom", 0, 0, -0.04): "The camera zooms out slowly",
}
SENTENCE = re.compile(
    r"A (dark )?((greyscale|monochrome) )?shot( of [0-9.]+ seconds?)? "
    r"(on [a-z]+|with mixed timing|held on one drawing|"
    r"with drawings held for half a second or more)"
    r"(, [a-z ,]+)?\. "
    r"The camera (stays still|shakes|pans (left|right)( slowly| quickly)?|tilts (up|down)"
    r"( slowly| quickly)?|zooms (in|out)( slowly| quickly)?) and the picture "
    r"(never changes|changes (once|twice|[0-9]+ times))\."
    r"( It [a-z ,]+\.)?"
)


def scene(samples: list[dict[str, float]] | None = None, **changes: object) -> Scene:
    """A shot of 2.1 seconds; samples: the words of each and their scores; None: no tags at all."""
    made = any_scene()
    still = {
        "dynamic_score": 0.5, "camera": "static", "camera_x": 0.0, "camera_y": 0.0,
        "camera_zoom": 0.0, "timing": "twos", "exposure": 2, "mixed": False,
    }  # fmt: skip
    shot = {"start": 100, "end": 150, "start_pts": 0, "end_pts": 2100, "opens": "cut",
            "closes": "cut", "body_start": 100, "body_end": 150}  # fmt: skip
    clip = replace(made.clip, **{k: changes.get(k, v) for k, v in shot.items()})
    motion = replace(made.motion, **{k: changes.get(k, v) for k, v in still.items()})
    tags = scores = None
    if samples is not None:
        seen = [
            FrameTags(100 + n, [SeenTag(w, "general", s) for w, s in words.items()], None)
            for n, words in enumerate(samples)
        ]
        scores = TagScores("c", "v", seen)
        names = {w for words in samples for w in words}
        shares = {w: sum(words.get(w, 0) >= 0.35 for words in samples) for w in names}
        general = [ClipTag(w, n / len(samples), 0.9) for w, n in sorted(shares.items()) if n]
        tags = Tags("c", "v", general, [], [], None, None)
    video = replace(made.video, time_base=Fraction(1, 1000))
    return replace(
        made, clip=clip, video=video, motion=motion, tags=tags, tag_scores=scores, captions=None
    )


def text(one: Scene, recipe: Template | None = None) -> str:
    [written] = (recipe or Template()).load()([one])
    return written.text


def test_a_plain_shot():
    assert text(scene()) == (
        "A shot of 2.1 seconds on twos. The camera stays still and the picture changes 24 times."
    )


def test_a_shot_of_which_much_is_known():
    one = scene(
        [{"greyscale": 1.0, "monochrome": 1.0, "dark": 0.8, "letterboxed": 1.0}] * 2,
        timing="threes", camera="pan", camera_x=-0.3, opens="dissolve", closes="fade_black",
    )  # fmt: skip
    assert text(one) == (
        "A dark greyscale shot of 2.1 seconds on threes, letterboxed. "
        "The camera pans left and the picture changes 24 times. "
        "It opens with a dissolve and fades out to black."
    )


@pytest.mark.parametrize(("move", "words"), CAMERAS.items())
def test_the_camera(move, words):
    names = ("camera", "camera_x", "camera_y", "camera_zoom")
    assert words in text(scene(**dict(zip(names, move, strict=True))))


@pytest.mark.parametrize(
    ("ticks", "words"),
    [(2100, "of 2.1 seconds "), (1000, "of 1 second "), (1030, "of 1 second "),
     (2000, "of 2 seconds "), (330, "of 0.33 seconds "), (40, "of 0.04 seconds "),
     (10000, "of 10 seconds "), (0, "A shot on twos")],
)  # fmt: skip
def test_the_length(ticks, words):
    assert words in text(scene(end_pts=ticks))


@pytest.mark.parametrize(
    ("score", "words"),
    [(0.02, "never changes."), (0.04, "changes once"), (0.06, "changes twice"),
     (0.08, "changes 3 times"), (1.0, "changes 49 times")],
)  # fmt: skip
def test_how_often_the_picture_changes(score, words):
    assert words in text(scene(dynamic_score=score))


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ([{"dark": 0.8}, {}], "It turns brighter."),
        ([{}, {}, {"dark": 0.8}], "It turns dark."),
        ([{"greyscale": 1.0}, {"dark": 0.9}], "It turns from grey to colour and turns dark."),
        ([{"blue_theme": 0.9}, {"red_theme": 0.8}], "It begins mostly blue and ends mostly red."),
        ([{"blue_theme": 0.9}] * 3, "on twos, mostly blue."),
        ([{"simple_background": 1.0, "white_background": 1.0}], "on a plain white background."),
        ([{"simple_background": 1.0}], "on twos, on a plain background."),
    ],
)  # fmt: skip
def test_what_its_samples_show(samples, words):
    assert words in text(scene(samples))


@pytest.mark.parametrize(
    "samples", [[{"dark": 0.5}, {"dark": 0.2}], [{}, {"dark": 0.9}, {}], [{"dark": 0.3}] * 2]
)
def test_what_is_not_beyond_doubt_is_not_said(samples):
    assert "dark" not in text(scene(samples))
    assert "bright" not in text(scene(samples))


def test_what_a_transition_mixes_tells_nothing_of_the_shot():
    samples: list[dict[str, float]] = [{"dark": 0.9}, {}, {}]
    assert "brighter" in text(scene(samples, opens="fade_black"))
    assert "brighter" not in text(scene(samples, opens="fade_black", body_start=101))


def test_events_stand_in_the_order_of_time():
    one = scene([{"dark": 0.8}, {}], opens="fade_white", closes="dissolve")
    assert text(one).endswith("It fades in from white, turns brighter and closes with a dissolve.")


def test_a_guessing_tagger_s_words_are_quoted_as_tags():
    one = scene([{"1girl": 0.9, "greyscale": 0.9, "night": 0.5}])
    told = text(one, Template(proven=False))
    assert told.startswith("A shot of")
    assert told.endswith("It is tagged 1girl, greyscale and night.")


def test_quoted_tags_are_one_line_and_so_many():
    one = scene([{f"tag\n{n}\u202e": 0.9 for n in range(9)}])
    assert "\n" not in text(one, Template(proven=False))
    assert text(one, Template(proven=False, most_tags=2)).endswith("It is tagged tag 0 and tag 1.")


def test_every_combination_is_of_one_grammar_and_of_middle_length():
    edges = ("start", "cut", "dissolve", "fade_black", "fade_white")
    sets = [None, [{}], [dict.fromkeys(WORDS, 1.0)], [{"dark": 1.0}, {"greyscale": 1.0}]]
    sets += [[{word: 1.0}] for word in WORDS]
    cameras = [dict(zip(("camera", "camera_x", "camera_y", "camera_zoom"), m, strict=True))
               for m in CAMERAS]  # fmt: skip
    timings = [{"timing": n, "exposure": e, "mixed": m} for e, n in enumerate(NAMES)
               for m in (False, True)] + [{"timing": "hold", "exposure": 20}]  # fmt: skip
    whole = [*product(cameras[:1], timings, edges, edges[1:], sets[:4]),
             *product(cameras, timings[2:5], edges[:2], edges[2:3], sets)]  # fmt: skip
    scenes = [
        scene(words, **camera, **timing, opens=opens, closes=closes)
        for camera, timing, opens, closes, words in whole
    ]
    for written in Template().load()(scenes):
        assert SENTENCE.fullmatch(written.text), written.text
        if len(written.text) < 300:  # all words at once is no picture
            assert 12 <= len(written.text.split()) <= 48, written.text


@pytest.mark.parametrize(
    ("things", "words"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_joined_as_in_english(things, words):
    assert listed(things) == words
