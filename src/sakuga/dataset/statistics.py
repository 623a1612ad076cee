"""What a dataset is made of, counted from its rows as they are written, a shard at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sakuga.dataset import paper

_functions: Any = pc  # most of them are made as the module loads, and bear no types
_FREQUENT = 8  # of what has no known classes, only the most frequent are shown
_NEAR = 0.02  # by how much a picture's shape may differ from a named one


@dataclass(frozen=True, slots=True)
class Share:
    """How many clips are of one class; shares in percent of those of which it is known."""

    label: str
    clips: int
    share: float
    paper: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """One way to part the clips; `known` of them have a class."""

    title: str
    known: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of one split. seconds: of the clips whose file has a clock."""

    clips: int
    videos: int
    frames: int
    keyframes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """All that is counted. known: clips by column of which it is not null."""

    splits: dict[str, Size]
    whole: Size
    charts: tuple[Chart, ...]
    known: dict[str, int]
    licences: dict[str | None, int]


@dataclass
class _Sum:
    clips: int = 0
    frames: int = 0
    keyframes: int = 0
    seconds: float = 0.0
    videos: set[str] = field(default_factory=set[str])

    def size(self) -> Size:
        return Size(
            self.clips, len(self.videos), self.frames, self.keyframes, round(self.seconds, 3)
        )


class Tally:
    """Counts shards; memory grows with the number of videos, not of clips."""

    def __init__(self) -> None:
        self._splits: dict[str, _Sum] = {}
        self._charts: dict[str, Counter[str]] = {title: Counter() for title in _CHARTS}
        self._known: Counter[str] = Counter()
        self._licences: Counter[str | None] = Counter()

    def add(self, split: str, shard: pa.Table) -> None:
        """Count one shard of one split."""
        total = self._splits.setdefault(split, _Sum())
        total.clips += shard.num_rows
        total.frames += _sum(shard["frames"])
        total.keyframes += _sum(shard["keyframes"])
        total.seconds += _sum(_functions.subtract(shard["end_seconds"], shard["start_seconds"]))
        total.videos |= set(_functions.unique(shard["video"]).to_pylist())
        for name in shard.column_names:
            self._known[name] += shard.num_rows - shard[name].null_count
        self._licences.update(_counts(shard["licence"], nulls=True))
        for title, (count, _) in _CHARTS.items():
            self._charts[title].update(count(shard))

    def finish(self) -> Statistics:
        """What was counted."""
        whole = _Sum()
        for each in self._splits.values():
            whole.clips += each.clips
            whole.frames += each.frames
            whole.keyframes += each.keyframes
            whole.seconds += each.seconds
            whole.videos |= each.videos
        return Statistics(
            {split: each.size() for split, each in self._splits.items()},
            whole.size(),
            tuple(_chart(name, self._charts[name], known) for name, (_, known) in _CHARTS.items()),
            dict(self._known),
            dict(self._licences),
        )


def _chart(title: str, counts: Counter[str], known: Mapping[str, float | None]) -> Chart:
    """Known classes in their order, then the most frequent others, then the rest in one."""
    others = sorted((n for n in counts if n not in known), key=lambda name: (-counts[name], name))
    labels = [*known, *others[:_FREQUENT]]
    rest = sum(counts[name] for name in others[_FREQUENT:])
    total = counts.total()
    numbers = [(name, counts[name]) for name in labels] + ([("other", rest)] if rest else [])
    shares = (
        Share(name, n, round(100 * n / total, 2) if total else 0.0, known.get(name))
        for name, n in numbers
    )
    return Chart(title, total, tuple(shares))


# ---- how each chart counts

Count = Callable[[pa.Table], Mapping[str, int]]


def _binned(values: Callable[[pa.Table], Any], bins: Sequence[paper.Bin]) -> Any:
    def count(shard: pa.Table) -> dict[str, int]:
        numbers = values(shard).drop_null().to_numpy()
        return {b.label: int(np.sum((numbers >= b.low) & (numbers < b.high))) for b in bins}

    return count, {b.label: b.share for b in bins}


def _classed(column: str, known: Mapping[str, float | None] | Iterable[str] = ()) -> Any:
    classes = known if isinstance(known, Mapping) else dict.fromkeys(known)
    return (lambda shard: _counts(_column(shard, column)), classes)


def _column(shard: pa.Table, name: str) -> pa.ChunkedArray:
    """A column, or a field of a struct as `taxonomy.time`."""
    outer, _, inner = name.partition(".")
    return _functions.struct_field(shard[outer], inner) if inner else shard[outer]


def _counts(column: pa.ChunkedArray, nulls: bool = False) -> dict[Any, int]:
    counted = _functions.value_counts(column).to_pylist()
    found = {each["values"]: each["counts"] for each in counted}
    return found if nulls else {name: n for name, n in found.items() if name is not None}


def _words(shard: pa.Table) -> Any:
    column = shard["text_description"]
    return _functions.list_value_length(
        _functions.utf8_split_whitespace(_functions.utf8_trim_whitespace(column))
    )


def _resolutions(shard: pa.Table) -> Counter[str]:
    pairs = zip(shard["width"].to_pylist(), shard["height"].to_pylist(), strict=True)
    return Counter(f"{width}x{height}" for width, height in pairs)


def _aspects(shard: pa.Table) -> Counter[str]:
    """The picture's shape as it is shown, sample aspect applied."""
    return Counter(
        shape_of(*each)
        for each in zip(
            *(shard[name].to_pylist() for name in ("width", "height", "sample_aspect")),
            strict=True,
        )
    )


def shape_of(width: int, height: int, sample_aspect: str) -> str:
    """A picture's shape by name, such as 16:9; sample_aspect: a fraction as text."""
    over, _, under = sample_aspect.partition("/")
    shape = width * int(over) / (height * int(under or 1)) if height else 0.0
    for name in ("16:9", "4:3"):
        wide, _, high = name.partition(":")
        if abs(shape / (int(wide) / int(high)) - 1) < _NEAR:
            return name
    return "wider" if shape > 16 / 9 else "between" if shape > 4 / 3 else "narrower"


def _opens(shard: pa.Table) -> dict[str, int]:
    return _counts(shard["opens"])


def _sum(column: Any) -> Any:
    return _functions.sum(column).as_py() or 0


_CHARTS: dict[str, tuple[Count, Mapping[str, float | None]]] = {
    "Length in keyframes": _binned(lambda shard: shard["keyframes"], paper.LENGTH),
    "Dynamic class: keyframes / frames": _classed("timing_class", paper.TIMING_CLASS),
    "Timing": _classed("timing", ("ones", "twos", "threes", "fours", "hold")),
    "Camera": _classed("camera", ("static", "pan", "tilt", "zoom", "shake")),
    "How clips begin": (_opens, {}),
    "Resolution": (_resolutions, {}),
    "Aspect": (_aspects, paper.ASPECT),
    "Codec": _classed("codec"),
    "Words of the description": _binned(_words, paper.WORDS),
    "Aesthetic score": _binned(lambda shard: shard["aesthetic_score"], paper.AESTHETIC),
    "Rating": _classed("rating", paper.RATING),
    "Text probability": _binned(lambda shard: shard["text_probability"], paper.TEXT),
    **{
        f"Taxonomy: {axis}": _classed(f"taxonomy.{axis}", shares)
        for axis, shares in paper.TAXONOMY.items()
    },
}
