"""§7's figures: who gets how many tags, and what tags are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sakuga.report.counts import Bar, share
from sakuga.report.subjects import GENDERS, SUBJECTS, gender_of, subject_of

GROUPS = ("women or girls only", "men or boys only", "both", "neither")
_OF = {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}


@dataclass(frozen=True, slots=True)
class Shown:
    """Shots that show one group, and how many tags each has on average."""

    group: str
    shots: int
    share: float  # percent of the shots whose tags are known
    tags: float | None  # a shot; null where there are none
    attire: float | None  # of them, tags of clothes and accessories
    person: float | None  # of them, tags of faces, bodies, poses


class Bias:
    """Counts what tags are about, shot by shot."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}  # tag -> its subject and gender in one number
        self._subjects = np.zeros(len(SUBJECTS), np.int64)
        self._shots = np.zeros(len(GROUPS), np.int64)
        self._tags = np.zeros((len(GROUPS), len(SUBJECTS)), np.int64)

    def add(self, tags: pa.ListArray) -> None:
        """Count some more shots; null are not known."""
        rows = pa.array(tags).drop_null()
        lengths: Any = pc.call_function("list_value_length", [rows])
        of_row = np.repeat(np.arange(len(rows)), lengths.to_numpy(zero_copy_only=False))
        subjects, genders = self._coded(rows.flatten())
        by_row = np.zeros((len(rows), len(SUBJECTS)), np.int64)
        np.add.at(by_row, (of_row, subjects), 1)
        shown = [np.zeros(len(rows), np.bool_) for _ in GENDERS]
        for number, each in enumerate(shown):
            each[of_row[genders == number + 1]] = True
        for (female, male), group in _OF.items():
            mine = (shown[0] == female) & (shown[1] == male)
            self._shots[group] += np.count_nonzero(mine)
            self._tags[group] += by_row[mine].sum(axis=0)
        self._subjects += by_row.sum(axis=0)

    def subjects(self) -> tuple[Bar, ...]:
        """How many of all tags are about what."""
        whole = int(self._subjects.sum())
        counts = self._subjects.tolist()
        return tuple(Bar(s, n, share(n, whole)) for s, n in zip(SUBJECTS, counts, strict=True))

    def shown(self) -> tuple[Shown, ...]:
        """Tags a shot by who is seen in it."""
        whole = int(self._shots.sum())
        made: list[Shown] = []
        for group, name in enumerate(GROUPS):
            shots = int(self._shots[group])
            of = [self._tags[group].sum(), *(self._tags[group, _at(s)] for s in _TOLD)]
            means = [round(float(n) / shots, 2) if shots else None for n in of]
            made.append(Shown(name, shots, share(shots, whole), *means))
        return tuple(made)

    def _coded(self, tags: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of every tag its place in SUBJECTS, and 0 or its place in GENDERS plus 1."""
        encoded: Any = pc.call_function("dictionary_encode", [tags])
        codes = np.array([self._code(tag) for tag in encoded.dictionary.to_pylist()], np.int64)
        each = codes[encoded.indices.to_numpy(zero_copy_only=False)] if len(codes) else codes
        return each % len(SUBJECTS), each // len(SUBJECTS)

    def _code(self, tag: str) -> int:
        if tag not in self._codes:
            gender = gender_of(tag)
            number = GENDERS.index(gender) + 1 if gender else 0
            self._codes[tag] = _at(subject_of(tag)) + len(SUBJECTS) * number
        return self._codes[tag]


_TOLD = ("attire", "person")


def _at(subject: str) -> int:
    return SUBJECTS.index(subject)
