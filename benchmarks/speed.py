"""How fast the build is, beside decoding alone, PySceneDetect and the release's own pipeline.

CPU seconds are those of the process and its children; every ratio is taken in one run, sides in
turn, and the median of the ratios is what is written.
"""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from scenedetect import AdaptiveDetector, detect
from skimage.metrics import structural_similarity

from benchmarks.films import minute
from benchmarks.table import Line
from sakuga.build.pipeline import stages_of
from sakuga.build.scan.worker import measure, meters, prepare
from sakuga.core.records import Source, Video
from sakuga.core.video import VideoReader

ROOT = Path(__file__).parents[1]
FOOTAGE = Path(os.environ.get("SAKUGA_SHARED", ROOT.parent / "shared")) / "footage"
UP_TO_KEYFRAMES = ("collect", "scan", "split", "keyframe")
UP_TO_SAMPLES = (*UP_TO_KEYFRAMES, "sample")


def cpu_seconds() -> float:
    """User and system time of this process and of all children that have ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def timed(work: Callable[[], object]) -> float:
    """CPU seconds that a call takes."""
    started = cpu_seconds()
    work()
    return cpu_seconds() - started


def ratio(ours: Callable[[], object], peer: Callable[[], object], runs: int = 5) -> float:
    """Median of (CPU seconds of ours / of the peer), the two in turn."""
    if runs > 1:
        ours(), peer()
    return statistics.median(timed(ours) / timed(peer) for _ in range(runs))


# ---- in one process


def decode(path: Path) -> int:
    """Decoding alone: every frame, nothing looked at."""
    with VideoReader(str(path), threads=1) as reader:
        return sum(1 for _ in reader.frames())


def scan(path: Path) -> int:
    """The one full decode with everything it measures."""
    prepare()
    with VideoReader(str(path), threads=1, quantisers=True) as reader:
        columns = measure(reader, meters(release=False))
    assert columns is not None
    return len(columns["pts"])


class ToSamples:
    """Scan, split, keyframe and sample, worker after worker, without tables between them."""

    def __init__(self) -> None:
        self.workers = {stage.name: stage.load() for stage in stages_of("lite")}

    def __call__(self, path: Path) -> int:
        source = Source("s", 0, str(path), str(path), "", "mp4", "", 1, 0, None, [], None, None)
        [video] = self.workers["collect"]([(source,)])
        return len(list(self.samples(video)))

    def samples(self, video: Video) -> Iterator[object]:
        [signals] = self.workers["scan"]([(video,)])
        clips = list(self.workers["split"]([(signals, video)]))
        keys = list(self.workers["keyframe"]([(clip, signals) for clip in clips]))
        yield from self.workers["sample"]([(k, video, signals) for k in keys])


def released(path: Path) -> int:
    """The release's pipeline from its parameters: its four passes over the film."""
    kept = 0
    with tempfile.TemporaryDirectory() as folder:
        detector = AdaptiveDetector(adaptive_threshold=3.0, min_scene_len=18, min_content_val=30.0)
        for number, (start, end) in enumerate(detect(str(path), detector)):
            clip = Path(folder, f"{number}.mp4")
            cut_out(path, clip, start.seconds, (end - start).seconds)
            kept += keep_changed(clip, Path(folder, f"{number}-keys.mp4"))
    return kept


def cut_out(path: Path, clip: Path, start: float, length: float) -> None:
    """A clip encoded again by ffmpeg, as the release does."""
    command = ["ffmpeg", "-v", "error", "-y", "-ss", str(start), "-t", str(length), "-i", str(path)]
    subprocess.run([*command, "-c:v", "libx264", "-an", str(clip)], check=True)


def keep_changed(clip: Path, out: Path) -> int:
    """Frames whose 64x64 SSIM to the one before is under 0.95, written as a video again."""
    capture = cv2.VideoCapture(str(clip))
    size = [int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"mp4v"), 24.0, tuple(size))
    before, kept = None, 0
    while True:
        there, frame = capture.read()
        if not there:
            break
        small = cv2.cvtColor(cv2.resize(frame, (64, 64)), cv2.COLOR_BGR2GRAY)
        if before is None or structural_similarity(before, small) < 0.95:
            writer.write(frame)
            kept += 1
        before = small
    writer.release()
    capture.release()
    return kept


def naive(path: Path) -> int:
    """PySceneDetect, then scikit-image's SSIM of every pair of frames at full size."""
    detect(str(path), AdaptiveDetector())
    before, kept = None, 0
    with VideoReader(str(path), threads=1) as reader:
        for frame in reader.frames():
            luma = np.array(frame.planes()[0])
            kept += before is None or structural_similarity(before, luma) < 0.95
            before = luma
    return kept


# ---- whole processes


def adopt_orphans() -> None:
    """Be told of grandchildren too, so that what workers spend is counted (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def process(*command: str) -> None:
    """Run a command and all that it started to the end, quietly."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def sakuga(*arguments: str) -> None:
    process(sys.executable, "-m", "sakuga", *arguments)


def build_up_to(rooms: tuple[str, ...], path: Path) -> None:
    only = [word for room in rooms for word in ("--only", room)]
    with tempfile.TemporaryDirectory() as out:
        sakuga("build", str(path), "--out", out, "--workers", "1", *only)


def detect_adaptive(path: Path) -> None:
    with tempfile.TemporaryDirectory() as out:
        process(
            sys.executable, "-m", "scenedetect", "-q", "-i", str(path), "-o", out, "detect-adaptive"
        )


@contextmanager
def copies(path: Path, count: int) -> Iterator[Path]:
    """A folder with films of equal pictures and different bytes."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            box = (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big")
            Path(folder, f"{number:04d}.mp4").write_bytes(path.read_bytes() + box)
        yield Path(folder)


def wall(folder: Path, workers: int) -> float:
    """Wall seconds of a whole build."""
    with tempfile.TemporaryDirectory() as out:
        started = time.monotonic()
        sakuga("build", str(folder), "--out", out, "--workers", str(workers))
        return time.monotonic() - started


def two_workers(path: Path, films: int = 6, runs: int = 3) -> float:
    with copies(path, films) as folder:
        return statistics.median(wall(folder, 1) / wall(folder, 2) for _ in range(runs))


def rerun(path: Path, films: int) -> tuple[float, int]:
    """Wall seconds of a build that has nothing to do, and over how many parts."""
    with copies(path, films) as folder, tempfile.TemporaryDirectory() as out:
        sakuga("build", str(folder), "--out", out)
        started = time.monotonic()
        sakuga("build", str(folder), "--out", out)
        seconds = time.monotonic() - started
        return seconds, len(list(Path(out).glob("tables/*/part-*")))


def import_seconds(runs: int = 7) -> float:
    """CPU seconds of importing and making all commands, over those of an empty Python process."""
    empty = statistics.median(timed(lambda: process(sys.executable, "-c", "")) for _ in range(runs))
    program = "from sakuga.cli import app; app"  # with every command
    ours = statistics.median(
        timed(lambda: process(sys.executable, "-c", program)) for _ in range(runs)
    )
    return ours - empty


def peak_memory(path: Path, times: int) -> float:
    """MB at the peak of the largest process of a build of a film, played `times` in a row."""
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder, "long.mp4")
        loop = ["ffmpeg", "-v", "error", "-stream_loop", str(times - 1), "-i", str(path)]
        subprocess.run([*loop, "-c", "copy", str(long)], check=True)
        program = (
            "import resource, sys; from sakuga.build.pipeline import Request, build;"
            "build(Request(sys.argv[2], (sys.argv[1],), workers=0));"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        command = [sys.executable, "-c", program, str(long), str(Path(folder, "out"))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return int(done.stdout.split()[-1]) / 1024


# ---- the table


def lines(quick: bool = False) -> Iterator[Line]:
    """Every row of the table; `quick` leaves out what takes minutes."""
    adopt_orphans()
    films = {"studio, H.264": (minute("h264"), 0.70), "studio, VP9": (minute("vp9"), 0.60)}
    real = FOOTAGE / "popeye_sinbad_T00-1_h264_640.mp4"
    if real.exists():
        films["Popeye, H.264 640"] = real, 0.70
    whole = ToSamples()
    for name, (path, bar) in films.items():
        alone, scanning = partial(decode, path), partial(scan, path)
        yield at_least(f"scan / decoding alone: {name}", alone, scanning, bar)
    for name, (path, _) in films.items():
        alone, all_of_it = partial(decode, path), partial(whole, path)
        yield at_least(f"to samples / decoding alone: {name}", alone, all_of_it, 0.38)
    ours = partial(whole, minute("h264"))
    theirs = partial(released, minute("h264"))
    yield at_least("to samples, times the release's way", theirs, ours, 5, 1)
    simple = partial(naive, minute("h264"))
    yield at_least("to samples, times PySceneDetect and SSIM", simple, ours, 30, 1)
    for name, (path, _) in films.items():
        if "H.264" in name:
            peer = partial(detect_adaptive, path)
            for rooms, bar in ((UP_TO_KEYFRAMES, 0.7), (UP_TO_SAMPLES, 1.0)):
                figure = ratio(partial(build_up_to, rooms, path), peer, 3)
                what = f"process up to {rooms[-1]} / scenedetect detect-adaptive: {name}"
                yield Line(what, figure, "<=", bar)
    yield Line("importing the CLI, CPU seconds", import_seconds(), "<=", 0.3)
    if not quick:
        yield from slow_lines(minute("h264"))


def slow_lines(path: Path) -> Iterator[Line]:
    """Whole builds."""
    yield Line("two workers, times one", two_workers(path), ">=", 1.8)
    short, long = peak_memory(path, 10), peak_memory(path, 60)
    yield Line("peak memory, 60 minutes, MB", long, "<=", 600)
    yield Line("peak memory, 60 minutes / 10 minutes", long / short, "<=", 1.10)
    seconds, parts = rerun(minute("h264", seconds=1), 150)
    yield Line(f"rerun with nothing to do, {parts} parts: seconds", seconds, "<=", 2 + parts / 1000)


def at_least(
    what: str, peer: Callable[[], object], ours: Callable[[], object], bar: float, runs: int = 5
) -> Line:
    """How many times faster ours is than a peer."""
    return Line(what, 1 / ratio(ours, peer, runs), ">=", bar)
