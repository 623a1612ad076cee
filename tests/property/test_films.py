"""Whatever a film shows, its clips partition it and its drawings fill its clips."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sakuga.build.collect.probe import probe
from sakuga.build.keyframe import Keyframe
from sakuga.build.motion import MotionStage
from sakuga.build.sample import Sample
from sakuga.build.scan import Scan
from sakuga.build.split import Split
from sakuga.core.records import Clip, Keyframes, Signals, Source, Video
from tests.films import Image, write

QUICK = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def shots(draw: st.DrawFn) -> list[Image]:
    """Frames of a few shots, each of a few pictures held for some frames; some frames grainy."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames: list[Image] = []
    for _ in range(draw(st.integers(1, 3))):
        scene = random.integers(0, 256, (72, 96, 3), dtype=np.uint8)
        scene[:] = scene[0, 0] if draw(st.booleans()) else scene
        for _ in range(draw(st.integers(1, 5))):
            left, top = (int(v) for v in random.integers(0, 48, 2))
            picture = scene.copy()
            picture[top : top + 20, left : left + 20] = random.integers(0, 256, 3)
            frames += [picture] * draw(st.integers(1, 12))
    if draw(st.booleans()):
        frames = [
            np.clip(f + random.normal(0, 3, f.shape), 0, 255).astype(np.uint8) for f in frames
        ]
    return frames


def scanned(path: Path) -> tuple[Video, Signals]:
    source = Source("s", 0, "v", str(path), "", "matroska", "g", 1, 1, None, [], None, None)
    video = probe(source)
    [signals] = Scan().load()([(video,)])
    return video, signals


@QUICK
@given(frames=shots(), min_length=st.integers(0, 30))
def test_clips_partition_a_film_and_drawings_fill_its_clips(
    frames: list[Image], min_length: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder, "a.mkv"), frames, "ffv1", "yuv444p")
        video, signals = scanned(path)
        clips = list(Split(min_length=min_length).load()([(signals, video)]))
        keyframes = list(Keyframe().load()([(clip, signals, video) for clip in clips]))
        samples = list(Sample(every=3).load()([(k, video, signals) for k in keyframes]))
    assert signals.frames == len(frames)
    partition(clips, signals)
    for clip, keys, images in zip(clips, keyframes, samples, strict=True):
        fill(clip, keys)
        assert images.frames == keys.frames[::3].tolist()
        assert len(images.images) == len(images.frames)


def partition(clips: list[Clip], signals: Signals) -> None:
    assert [clip.index for clip in clips] == list(range(len(clips)))
    assert [clip.start for clip in clips] + [signals.frames] == [0] + [clip.end for clip in clips]
    for clip in clips:
        assert clip.start <= clip.body_start <= clip.body_end <= clip.end
        assert clip.start < clip.end
        assert clip.start_pts < clip.end_pts or clip.end_pts < 0
        assert 0 <= clip.opens_confidence <= 1 >= clip.closes_confidence >= 0
    assert len({clip.id for clip in clips}) == len(clips)


def fill(clip: Clip, keys: Keyframes) -> None:
    assert keys.frames[0] == clip.start
    assert (np.diff(keys.frames) > 0).all()
    assert (keys.holds > 0).all()
    assert keys.holds.sum() == clip.end - clip.start == len(keys.confidence)
    assert (keys.frames + keys.holds == [*keys.frames[1:], clip.end]).all()
    assert keys.drawings[0] == 1
    assert (keys.drawings <= np.maximum.accumulate(keys.drawings)).all()
    assert set(keys.drawings) == set(range(1, keys.drawings.max() + 1))
    assert ((keys.confidence >= 0.5) & (keys.confidence <= 1)).all()


@QUICK
@given(frames=shots())
def test_motion_is_finite_and_in_its_range(frames: list[Image]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder, "a.mkv"), frames, "ffv1", "yuv444p")
        video, signals = scanned(path)
    clips = list(Split().load()([(signals, video)]))
    keyframes = list(Keyframe().load()([(clip, signals, video) for clip in clips]))
    items = [(keys, clip, signals, video) for keys, clip in zip(keyframes, clips, strict=True)]
    for motion, clip, keys in zip(MotionStage().load()(items), clips, keyframes, strict=True):
        assert motion.id == clip.id
        assert 0 < motion.dynamic_score <= 1
        assert motion.dynamic_score == len(keys.frames) / (clip.end - clip.start)
        for value in (motion.camera_x, motion.camera_y, motion.camera_zoom, motion.camera_shake):
            assert np.isfinite(value)
