"""Random compositions of wears that a file may well have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import numpy as np

from sakuga.studio.wear.encodings import ENCODINGS, Encoding
from sakuga.studio.wear.fields import FIELDS
from sakuga.studio.wear.kinds import KINDS, Family
from sakuga.studio.wear.picture import PICTURES
from sakuga.studio.wear.stamps import STAMPS

_SHARES: Final[dict[Family, float]] = {
    "time": 0.7,
    "surround": 0.2,
    "overlay": 0.25,
    "damage": 0.25,
    "picture": 0.2,
}
"""How often a file wears something of a family."""

_FLAGGED: Final = ("telecine_flagged", "field_shift_flagged")
_NO_FIELDS: Final = ("odd_size", "rotated")  # not what a combed film is


def lot(seed: int, leave_out: Collection[str] = ()) -> list[str]:
    """A list of kinds for `wear`: at most one of each family, one encoding.

    leave_out: kinds that are not drawn. Raises ValueError where it names all encodings.
    """
    random = np.random.default_rng([seed, 1])
    chosen: dict[Family, str] = {}
    for family, share in _SHARES.items():
        wanted = random.random() < share
        names = [name for name in _free(family, leave_out) if _goes_with(chosen.values(), name)]
        if wanted and names:
            chosen[family] = names[random.integers(len(names))]
    fitting = [n for n in _free("encoding", leave_out) if _written(ENCODINGS[n], chosen)]
    if not fitting:
        return _plain(random, leave_out)
    return [*chosen.values(), fitting[random.integers(len(fitting))]]


def _plain(random: np.random.Generator, leave_out: Collection[str]) -> list[str]:
    """An encoding alone, where none fits the other kinds."""
    names = [name for name in _free("encoding", leave_out) if not ENCODINGS[name].alpha]
    if not names:
        raise ValueError("every encoding is left out: nothing can be written")
    return [names[random.integers(len(names))]]


def _free(family: Family, leave_out: Collection[str]) -> list[str]:
    return [name for name, of in KINDS.items() if of == family and name not in leave_out]


def _goes_with(chosen: Iterable[str], name: str) -> bool:
    return not (name in _NO_FIELDS and any(other in FIELDS for other in chosen))


def _written(encoding: Encoding, chosen: dict[Family, str]) -> bool:
    """True where the encoding can carry the other kinds."""
    time, picture = chosen.get("time", ""), PICTURES.get(chosen.get("picture", ""))
    if picture and picture.codecs and encoding.form.codec not in picture.codecs:
        return False
    if encoding.alpha and {"surround", "overlay", "damage"} & chosen.keys():
        return False
    if time in _FLAGGED and not encoding.fields:
        return False
    return not time or _carries(encoding, time)


def _carries(encoding: Encoding, time: str) -> bool:
    """True where the encoding and a container of it can carry the conversion's stamps."""
    if encoding.slow and time in ("repeats_120", "repeats_60", "repeats_5994"):
        return False
    if time in STAMPS:
        return encoding.any_time and ".mkv" in encoding.suffixes
    return True
