"""Mode `frames`: cut for cut what PySceneDetect finds in the same file."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scenedetect import AdaptiveDetector, ContentDetector, SceneManager
from scenedetect.backends.pyav import VideoStreamAv
from scenedetect.detector import SceneDetector

from sakuga.build.scan import Scan
from sakuga.build.split import Split
from sakuga.core.errors import RequestError
from sakuga.core.records import Signals, Video
from sakuga.core.video import VideoReader
from sakuga.studio import Encoding, draw, film
from tests.builds import once
from tests.unit.build.split.makers import Run, shot, signals
from tests.unit.build.split.makers import video as described

FOOTAGE = Path(os.environ.get("SAKUGA_SHARED", Path(__file__).parents[5] / "shared")) / "footage"
FILMS = {
    "mp4": Encoding(crf=28),
    "vfr": Encoding("vp9", 40, "webm", vfr=True),
    "ntsc": Encoding("hevc", 30, "mkv", rate=Fraction(24000, 1001), grain=3.0),
    "turned": Encoding(crf=30, rotation=90, pulldown=True),
}
DETECTORS: dict[str, tuple[Split, Callable[[], SceneDetector]]] = {
    "the release's": (
        Split("frames"),
        lambda: AdaptiveDetector(adaptive_threshold=3.0, min_scene_len=18, min_content_val=30.0),
    ),
    "adaptive's defaults": (
        Split("frames", min_length=15, min_content_val=15.0),
        lambda: AdaptiveDetector(),
    ),
    "adaptive, eager": (
        Split("frames", min_length=4, adaptive_threshold=1.2, min_content_val=1.0, window_width=3),
        lambda: AdaptiveDetector(1.2, 4, 3, 1.0),
    ),
    "content's defaults": (
        Split("frames", min_length=15, detector="content"),
        lambda: ContentDetector(),
    ),
    "content, eager": (
        Split("frames", min_length=20, detector="content", threshold=2.0),
        lambda: ContentDetector(2.0, 20),
    ),
    "content, every frame": (
        Split("frames", min_length=0, detector="content", threshold=1.0),
        lambda: ContentDetector(1.0, 0),
    ),
}


@pytest.fixture(scope="session")
def films(shared: Path) -> Path:
    def make(folder: Path) -> None:
        for seed, (name, encoding) in enumerate(FILMS.items()):
            drawn = film(60 + seed, 5, 320, 180, shot_frames=(16, 40))
            draw(drawn, folder / f"{name}.{encoding.container}", encoding)

    return once(shared / "scenedetect", make)


def measured(path: Path) -> tuple[Signals, Video]:
    """What `scan` gives with `release`, and the video it is of."""
    with VideoReader(str(path)) as reader:
        found = reader.describe()
    known = {name: getattr(found, name) for name in Video.__slots__ if hasattr(found, name)}
    known |= {"id": "v", "url": str(path)}
    video = Video(**{name: known.get(name) for name in Video.__slots__})  # type: ignore[arg-type]
    (made,) = Scan(release=True).load()([(video,)])
    return made, video


def ours(split: Split, made: Signals, video: Video) -> list[int]:
    return [int(made.pts[clip.start]) for clip in split.load()([(made, video)])][1:]


def theirs(detector: SceneDetector, path: Path) -> list[int]:
    manager = SceneManager()
    manager.add_detector(detector)
    stream = VideoStreamAv(str(path), suppress_output=True)
    manager.detect_scenes(stream)
    start = stream._video_stream.start_time or 0
    return [cut.pts + start for cut in manager.get_cut_list(show_warning=False)]


@pytest.mark.parametrize("name", FILMS)
def test_cuts_equal_pyscenedetects_on_drawn_films(films: Path, name: str) -> None:
    (path,) = films.glob(f"{name}.[mw]*")
    made, video = measured(path)
    found = {title: ours(split, made, video) for title, (split, _) in DETECTORS.items()}
    expected = {title: theirs(detector(), path) for title, (_, detector) in DETECTORS.items()}
    assert found == expected
    assert any(expected.values())


@pytest.mark.parametrize(
    "name",
    [
        "lottie_reel_A_grain.mp4",
        pytest.param("popeye_sinbad_T00-1_h264_640.mp4", marks=pytest.mark.slow),
        pytest.param("popeye_sinbad_T00-1_dvd2997.mkv", marks=pytest.mark.slow),
    ],
)
def test_cuts_equal_pyscenedetects_on_footage(name: str) -> None:
    if not (FOOTAGE / name).exists():
        pytest.skip(f"no footage: {name}")
    made, video = measured(FOOTAGE / name)
    for split, detector in DETECTORS.values():
        assert ours(split, made, video) == theirs(detector(), FOOTAGE / name)


def test_without_release_it_says_what_to_set() -> None:
    with pytest.raises(RequestError, match="release = true"):
        list(Split("frames").load()([(signals(shot(1, 20)), described())]))


def test_frames_of_another_size_are_left_out_as_pyscenedetect_does() -> None:
    run = shot(1, 60)
    sums = np.full((60, 3), 1000, np.int32)
    sums[30], sums[29] = 256 * 144 * 90, -1
    seen = signals(Run(run.grid, run.detail, run.kinship), hsv_change=sums.ravel())
    found = list(Split("frames").load()([(seen, described())]))
    assert [clip.start for clip in found] == [0, 30]
