"""A whole film at once: its clock, from its drawings and its shots."""

from __future__ import annotations

from itertools import pairwise

from sakuga.core.records import Signals, Video
from sakuga.timing.boundaries import boundaries
from sakuga.timing.clock import Clock, clock
from sakuga.timing.drawings import drawings
from sakuga.timing.reading import reading


def clock_of(signals: Signals, video: Video) -> Clock:
    """The clock of a film, as its own drawings and shots tell it, whatever the profile makes of
    them."""
    read = reading(signals, video.time_base)
    decided = drawings(signals, read)
    starts = [b.at for b in boundaries(signals, read) if 0 < b.at < signals.frames]
    return clock(
        signals.pts, video.time_base, video.frame_rate, decided.new, decided.mixed,
        [*pairwise([0, *starts, signals.frames])], signals.combed,
    )  # fmt: skip
