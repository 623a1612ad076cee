"""Clips of which nothing could be measured, by file: a crash, a torn file, too few frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sakuga.core.records import Failure
from sakuga.evaluate.clips import TooFewFrames

NAMED = 12  # of a side, on a page; the record has all


@dataclass(frozen=True, slots=True)
class Lost:
    """A file, by its clip's name without the number of a span; of a dataset a clip, by its id.
    clips: how many were lost with it, for this reason; 1 where they were not counted yet."""

    name: str
    reason: str
    message: str
    clips: int


def lost_of(failures: Iterable[Failure], spans: bool) -> list[Lost]:
    """In their order, those that are merely too short at the end. spans: of files cut into such."""
    found = Counter(
        (each.id.rpartition("#")[0] or each.id if spans else each.id, each.reason, each.message)
        for each in failures
    )
    made = [Lost(*each, clips) for each, clips in found.items()]
    return sorted(made, key=lambda each: each.reason == TooFewFrames.reason)


def named(sides: Mapping[str, Sequence[Lost]]) -> Iterator[str]:
    """The first dozen of each side, a sentence each, and how many more there are."""
    for side, lost in sides.items():
        for each in lost[:NAMED]:
            many = f", {each.clips:,} clips" if each.clips > 1 else ""
            reason = each.reason.replace("_", " ")
            yield f"{side}: {each.name}{many}: {reason}: {' '.join(each.message.split())}."
        if (more := len(lost) - NAMED) > 0:
            yield f"{side}: and {more:,} more could not be measured; --json names them all."
