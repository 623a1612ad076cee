"""Whether a pack that is there serves a trainer: pictures large enough, captions (§4.1, §4.2)."""

from __future__ import annotations

from sakuga.core.errors import RequestError
from sakuga.train.packed import Pack, facts_of
from sakuga.train.packing import Packing


def check_serves(pack: Pack, wanted: Packing, again: str) -> None:
    """Raises RequestError for a pack whose pictures would be blown up, or that lacks captions.

    A picture that was small before it was packed is no reason: nobody has it larger. again: what
    packs it so that it serves.
    """
    if small := _shrunk_too_far(pack, wanted):
        height, width = pack.size(small[0])
        raise RequestError(
            f"{pack.folder}: {len(small)} of its {len(pack)} clips were packed too small, one at "
            f"{width} x {height}, and would be blown up: {wanted.size} is wanted; {again}"
        )
    silent = sum(not caption.strip() for caption in pack.captions) if wanted.caption else 0
    if silent:
        raise RequestError(
            f"{pack.folder}: {silent} of its {len(pack)} clips have no caption; {again}"
        )


def _shrunk_too_far(pack: Pack, wanted: Packing) -> list[int]:
    """The clips that packing made smaller than is wanted."""
    facts = facts_of(pack)
    side, cover = facts.get("side"), facts.get("cover")
    if side is None:
        return []  # written by hand: nothing says what was done to them
    made = Packing(side=side, cover=tuple(cover) if cover else None)
    # One that does not suffice for its own packing was smaller before, and was left as it was.
    sizes = enumerate(pack.size(clip) for clip in range(len(pack)))
    return [clip for clip, size in sizes if made.suffices(*size) and not wanted.suffices(*size)]
