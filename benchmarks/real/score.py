"""What a tool found, against what was marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.real.clips import Clip

NEAR = 1.0  # frames by which a cut may be off
BESIDE = 1  # frames beyond a span within which a boundary still finds it


@dataclass(frozen=True)
class Count:
    """Right, missed and false answers."""

    right: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.right + other.right, self.missed + other.missed, self.false + other.false
        )  # fmt: skip

    @property
    def f1(self) -> float:
        """1 is perfect, also where nothing was to find and nothing was found."""
        wrong = self.missed + self.false
        return 2 * self.right / (2 * self.right + wrong) if self.right or wrong else 1.0


@dataclass
class Figures:
    """One tool's counts over some clips; seconds: of the clips whose cuts were asked for."""

    cuts: Count = field(default_factory=Count)
    spans: Count = field(default_factory=Count)
    drawings: Count = field(default_factory=Count)
    seconds: float = 0.0


def nearest(found: Iterable[float], mark: float) -> float | None:
    """The found boundary nearest to a mark, or None if none is near enough."""
    near = [f for f in found if abs(f - mark) <= NEAR]
    return min(near, key=lambda f: abs(f - mark), default=None)


def matched(
    clip: Clip, cuts: Iterable[float], spans: Iterable[tuple[int, int]] = ()
) -> tuple[Count, Count]:
    """Cuts and spans found. Each boundary serves one cut; all within a span serve that span.

    spans: frames [start, end) that the tool itself calls a transition; one that overlaps a marked
    span finds it. Boundaries near an uncertain one are not counted; the others are false cuts.
    """
    left = sorted({c for c in cuts if 0 < c < clip.frames})
    right = 0
    for mark in clip.cuts:
        hit = nearest(left, mark)
        if hit is not None:
            left.remove(hit)
            right += 1
    own = list(spans)
    spanned = 0
    for start, end in clip.spans:
        inside = [c for c in left if start - BESIDE <= c <= end + BESIDE]
        left = [c for c in left if c not in inside]
        spanned += bool(inside) or any(a < end and start < b for a, b in own)
    false = [c for c in left if nearest(clip.uncertain, c) is None]
    return (
        Count(right, len(clip.cuts) - right, len(false)),
        Count(spanned, len(clip.spans) - spanned, 0),
    )


def drawings_score(clip: Clip, new: Iterable[int]) -> Count:
    """New drawings in the marked windows; the clip's first frame and uncertain ones left out."""
    said, count = set(new), Count()
    for window in clip.windows:
        asked = set(range(max(1, window.start), window.end)) - window.uncertain
        true, told = window.new_drawings & asked, said & asked
        count += Count(len(true & told), len(true - told), len(told - true))
    return count
