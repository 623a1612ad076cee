"""`studio.draw`: files, and truth in their own frame numbers."""

import hashlib
import json
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from sakuga.studio import ENCODINGS, Boundary, Encoding, Film, Role, draw, film, frames, reel, suite

from .films import AIKO, SHORT, SIZE, one, still

LOSSLESS = Encoding("ffv1", container="mkv", pixel_format="bgr0")


def _decoded(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            yield frame.pts * stream.time_base, frame.to_ndarray(format="bgr24")


def _dancing(seed: int = 1, **changes: object):
    return still(seed, roles=(Role(AIKO, "dance", blink=False),), **changes)


def _joined(boundary: Boundary, frames_each: int = 24) -> Film:
    first, second = _dancing(1, frames=frames_each), _dancing(2, frames=frames_each, place="beach")
    return Film(1, (first, type(second)(**{**_fields(second), "boundary": boundary})), *SIZE)


def _fields(shot):
    return {name: getattr(shot, name) for name in shot.__slots__}


def test_new_is_what_a_lossless_file_shows(tmp_path):
    truth = draw(film(4, 4, *SIZE, shot_frames=SHORT), tmp_path / "film.mkv", LOSSLESS)
    images = [image for _, image in _decoded(tmp_path / "film.mkv")]
    differs = [True, *(bool((a != b).any()) for a, b in pairwise(images))]
    assert [line["new"] for line in truth.per_frame] == differs


@pytest.mark.parametrize("name", ENCODINGS)
def test_each_encoding_opens_with_all_its_frames(tmp_path, name):
    encoding = ENCODINGS[name]
    truth = draw(film(6, 2, *SIZE, shot_frames=(14, 20)), tmp_path / "film.x", encoding)
    path = tmp_path / f"film.{encoding.container}"
    rate = Fraction(truth.frame_rate)
    times = [time for time, _ in _decoded(path)]
    assert len(times) == truth.frames == len(truth.per_frame)
    for time, line in zip(times, truth.per_frame, strict=True):
        assert abs(time - line["pts"] / rate) <= Fraction(1, 1000)


def test_the_page_beside_the_file_is_the_truth(tmp_path):
    truth = draw(film(6, 2, *SIZE, shot_frames=(14, 20)), tmp_path / "film.mp4")
    page = json.loads((tmp_path / "film.json").read_text())
    assert page["sha256"] == hashlib.sha256((tmp_path / "film.mp4").read_bytes()).hexdigest()
    assert page["cuts"] == truth.cuts
    assert page["frames"] == len(page["per_frame"])
    assert {"file", "seed", "frame_rate", "width", "height", "encoding", "pulldown"} <= set(page)


def test_a_cut_is_the_first_frame_of_the_new_shot(tmp_path):
    truth = draw(_joined(Boundary()), tmp_path / "film.mkv", LOSSLESS)
    images = [image for _, image in _decoded(tmp_path / "film.mkv")]
    assert truth.cuts == [24]
    assert truth.transitions == []
    assert truth.per_frame[24]["causes"] == ["cut"]
    assert np.abs(images[24].astype(int) - images[23]).mean() > 20
    assert [(shot["start"], shot["end"]) for shot in truth.shots] == [(0, 24), (24, 48)]


def test_a_dissolve_shares_frames_and_mixes_exactly_its_span(tmp_path):
    truth = draw(_joined(Boundary("dissolve", 8)), tmp_path / "film.mkv", LOSSLESS)
    assert truth.frames == 40
    assert truth.cuts == []
    assert truth.transitions == [{"kind": "dissolve", "start": 16, "end": 24}]
    assert [(shot["start"], shot["end"]) for shot in truth.shots] == [(0, 20), (20, 40)]
    cut = [image for image, _ in frames(_joined(Boundary()))]
    images = [image for _, image in _decoded(tmp_path / "film.mkv")]
    pure = [any((image == other).all() for other in cut) for image in images]
    assert pure == [not 16 <= index < 24 for index in range(40)]


@pytest.mark.parametrize(("kind", "level"), [("fade_black", 0), ("fade_white", 255)])
def test_a_fade_goes_out_holds_and_comes_in(tmp_path, kind, level):
    truth = draw(_joined(Boundary(kind, 6, 4)), tmp_path / "film.mkv", LOSSLESS)
    images = [image for _, image in _decoded(tmp_path / "film.mkv")]
    assert truth.frames == 52
    assert truth.cuts == []
    assert truth.transitions == [{"kind": kind, "start": 18, "end": 34}]
    assert [int(i) for i, im in enumerate(images) if (im == level).all()] == [24, 25, 26, 27]
    away = [abs(float(image.mean()) - level) for image in images]
    assert sorted(away[17:25], reverse=True) == away[17:25]
    assert sorted(away[27:35]) == away[27:35]


def test_a_film_may_fade_in_and_out(tmp_path):
    drawn = Film(1, (_dancing(),), *SIZE, fade_in=6, fade_out=5)
    truth = draw(drawn, tmp_path / "film.mkv", LOSSLESS)
    spans = [(t["kind"], t["start"], t["end"]) for t in truth.transitions]
    assert spans == [("fade_black", 0, 6), ("fade_black", 19, 24)]


def test_pulldown_repeats_one_frame_in_five_and_says_which(tmp_path):
    encoding = Encoding("ffv1", container="mkv", pixel_format="bgr0", pulldown=True)
    drawn = one(_dancing(exposure="ones"))
    truth = draw(drawn, tmp_path / "film.mkv", encoding)
    images = [image for _, image in _decoded(tmp_path / "film.mkv")]
    same = [i for i in range(1, len(images)) if (images[i] == images[i - 1]).all()]
    assert truth.frame_rate == "30000/1001"
    assert truth.frames == 30
    assert truth.pulldown == same == [1, 6, 11, 16, 21, 26]
    assert [line["pts"] for line in truth.per_frame] == list(range(30))
    assert [i for i, line in enumerate(truth.per_frame) if not line["new"]] == same
    assert truth.shots[0]["exposure_measured"] == "ones"


def test_pulldown_moves_cuts_and_spans_with_the_frames(tmp_path):
    encoding = Encoding("ffv1", container="mkv", pixel_format="bgr0", pulldown=True)
    assert draw(_joined(Boundary()), tmp_path / "cut.mkv", encoding).cuts == [30]
    truth = draw(_joined(Boundary("dissolve", 8)), tmp_path / "mixed.mkv", encoding)
    assert truth.transitions == [{"kind": "dissolve", "start": 20, "end": 30}]


def test_variable_rate_drops_only_repeats_and_keeps_time(tmp_path):
    drawn = film(8, 3, *SIZE, shot_frames=(30, 50), transitions=0.0)
    whole = [truth for _, truth in frames(drawn)]
    encoding = Encoding("ffv1", container="mkv", pixel_format="bgr0", vfr=True)
    truth = draw(drawn, tmp_path / "film.mkv", encoding)
    kept = [line["pts"] for line in truth.per_frame]
    assert truth.frames < len(whole)
    assert {t.index for t in whole if t.new} <= set(kept)
    assert max(b - a for a, b in pairwise(kept)) <= 24
    assert [line["picture"] for line in truth.per_frame] == [whole[at].picture for at in kept]
    starts = [t.index for a, t in pairwise(whole) if a.shot != t.shot]
    assert [kept[cut] for cut in truth.cuts] == starts
    for (time, image), at in zip(_decoded(tmp_path / "film.mkv"), kept, strict=True):
        assert abs(time - Fraction(at, 24)) <= Fraction(1, 1000)
        assert _named(image) == whole[at].picture


def _named(image: np.ndarray) -> str:
    return hashlib.blake2b(np.ascontiguousarray(image), digest_size=8).hexdigest()


def test_a_reel_tells_four_stories(tmp_path):
    made = reel(tmp_path, (160, 90))
    pages = [json.loads(path.with_suffix(".json").read_text()) for path in made]
    assert {path.suffix for path in made} == {".mp4", ".webm", ".mkv"}
    assert {page["encoding"]["codec"] for page in pages} == {"h264", "hevc", "vp9"}
    seconds = sum((p["per_frame"][-1]["pts"] + 1) / Fraction(p["frame_rate"]) for p in pages)
    assert 20 < seconds < 40
    kinds = {transition["kind"] for page in pages for transition in page["transitions"]}
    assert kinds == {"dissolve", "fade_black", "fade_white"}
    assert all(
        any(page[name] for page in pages) for name in ("cuts", "covers", "flashes", "pulldown")
    )


def test_grain_is_fresh_on_every_frame_and_not_in_the_truth(tmp_path):
    drawn = one(still(exposure="hold"))
    encoding = Encoding("ffv1", container="mkv", pixel_format="bgr0", grain=4.0)
    truth = draw(drawn, tmp_path / "film.mkv", encoding)
    clean = next(iter(frames(drawn)))[0].astype(int)
    noise = [image.astype(int) - clean for _, image in _decoded(tmp_path / "film.mkv")]
    middle = (clean > 40) & (clean < 215)
    assert [line["new"] for line in truth.per_frame] == [True] + [False] * 23
    assert 3.5 < float(noise[0][middle].std()) < 4.5
    assert abs(float(np.corrcoef(noise[0][middle], noise[1][middle])[0, 1])) < 0.1


def test_odd_sizes_are_drawn_and_written(tmp_path):
    truth = draw(one(_dancing(), (213, 119)), tmp_path / "film.mp4", Encoding())
    assert (truth.width, truth.height) == (213, 119)
    assert truth.encoding["pixel_format"] == "yuv444p"
    assert next(_decoded(tmp_path / "film.mp4"))[1].shape == (119, 213, 3)


def test_the_same_film_makes_the_same_truth(tmp_path):
    a, b = (
        draw(film(2, 2, *SIZE, shot_frames=SHORT), tmp_path / n / "f.mkv", LOSSLESS)
        for n in _made(tmp_path)
    )
    assert a == b


def _made(folder):
    for name in ("a", "b"):
        (folder / name).mkdir()
        yield name


def test_a_sentence_says_what_is_drawn(tmp_path):
    truth = draw(one(_dancing(time="sunset")), tmp_path / "film.mp4")
    assert truth.shots[0]["sentence"] == (
        "A girl with long red hair in a blue dress dances in a meadow at sunset."
    )
    assert truth.shots[0]["actions"] == ["dance"]
    assert truth.shots[0]["exposure"] == truth.shots[0]["exposure_measured"] == "twos"


def test_a_suite_has_a_film_for_each_encoding(tmp_path):
    few = {name: ENCODINGS[name] for name in ("h264_crf23", "vp9_crf32")}
    made = list(suite(tmp_path, shots=1, width=96, height=54, encodings=few))
    assert [path.name for path, _ in made] == ["h264_crf23.mp4", "vp9_crf32.webm"]
    assert all(path.exists() and path.with_suffix(".json").exists() for path, _ in made)
