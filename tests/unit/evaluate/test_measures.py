"""`evaluate generation` and `gap` on small clips: what they measure, mark, count and refuse."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.evaluate import figure9, figure10, gap, generation, table3, table4
from sakuga.evaluate.clips import Clips
from sakuga.evaluate.extractors import Seen
from sakuga.evaluate.extractors.random import Random
from sakuga.evaluate.features import Side, measure, short
from sakuga.evaluate.sources import open_source
from sakuga.evaluate.tsne import principal, tsne
from tests.builds import once
from tests.unit.evaluate.sides import blobs, noise

pytest.importorskip("sklearn")

CLIPS = Clips(frames=8, height=48, width=64)
NETS: dict[str, Any] = {
    "fid": Random(width=24, side=32),
    "fvd": Random(width=4, side=32, motion=True),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A net that names what it sees, reads captions, and may say what is no number."""

    broken: bool = False
    reads = True
    called = "mean colours"
    sees = "frames"

    @property
    def needs(self) -> Any:
        from sakuga.core.needs import NOTHING

        return NOTHING

    def check(self, frames: int) -> None: ...

    def load(self) -> Any:
        return _Worker(self.broken)


class _Worker:
    def __init__(self, broken: bool) -> None:
        self._broken = broken

    def __call__(self, clips: Any) -> list[Seen]:
        found = [clip.mean((1, 2)).astype(np.float32) + 1 for clip in clips]
        if self._broken:
            found[0][0, 0] = np.nan
        return [Seen(each, each / 10) for each in found]

    def read(self, captions: Any) -> Any:
        return np.array([[1 + ("red" in c), 1, 1] for c in captions], np.float32)


@pytest.fixture(scope="session")
def sides(shared: Path) -> Path:
    """Folders: real, alike and other blobs, noise."""

    def make(folder: Path) -> None:
        blobs(folder / "real")
        blobs(folder / "alike", seed=100)
        noise(folder / "noise")
        for n in range(10):
            (folder / "real" / f"{n}.txt").write_text(f"blobs, red {n}", encoding="utf-8")

    return once(shared / "sides", make)


def sources(sides: Path, *names: str) -> list[Any]:
    return [open_source(str(sides / name)) for name in names]


@pytest.fixture(scope="module")
def generated(sides: Path) -> tuple[generation.Generation, list[Side]]:
    nets = {**NETS, "clipsim": Named()}
    return generation.evaluate(sources(sides, "real", "alike", "noise"), CLIPS, nets)


def test_what_is_alike_is_nearer_by_every_distance(generated: Any) -> None:
    made, _ = generated
    alike, far = made.models
    for section in ("fid", "fvd"):
        near, away = alike.distances[section], far.distances[section]
        assert near.frechet.value < away.frechet.value / 3, section
        assert near.frechet.high < away.frechet.low, section
        assert near.kid.value < away.kid.value / 3, section
        assert near.extrapolated.value < away.extrapolated.value / 3, section


def test_samples_are_counted_and_too_few_are_marked(generated: Any) -> None:
    made, _ = generated
    fid, fvd = (made.models[0].distances[section] for section in ("fid", "fvd"))
    assert (made.clips, fid.samples, fid.width, fid.full_rank) == (10, 80, 24, True)
    assert (fvd.samples, fvd.width, fvd.full_rank) == (10, 4, True)
    few = dataclasses.replace(fvd, samples=4)
    model = dataclasses.replace(made.models[0], distances={"fid": fid, "fvd": few})
    marked = dataclasses.replace(made, models=[model])
    assert table3.lines(marked)[1][6].endswith("*")
    assert any("no full rank" in note for note in table3.notes(marked))
    assert not any("no full rank" in note for note in table3.notes(made))


def test_captions_are_those_of_the_real_clip_of_the_name(generated: Any) -> None:
    made, _ = generated
    assert (made.real.captioned, made.models[0].captioned) == (10, 10)
    assert made.paired == 10
    assert made.real.clipsim is not None and 0.9 < made.real.clipsim.value <= 1


def test_inception_scores_are_given_where_the_net_names_what_it_sees(sides: Path) -> None:
    made, _ = generation.evaluate(sources(sides, "real", "noise"), CLIPS, {"fid": Named()})
    [model] = made.models
    assert model.per_clip is not None and model.pooled is not None
    assert made.real.per_clip is not None and made.real.pooled is not None
    assert 1 <= made.real.per_clip.value < made.real.pooled.whole.value < 3
    assert model.per_clip.value < 1.01


def test_a_net_that_reads_no_captions_is_refused_before_footage_is_read(sides: Path) -> None:
    with pytest.raises(RequestError, match=r"\[clipsim\] .*clipsim.use=clip"):
        generation.evaluate(sources(sides, "real", "noise"), CLIPS, {"clipsim": Random()})


@pytest.mark.parametrize("measured", [generation.evaluate, gap.evaluate])
def test_one_side_is_refused(measured: Any, sides: Path) -> None:
    with pytest.raises(RequestError, match="name "):
        measured(sources(sides, "real"), CLIPS, NETS)


def test_nothing_to_measure_is_refused(sides: Path) -> None:
    with pytest.raises(RequestError, match="every net is none"):
        generation.evaluate(sources(sides, "real", "noise"), CLIPS, {})


def test_features_that_are_no_number_are_refused_by_name(sides: Path) -> None:
    with pytest.raises(RequestError, match=r"\[fid\] mean colours gives NaN or infinity for \d"):
        measure(sources(sides, "real", "noise"), CLIPS, {"fid": Named(broken=True)})


def test_clips_that_are_lost_in_reading_leave_equal_numbers(sides: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(sides / "real", tmp_path / "torn")
    for n in (0, 4):
        (tmp_path / "torn" / f"{n}.mp4").write_bytes(b"torn")
    both = [open_source(str(sides / "alike")), open_source(str(tmp_path / "torn"))]
    found = measure(both, CLIPS, {"fid": NETS["fid"]}).sides
    assert [len(side.refs) for side in found] == [8, 8]
    assert found[1].left_out["unrecognised"] == 2
    (tmp_path / "torn" / "1.mp4").write_bytes(b"torn")
    with pytest.raises(RequestError, match=r"torn: 7 clips can be measured.* 3 unrecognised"):
        measure(both, CLIPS, {"fid": NETS["fid"]})


def test_repeated_frames_reach_only_nets_that_see_motion(sides: Path) -> None:
    twice = Clips(frames=8, height=48, width=64, expand="repeat")
    found = measure(sources(sides, "real", "alike"), twice, {"fid": NETS["fid"], "fvd": Long()})
    assert found.sides[0].seen["fid"][0].vectors.shape[0] == 8
    assert found.sides[0].seen["fvd"][0].vectors[0, 0] == 16
    assert "every frame twice" in twice.protocol


def test_without_timing_clips_that_are_to_be_held_are_counted_and_refused(sides: Path) -> None:
    held = Clips(frames=8, height=48, width=64, expand="timing")
    with pytest.raises(RequestError, match=r"0 clips can be measured.*10 bad_item"):
        measure(sources(sides, "real", "alike"), held, {"fvd": Long()})


@dataclasses.dataclass(frozen=True, slots=True)
class Long(Named):
    """It says how many frames it saw, and wants nine."""

    sees = "clips"

    def check(self, frames: int) -> None:
        if frames < 9:
            raise RequestError(f"{frames} frames")

    def load(self) -> Any:
        return lambda clips: [Seen(np.full((1, 2), len(clip), np.float32)) for clip in clips]


def test_the_same_request_gives_the_same_numbers(generated: Any, sides: Path) -> None:
    made, _ = generated
    again, _ = generation.evaluate(
        sources(sides, "real", "alike"), CLIPS, {**NETS, "clipsim": Named()}
    )
    assert dataclasses.asdict(again.models[0]) == dataclasses.asdict(made.models[0])


def test_table_3_stands_beside_the_papers(generated: Any) -> None:
    made, _ = generated
    rows = table3.lines(made)
    assert [row[0] for row in rows] == [
        "", "alike", "noise", "real (real)", "paper†: SVD, LVD", "paper†: SVD, +Sakuga-42M",
    ]  # fmt: skip
    assert len({len(row) for row in rows}) == 1
    assert rows[-1][3] == "14.67" and rows[-1][6] == "92.3"
    told = " ".join(table3.notes(made))
    assert "untrained" in told and "no yardstick" in told and "10 clips a side" in told


class _Tags(HTMLParser):
    """The tags of a page, and what it would fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not any(name in ("src", "href") for name, _ in attrs), (tag, attrs)


def test_figure_9_plays_clips_of_one_name_side_by_side(generated: Any) -> None:
    made, sides_ = generated
    page = figure9.html(made, sides_)
    rows = page.split('<div class="row"')[1:]
    assert len(rows) == figure9.ROWS
    assert all(row.count('data-frames="8"') == 3 and row.count('data-frames="1"') == 1
               for row in rows)  # fmt: skip
    assert "script" in _Tags(page).tags
    names = [[shown.name for shown in row] for row in figure9.rows_of(sides_)]
    assert all(len(set(row)) == 1 for row in names)


def test_clips_of_other_names_stand_beside_each_other_and_the_page_says_so(
    generated: Any,
) -> None:
    made, sides_ = generated
    other = [dataclasses.replace(s) for s in sides_]
    other[1].refs = [dataclasses.replace(ref, name=f"x{ref.name}") for ref in other[1].refs]
    other[1].kept = {f"x{name}": pixels for name, pixels in sides_[1].kept.items()}
    page = figure9.html(made, other)
    assert "nothing in common" in page and "first frame</figcaption>" not in page
    assert page.count('<div class="row"') == figure9.ROWS


def test_names_from_files_are_escaped(generated: Any) -> None:
    made, sides_ = generated
    evil = "<script>alert(1)</script>"
    bad = dataclasses.replace(made, real=dataclasses.replace(made.real, name=evil))
    other = [dataclasses.replace(sides_[0], name=evil), *sides_[1:]]
    assert evil not in figure9.html(bad, other)


@pytest.fixture(scope="module")
def gaps(sides: Path) -> tuple[gap.Gap, list[Side]]:
    nets = {**NETS, "space": NETS["fid"]}
    return gap.evaluate(sources(sides, "real", "alike", "noise"), CLIPS, nets)


def test_like_sets_are_nearer_by_every_measure_of_the_gap(gaps: Any) -> None:
    made, _ = gaps
    near, *far = made.pairs
    assert (near.a, near.b, len(far)) == ("real", "alike", 2)
    for each in far:
        for section in ("fid", "fvd"):
            one, other = near.distances[section], each.distances[section]
            assert one.frechet.high < other.frechet.low and one.kid.value < other.kid.value
        assert near.mixing.rate.value > 2 * each.mixing.rate.value
        assert near.probe.auc.value < each.probe.auc.value == 1


def test_table_4_stands_beside_the_papers(gaps: Any) -> None:
    made, _ = gaps
    rows = table4.lines(made)
    assert [row[0] for row in rows[1:4]] == ["real, alike", "real, noise", "alike, noise"]
    assert len({len(row) for row in rows}) == 1
    assert [rows[-1][1], rows[-1][4]] == ["81.6", "497.7"]
    assert any("Mixing" in note for note in table4.notes(made))


def test_figure_10_has_a_point_and_a_picture_for_every_clip(gaps: Any) -> None:
    made, sides_ = gaps
    page = figure10.html(made, sides_)
    _Tags(page)
    assert len(made.points) == 30 and page.count("data-n=") >= 30
    pictures = re.search(r'id="pictures">(\[.*?\])</script>', page)
    assert pictures is not None
    found = json.loads(pictures[1])
    assert len(found) == 30 and all(found)
    assert "| real, alike |" in figure10.markdown(made)


def test_a_gap_without_a_space_has_distances_alone(sides: Path) -> None:
    made, sides_ = gap.evaluate(sources(sides, "real", "noise"), CLIPS, {"fid": NETS["fid"]})
    assert made.points == [] and made.pairs[0].mixing is None
    assert "No space" in figure10.html(made, sides_)


def test_tsne_is_the_same_again_and_parts_what_lies_apart() -> None:
    random = np.random.default_rng(0)
    two = np.concatenate([random.standard_normal((20, 70)), random.standard_normal((20, 70)) + 9])
    reduced = principal(two)
    assert reduced.shape == (40, 40)
    found = tsne(reduced)
    assert np.array_equal(found, tsne(reduced))
    inside = np.ptp(found[:20], axis=0).max()
    assert np.linalg.norm(found[:20].mean(0) - found[20:].mean(0)) > inside


@pytest.mark.parametrize("count", [2, 3, 8])
def test_tsne_of_few_or_equal_clips_is_drawn(count: int) -> None:
    random = np.random.default_rng(0)
    assert np.isfinite(tsne(principal(random.standard_normal((count, 5))))).all()
    assert tsne(principal(np.ones((count, 5)))).shape == (count, 2)


def test_names_are_as_short_as_tells_them_apart() -> None:
    assert short(["/a/b/real", "/a/c/fake/"]) == ["real", "fake"]
    assert short(["/a/b/x", "/a/c/x"]) == ["b/x", "c/x"]
    assert short(["x", "x/"]) == ["x", "x/"]
