"""The loop of `scan`: decode, reduce, measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.camera import CameraMeter
from sakuga.build.scan.columns import Columns
from sakuga.build.scan.content import Content
from sakuga.build.scan.drawing import DrawingMeter
from sakuga.build.scan.picture import Meter, Picture
from sakuga.build.scan.quantiser import Quantiser
from sakuga.build.scan.ssim import Ssim
from sakuga.core.errors import NoFrames
from sakuga.core.records import Signals, Video
from sakuga.core.video import VideoReader

if TYPE_CHECKING:
    from sakuga.build.scan import Scan


class Worker:
    """Measures whole videos, one after another."""

    def __init__(self, recipe: Scan) -> None:
        self._recipe = recipe
        prepare()

    def __call__(self, items: Sequence[tuple[Video]]) -> Iterator[Signals]:
        for (video,) in items:
            yield self._scan(video)

    def _scan(self, video: Video) -> Signals:
        with VideoReader(video.url, video.stream, quantisers=True) as reader:
            measured, damaged = measure(reader, meters(self._recipe.release))
        if not len(measured["pts"]):
            raise NoFrames("no frame of the video stream decodes")
        return Signals(id=video.id, frames=len(measured["pts"]), damaged=damaged, **measured)


def prepare() -> None:
    """Set this process up for many small arrays: measured, a quarter of the time of a scan.

    OpenCV's threads cost more than they bring on small pictures. And glibc gives freed memory back
    to the system, only to fault it in again for the next frame, until it has once seen a large
    block come and go; elsewhere the second line does nothing.
    """
    cv2.setNumThreads(1)
    np.empty(30 << 20, np.uint8)


def meters(release: bool) -> list[Meter]:
    """All that look at a film; `release`: also those that only the release's rules read."""
    return [DrawingMeter(), Content(release), CameraMeter(), Quantiser(), Ssim(release)]


def measure(reader: VideoReader, looking: Sequence[Meter]) -> tuple[dict[str, NDArray[Any]], int]:
    """Every column of `Signals`, and how many packets or frames were broken."""
    times, broken = Columns(("pts",), np.int64), 0
    picture = None
    for frame in reader.frames():
        picture = Picture(frame, picture)
        times.add(-1 if frame.pts is None else frame.pts)
        broken += frame.damaged
        for meter in looking:
            meter.add(picture)
    columns = times.columns()
    for meter in looking:
        columns.update(meter.columns())
    return columns, broken + reader.damaged
