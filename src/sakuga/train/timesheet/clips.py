"""The clips that a timesheet predictor learns from: vectors, classes, splits, film by film (§4.1).

Shots of one film never stand in two splits, or the figures would be those of films seen before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.records import Timing

Floats = NDArray[np.float32]

SPLITS: Final = ("train", "validation", "test")
NAMES: Final[tuple[Timing, ...]] = get_args(Timing)
"""The classes of §3.2 by number: as `models.timesheet.CLASSES`."""


@dataclass(frozen=True, slots=True)
class Clips:
    """N clips, row by row alike in every array.

    video: (N, V); text: (N, X); true: (N,) 0 ones, 1 twos, 2 threes; split, group: (N,) texts;
    motion: (N, F) of `leaks.FEATURES`, None where no rows tell; telling: (N,) whether the
    description tells the timing, by `leaks.tells_timing`; left_out: how many other clips
    there were, by why they are not here.
    """

    video: Floats
    text: Floats
    true: NDArray[np.int64]
    split: NDArray[np.str_]
    group: NDArray[np.str_]
    motion: Floats | None
    telling: NDArray[np.bool_]
    left_out: dict[str, int] = field(default_factory=dict[str, int])

    def __len__(self) -> int:
        return len(self.true)

    def of(self, split: str) -> NDArray[np.int64]:
        """Places of the clips of a split."""
        return np.flatnonzero(self.split == split)

    def hidden(self) -> Clips:
        """The same, but what is told by descriptions that tell the timing is no longer there: 0."""
        text = np.where(self.telling[:, None], np.float32(0), self.text)
        return replace(self, text=text)


def checked(clips: Clips) -> Clips:
    """These clips; raises RequestError for what no predictor can be made of."""
    _rows(clips)
    for name in SPLITS:
        if not len(clips.of(name)):
            raise RequestError(
                f"no clip with embeddings is in the split {name!r}: clips are split by their "
                "source, so a dataset of few films may leave one empty; add films"
            )
    classes = np.unique(clips.true[clips.of("train")])
    if len(classes) < 2:
        raise RequestError(f"every clip to learn from is on {NAMES[classes[0]]}: add other films")
    _apart(clips)
    return clips


def _rows(clips: Clips) -> None:
    """Arrays alike in length, finite, with known classes and splits."""
    count = len(clips)
    for name in ("video", "text", "motion"):
        array = getattr(clips, name)
        if array is None:
            continue
        if array.ndim != 2 or len(array) != count or not array.shape[1]:
            raise RequestError(
                f"{name}: {array.shape}, for {count} clips: must be ({count}, width)"
            )
        if not np.isfinite(array).all():
            bad = int((~np.isfinite(array).all(1)).sum())
            raise RequestError(
                f"{name}: {bad} of {count} vectors hold NaN or infinity: embed again"
            )
    if any(array.shape != (count,) for array in (clips.split, clips.group, clips.telling)):
        raise RequestError(f"split, group and telling must be ({count},), one for each clip")
    if count and not (clips.true.min() >= 0 and clips.true.max() < len(NAMES)):
        raise RequestError(f"label: {np.unique(clips.true)}: must be 0 ones, 1 twos or 2 threes")
    if strange := sorted(set(clips.split.tolist()) - set(SPLITS)):
        raise RequestError(f"split: {strange[0]!r} is none of {', '.join(SPLITS)}")


def _apart(clips: Clips) -> None:
    """No group in two splits."""
    seen: dict[str, str] = {}
    for group, split in zip(clips.group.tolist(), clips.split.tolist(), strict=True):
        if seen.setdefault(group, split) != split:
            raise RequestError(
                f"source group {group!r} has clips in {seen[group]} and in {split}: figures would "
                "be of films seen in training; split the dataset by source"
            )


def from_arrays(arrays: Mapping[str, Any]) -> Clips:
    """Clips from arrays `video`, `text`, `label`, `split`, `group`; `motion`, `telling` if there.

    Without `telling` no description is taken to tell the timing. Raises RequestError.
    """
    needed = ("video", "text", "label", "split", "group")
    if missing := [name for name in needed if name not in arrays]:
        raise RequestError(f"no array {missing[0]!r}: a table of clips has {', '.join(needed)}")
    count = len(arrays["label"])
    return checked(
        Clips(
            np.asarray(arrays["video"], np.float32),
            np.asarray(arrays["text"], np.float32),
            np.asarray(arrays["label"]).astype(np.int64),
            np.asarray(arrays["split"]).astype(np.str_),
            np.asarray(arrays["group"]).astype(np.str_),
            np.asarray(arrays["motion"], np.float32) if "motion" in arrays else None,
            np.asarray(arrays.get("telling", np.zeros(count, np.bool_)), np.bool_),
        )
    )


def from_npz(file: Path) -> Clips:
    """Clips from a NumPy file of the arrays that `from_arrays` takes; nothing in it is executed."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            plain = dict(arrays)
    except (OSError, ValueError, EOFError, TypeError, AttributeError, BadZipFile) as error:
        raise RequestError(f"{file}: not a NumPy file of plain arrays ({error})") from error
    return from_arrays(plain)
