"""The loop of `scan`: decode, reduce, measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.camera import CameraMeter
from sakuga.build.scan.cel import CelMeter
from sakuga.build.scan.columns import Columns
from sakuga.build.scan.comb import CombMeter
from sakuga.build.scan.content import Content
from sakuga.build.scan.drawing import DrawingMeter
from sakuga.build.scan.kin import KinMeter
from sakuga.build.scan.measures import joined
from sakuga.build.scan.picture import Meter, Picture
from sakuga.build.scan.quantiser import Quantiser
from sakuga.build.scan.ssim import Ssim
from sakuga.core.errors import NoFrames
from sakuga.core.measures import NAMES
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
        measured = self._measured(video, field=False)
        combed = measured is None
        measured = measured or self._measured(video, field=True)
        assert measured is not None  # only a look at whole frames gives up
        if not len(measured["pts"]):
            raise NoFrames("no frame of the video stream decodes")
        return Signals(id=video.id, frames=len(measured["pts"]), combed=combed, **measured)

    def _measured(self, video: Video, field: bool) -> dict[str, Any] | None:
        """All columns, from whole frames or from one field; None for a combed film's frames."""
        with VideoReader(video.url, video.stream, quantisers=True) as reader:
            return measure(reader, meters(self._recipe.release), field)


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
    return [
        DrawingMeter(),
        KinMeter(),
        CelMeter(),
        Content(release),
        CameraMeter(),
        Quantiser(),
        Ssim(release),
    ]


def measure(
    reader: VideoReader, looking: Sequence[Meter], field: bool = False
) -> dict[str, Any] | None:
    """Every column of `Signals`, and `damaged`: how many packets or frames were broken.

    None as soon as the film proves to be combed, unless one field is looked at.
    """
    times, broken = Columns(("pts",), np.int64), 0
    picture, combs = None, CombMeter()
    for frame in reader.frames():
        picture = Picture(frame, picture, field)
        times.add(-1 if frame.pts is None else frame.pts)
        broken += frame.damaged
        for meter in (combs, *looking):
            meter.add(picture)
        if combs.combed and not field:
            return None
    columns = times.columns()
    measures: dict[str, NDArray[np.uint8]] = {}
    for meter in (combs, *looking):
        for name, column in meter.columns().items():
            (measures if name in NAMES else columns)[name] = column
    return {**columns, "measures": joined(measures), "damaged": broken + reader.damaged}
