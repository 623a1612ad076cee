"""All that users' folders hold, in one: each file ends as it should, the good one whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.core.images import from_jpeg
from sakuga.core.records import Clip, Keyframes, Motion, Row, Samples, Signals, Source, Video
from tests.builds import ROOT, built, once, run
from tests.integration.zoo import FOREIGN, LONG, ZOO, make

FAILED = {  # name -> the reason that is recorded
    "empty.mp4": "unrecognised",
    "noise.mp4": "unrecognised",
    "text.mkv": "unrecognised",
    "playlist.mkv": "unrecognised",
    "no_index.mp4": "unrecognised",
    "header_only.mkv": "unreadable",
    "sound_only.mp4": "no_video",
    "sound_only.mkv": "no_video",
    "only_cover.mp4": "no_video",
    "no_frame_decodes.mkv": "no_frames",
    "claims_12000.mkv": "too_large",
    "claims_16384.mkv": "no_frames",  # FFmpeg itself refuses so large a frame
    "self.mp4": "unreadable",
    "dangling.mp4": "unreadable",
}
FRAMES = {  # name -> how many, fewest and most
    "cut_short.mp4": (15, 30),
    "cut_short.mkv": (15, 30),
    "one_frame.mp4": (1, 1),
    "two_frames.mkv": (2, 2),
    "one_shot.mp4": (50, 50),
    "with_sound.mp4": (24, 24),
    "black.mp4": (30, 30),
    "8k.mp4": (1, 1),
    "tiny.mkv": (20, 20),
    "uneven.mkv": (20, 47),
    "backward.mkv": (30, 30),
    "missing_times.mkv": (30, 30),
    "two_streams.mkv": (8, 8),
    "cover.mp4": (9, 9),
    "rotated.mp4": (21, 21),
    "10_bit.mkv": (22, 22),
    "444.mp4": (23, 23),
    "422.mkv": (25, 25),
    "rgb.mkv": (26, 26),
    "grey.mkv": (27, 27),
    "odd.webm": (28, 28),
    "changes_size.mkv": (40, 40),
    "garbled.mp4": (30, 40),
    FOREIGN: (29, 29),
    LONG: (31, 31),
    "a'b\"<c>&;$(x).mp4": (32, 32),
    "twin_1.mp4": (33, 33),
}
VIDEOS: dict[str, dict[str, Any]] = {  # what else is known of them
    "8k.mp4": {"width": 7680, "height": 4320},
    "two_streams.mkv": {"video_streams": 2, "stream": 1, "width": 64},
    "cover.mp4": {"video_streams": 1, "width": 64},
    "rotated.mp4": {"rotation": 90, "width": 96, "height": 128},
    "10_bit.mkv": {"bit_depth": 10, "codec": "hevc"},
    "444.mp4": {"pixel_format": "yuv444p"},
    "422.mkv": {"pixel_format": "yuv422p"},
    "grey.mkv": {"pixel_format": "gray"},
    "odd.webm": {"width": 127, "height": 95, "container": "webm"},
    "changes_size.mkv": {"width": 128, "height": 96},
}
NOT_LISTED = {"pipe.mp4", "folder.mp4"}
SKIPPED = {"notes.txt": "text"}


@dataclass
class Zoo:
    """All that was built from it, by the file's name."""

    out: Path
    sources: dict[str, Source]
    videos: dict[str, Video]
    failures: dict[str, Any]
    signals: dict[str, Signals]
    by_clip: dict[type, dict[str, Any]]

    def clips(self, name: str) -> list[Clip]:
        clips = self.by_clip[Clip].values()
        return [clip for clip in clips if clip.video == self.videos[name].id]


@pytest.fixture(scope="module")
def zoo(shared: Path, good: Path) -> Zoo:
    def build(folder: Path) -> None:
        (folder / "in").mkdir()
        make(folder / "in")
        shutil.copy(good, folder / "in" / "good.mp4")
        run(folder / "out", folder / "in", workers=2)

    out = once(shared / "zoo", build) / "out"
    all_of = built(out)
    sources = {Path(s.url).name: s for s in all_of.rows(Source)}
    of = {s.id: name for name, s in sources.items()}
    videos = {of[v.source]: v for v in all_of.rows(Video)}
    by_clip = {r: {row.id: row for row in all_of.rows(r)} for r in (Clip, *OF_CLIP)}
    signals = {s.id: s for s in all_of.rows(Signals)}
    return Zoo(out, sources, videos, all_of.failures(), signals, by_clip)


OF_CLIP = (Keyframes, Samples, Motion, Row)


def test_every_file_is_accounted_for(zoo: Zoo) -> None:
    expected = {*FAILED, *FRAMES, *SKIPPED, "good.mp4", "twin_2.mp4"}
    assert set(zoo.sources) == expected == {*ZOO, "good.mp4"} - NOT_LISTED
    assert set(zoo.videos) == {*FRAMES, "good.mp4"}
    assert {f.id for f in zoo.failures.values()} == {zoo.sources[name].id for name in FAILED}


@pytest.mark.parametrize("name", FAILED)
def test_what_can_t_be_used_is_recorded_with_its_reason(zoo: Zoo, name: str) -> None:
    failure = zoo.failures[zoo.sources[name].id]
    assert (failure.stage, failure.reason) == ("collect", FAILED[name])
    assert failure.message


@pytest.mark.parametrize("name", FRAMES)
def test_what_can_be_used_is_used_to_its_last_frame(zoo: Zoo, name: str) -> None:
    video = zoo.videos[name]
    signals = zoo.signals[video.id]
    fewest, most = FRAMES[name]
    assert fewest <= signals.frames == len(signals.pts) <= most
    described = {key: getattr(video, key) for key in VIDEOS.get(name, {})}
    assert described == VIDEOS.get(name, {})
    clips = zoo.clips(name)
    assert [c.start for c in clips] + [signals.frames] == [0] + [c.end for c in clips]
    for clip in clips:
        keyframes, samples, _, row = (zoo.by_clip[record][clip.id] for record in OF_CLIP)
        assert keyframes.holds.sum() == clip.end - clip.start == row.frames
        assert samples.frames[0] == keyframes.frames[0] == clip.start
        assert row.url == name
        scale = min(1.0, 1024 / max(video.width, video.height))
        size = round(video.height * scale), round(video.width * scale)
        assert from_jpeg(samples.images[0]).shape[:2] == size


@pytest.mark.parametrize("name", ["one_shot.mp4", "black.mp4", "one_frame.mp4", "two_frames.mkv"])
def test_without_a_cut_there_is_one_shot(zoo: Zoo, name: str) -> None:
    [clip] = zoo.clips(name)
    assert clip.short == (zoo.signals[clip.video].frames < 18)
    if name == "black.mp4":
        assert len(zoo.by_clip[Keyframes][clip.id].frames) == 1


def test_times_are_what_the_file_says_and_never_computed(zoo: Zoo) -> None:
    row = zoo.by_clip[Row][zoo.clips("missing_times.mkv")[0].id]
    assert row.start_seconds is None
    pts = zoo.signals[zoo.videos["missing_times.mkv"].id].pts
    assert list(pts[:5]) == [-1, -1, -1, 20, 60]
    backward = zoo.signals[zoo.videos["backward.mkv"].id].pts
    assert list(backward[:6]) == [0, 40, 80, 60, 60, 200]
    uneven = zoo.signals[zoo.videos["uneven.mkv"].id].pts
    assert len(set(np.diff(uneven))) > 2


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_an_8k_frame_stays_within_a_worker_s_memory(zoo: Zoo, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PEAK, str(tmp_path), str(zoo.out.parent / "in" / "8k.mp4")]
    peak = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert int(peak) < 600e6


PEAK = """
import re, sys
from pathlib import Path
from tests.builds import run
run(sys.argv[1], sys.argv[2], workers=0)
kibibytes = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(int(kibibytes) * 1024)
"""


def test_damage_is_counted(zoo: Zoo) -> None:
    damaged = {n for n in FRAMES if zoo.signals[zoo.videos[n].id].damaged}
    assert damaged == {"cut_short.mp4", "garbled.mp4"}


def test_a_name_that_is_no_text_is_no_hindrance(tmp_path: Path, good: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\xfe.mp4")
    try:
        shutil.copy(good, path)
    except OSError:
        pytest.skip("this file system takes no such name")
    run(tmp_path / "out", path, workers=0)
    assert {row.url for row in built(tmp_path / "out").rows(Row)} == {"%FF%FE.mp4"}


def test_what_is_no_footage_is_skipped_and_said(zoo: Zoo) -> None:
    assert {n: s.skipped for n, s in zoo.sources.items() if s.skipped} == SKIPPED


def test_one_film_under_two_names_is_one_video_and_two_sources(zoo: Zoo) -> None:
    one, two = zoo.sources["twin_1.mp4"], zoo.sources["twin_2.mp4"]
    assert (one.video, one.duplicate_of) == (two.video, None)
    assert two.duplicate_of == one.id
    assert "twin_2.mp4" not in zoo.videos


def test_the_good_film_is_whole(zoo: Zoo, good: Path, tmp_path: Path) -> None:
    shutil.copy(good, tmp_path / "good.mp4")
    run(tmp_path / "out", tmp_path / "good.mp4", workers=0)
    alone = {row.id: row for row in built(tmp_path / "out").rows(Row)}
    mine = zoo.videos["good.mp4"].id
    among = {key: row for key, row in zoo.by_clip[Row].items() if row.video == mine}
    assert len(alone) >= 2
    assert str(among) == str(alone)


def test_a_second_run_has_nothing_to_do(zoo: Zoo) -> None:
    before = built(zoo.out).files()
    assert run(zoo.out, zoo.out.parent / "in").made == 0
    assert built(zoo.out).files() == before
