"""`build.overlay`: logo, subtitle, credits and drawn text, told by where the boxes stand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.overlay import Overlay, overlap
from sakuga.build.text import FindText
from sakuga.core.images import to_jpeg
from sakuga.core.records import Clip, FrameText, Samples, TextBox, TextBoxes
from sakuga.studio import frames, lettered

LOGO = TextBox(0.90, 0.04, 0.96, 0.09, 0.8)
SIGN = TextBox(0.65, 0.26, 0.81, 0.34, 0.8)
LENGTHS = (0.1, 0.13, 0.2, 0.16, 0.08)


def subtitle(number: int) -> TextBox:
    half = LENGTHS[number % len(LENGTHS)]
    return TextBox(0.5 - half, 0.89, 0.5 + half, 0.95, 0.8)


CREDITS = [TextBox(0.4, 0.1 + 0.1 * n, 0.6, 0.15 + 0.1 * n, 0.8) for n in range(6)]


def video(*clips: list[TextBox], samples: int = 1, frames: int = 40):
    """The items of a video: for each clip its boxes, in each of its samples alike."""
    return [
        (
            TextBoxes(
                f"{n}", "v",
                [FrameText(n * frames + k, 0.8 if boxes else 0.0, boxes) for k in range(samples)],
            ),
            Clip(
                f"{n}", "v", n, n * frames, (n + 1) * frames, 0, 0, n * frames, (n + 1) * frames,
                "cut", 1.0, "cut", 1.0, False,
            ),
        )
        for n, boxes in enumerate(clips)
    ]  # fmt: skip


def kinds(items, rule: Overlay | None = None) -> list[list[str]]:
    return [text.kinds for text in (rule or Overlay()).load()(items)]


@pytest.mark.parametrize(
    ("clips", "told"),
    [
        pytest.param([[], [], []], [[], [], []], id="no text"),
        pytest.param([[SIGN]], [["drawn"]], id="one clip with a sign"),
        pytest.param([[LOGO]], [["drawn"]], id="one clip with what may be a logo"),
        pytest.param([[subtitle(0)]], [["drawn"]], id="one clip with what may be a subtitle"),
        pytest.param([[LOGO]] * 4, [["logo"]] * 4, id="a logo in all clips"),
        pytest.param([[LOGO]] * 3, [["drawn"]] * 3, id="three clips prove no logo"),
        pytest.param([[LOGO]] * 2 + [[]] * 2, [["logo"]] * 2 + [[]] * 2, id="a logo in half"),
        pytest.param([[LOGO]] + [[]] * 3, [["drawn"]] + [[]] * 3, id="in a quarter it is none"),
        pytest.param([[SIGN]] * 5, [["drawn"]] * 5, id="in the middle stands no logo"),
        pytest.param(
            [[subtitle(0)], [], [subtitle(1)]], [["subtitle"], [], ["subtitle"]], id="two lines"
        ),
        pytest.param([[subtitle(0)]] * 3, [["drawn"]] * 3, id="the same line thrice: a ground"),
        pytest.param(
            [[SIGN, subtitle(0)], [subtitle(1)]], [["subtitle", "drawn"], ["subtitle"]], id="both"
        ),
        pytest.param([[]] * 7 + [CREDITS], [[]] * 7 + [["credits"]], id="credits at the end"),
        pytest.param([CREDITS] + [[]] * 7, [["credits"]] + [[]] * 7, id="credits at the start"),
        pytest.param(
            [[]] * 4 + [CREDITS] + [[]] * 4, [[]] * 4 + [["drawn"]] + [[]] * 4,
            id="many lines in the middle: a letter",
        ),
        pytest.param(
            [[LOGO], [LOGO, subtitle(0)], [LOGO, subtitle(1)], [LOGO], [LOGO, SIGN],
             [LOGO, *CREDITS]],
            [["logo"], ["logo", "subtitle"], ["logo", "subtitle"], ["logo"], ["logo", "drawn"],
             ["logo", "credits"]],
            id="all at once",
        ),
    ],
)  # fmt: skip
def test_kinds(clips, told):
    assert kinds(video(*clips)) == told


def test_a_large_mark_in_every_clip_is_no_logo():
    frame = TextBox(0.0, 0.0, 0.9, 0.2, 0.8)
    assert kinds(video(*[[frame]] * 5)) == [["drawn"]] * 5


def test_the_parameters_are_the_rule():
    items = video(*[[LOGO]] * 3)
    assert kinds(items, Overlay(logo_clips=3)) == [["logo"]] * 3
    assert kinds(video([subtitle(0)], [subtitle(1)]), Overlay(subtitle_clips=3)) == [["drawn"]] * 2


def test_probability_is_the_surest_sample_s_and_drawn_only_of_drawn_text():
    items = video([LOGO], [LOGO], [LOGO], [LOGO, SIGN])
    weak = replace(items[0][0].samples[0], probability=0.6)
    items[0][0].samples.append(weak)
    rows = list(Overlay().load()(items))
    assert [row.probability for row in rows] == [0.8] * 4
    assert [row.drawn for row in rows] == [0.0, 0.0, 0.0, 0.8]


def test_a_finder_without_boxes_leaves_its_probability_as_drawn():
    [(text, clip)] = video([])
    text.samples[0] = FrameText(0, 0.7, [])
    [row] = Overlay().load()([(text, clip)])
    assert (row.probability, row.drawn, row.kinds) == (0.7, 0.7, [])


sides = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
any_box = st.builds(
    lambda across, down, score: TextBox(across[0], down[0], across[1], down[1], score),
    sides, sides, st.floats(0, 1),
)  # fmt: skip
any_video = st.lists(st.lists(any_box, max_size=6), min_size=1, max_size=8)


@given(any_video)
def test_every_clip_gets_a_row_and_a_kind_where_it_has_boxes(clips):
    items = video(*clips)
    rows = list(Overlay().load()(items))
    assert [row.id for row in rows] == [text.id for text, _ in items]
    assert [bool(row.kinds) for row in rows] == [bool(boxes) for boxes in clips]
    assert all(row.drawn <= row.probability for row in rows)


@given(any_video, st.randoms())
def test_the_order_of_boxes_in_a_picture_is_of_no_account(clips, random):
    mixed = [random.sample(boxes, len(boxes)) for boxes in clips]
    with_logo = [[*boxes, LOGO] for boxes in clips]
    assert kinds(video(*clips)) == kinds(video(*mixed)) or any(map(_close, clips))
    assert all("drawn" not in k or boxes for k, boxes in zip(
        kinds(video(*with_logo * 4)), clips * 4, strict=True
    ))  # fmt: skip


def _close(boxes: list[TextBox]) -> bool:
    """Whether boxes overlap by about the rule's limit: then it may matter which is met first."""
    return any(overlap(a, b) > 0 for n, a in enumerate(boxes) for b in boxes[:n])


@given(any_box, any_box)
def test_overlap_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= overlap(one, other) <= 1
    assert overlap(one, other) == pytest.approx(overlap(other, one))


def test_the_studio_s_lettered_film_is_told_as_it_was_drawn():
    pytest.importorskip("rapidocr")
    from sakuga.build.text.rapidocr import RapidOcr

    whole = lettered(1, 854, 480, frames=2, logo=True)
    shots = tuple(whole.shots[n] for n in (2, 3, 5, 6, 13))  # two with subtitles, a sign, credits
    told = list(frames(replace(whole, shots=shots)))
    picked = [next(pair for pair in told if pair[1].shot == n) for n in range(len(shots))]
    clips = [(Samples(f"{n}", "v", [0], [to_jpeg(image)]),) for n, (image, _) in enumerate(picked)]
    found = FindText(RapidOcr(device="cpu")).load()(clips)
    items = [(row, clip) for row, (_, clip) in zip(found, video(*[[]] * len(shots)), strict=True)]
    right = [{text.kind for text in truth.letters} for _, truth in picked]
    assert [set(of_clip) for of_clip in kinds(items)] == right
    assert set[str]().union(*right) == {"logo", "subtitle", "credits", "drawn"}
