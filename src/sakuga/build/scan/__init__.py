"""Room `scan`: videos to signals, the one full decode.

A few numbers are kept of every frame; `split`, `keyframe` and `motion` are pure functions of them.
Frames are reduced to about 212x120 (`picture`), looked at by meters, and forgotten. T frames; the
frame before the first is none, so `change` and `stir` are as large as can be there.

pts          time stamp in ticks of the stream's time base, -1 where the file gives none
grid         means of luma in 8x6 cells, then of U and V in 4x3 cells each: 72 bytes (`content`)
ink          detail in 8x6 cells: how far luma lies from what is around it (`content`)
measures     bytes by name, a row a frame: all that the nets of `sakuga.timing` read besides
             (`places`, `kin`, `cel`; names in `sakuga.core.measures`)
combed       true where frames bear two pictures, line by line: then one field is looked at (`comb`)
contrast     standard deviation of luma, grey levels
kinship      how alike fine detail is to the frame before's, 1 where unchanged
change       the largest lasting change of an 8x8 block: variance of its difference from the frame
             before, less what earlier changes leave to be refined; squared grey levels (`drawing`)
flicker      the same, lasting or not: a drawing of one frame's length does not last
stir         the most of a block's difference that a sub-pixel shift of it explains, likewise
drift        share of all differences that one shift of the whole picture explains, 0 to 1
match        of a frame that changed: the earlier frame most like it, the last left out; else -1
match_change, match_stir   change and stir against that frame (`returns`)
quantiser    mean quantiser of H.264, or HEVC's on that scale, 0 to 51, read about once a second; 0
             where it isn't told
camera_x, camera_y, camera_zoom, camera_fit   how the view moves (`camera`)

Only with `release`, else empty:

hsv_change   what PySceneDetect's detectors score, as exact sums, three a frame (`content`)
ssim         SSIM of 64x64 grey thumbnails against the frame before, 1 at the first (`ssim`)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sakuga.core.records import Signals, Video

Item = tuple[Video]


@dataclass(frozen=True, slots=True)
class Scan:
    """release: also measure what the rules of the paper's release read; slower."""

    name: ClassVar[str] = "scan"
    reads: ClassVar[tuple[type, ...]] = (Video,)
    writes: ClassVar[type] = Signals
    version: ClassVar[int] = 4
    batch: ClassVar[int] = 1

    release: bool = False

    def load(self) -> Callable[[Sequence[Item]], Iterable[Signals]]:
        """The worker; raises NoFrames for a video of which no frame decodes."""
        from sakuga.build.scan.worker import Worker

        return Worker(self)
