"""The kinds of wear by name, and what a list of names amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

from sakuga.studio.wear.damage import FILM_DAMAGES
from sakuga.studio.wear.encodings import ENCODINGS, Encoding
from sakuga.studio.wear.fields import FIELDS
from sakuga.studio.wear.look import Make
from sakuga.studio.wear.overlay import OVERLAYS
from sakuga.studio.wear.picture import PICTURES, Picture
from sakuga.studio.wear.rates import RATES, Conversion, plain
from sakuga.studio.wear.schedule import Schedule
from sakuga.studio.wear.stamps import STAMPS
from sakuga.studio.wear.surround import SURROUNDS
from sakuga.studio.wear.tape import TAPE_DAMAGES

Family = Literal["time", "picture", "damage", "surround", "overlay", "encoding"]

TIMES: Final[dict[str, Conversion]] = {**RATES, **FIELDS, **STAMPS}
"""Conversions of time by name."""

_OF_FAMILY: Final[dict[Family, Iterable[str]]] = {
    "time": TIMES,
    "picture": PICTURES,
    "damage": [*FILM_DAMAGES, *TAPE_DAMAGES],
    "surround": SURROUNDS,
    "overlay": OVERLAYS,
    "encoding": ENCODINGS,
}

KINDS: Final[dict[str, Family]] = {
    name: family for family, names in _OF_FAMILY.items() for name in names
}
"""Every kind of wear and its family."""

_MXF_RATES: Final = (Fraction(25), Fraction(24), Fraction(30), Fraction(50), Fraction(60))
_SINGLE: Final = ("time", "surround", "encoding")
_PLAIN: Final = "x264_crf23"


@dataclass(frozen=True, slots=True)
class Outfit:
    """A checked list of kinds, by what is done with them."""

    time: str
    encoding: str
    pictures: tuple[str, ...] = ()
    film_damages: tuple[str, ...] = ()
    tape_damages: tuple[str, ...] = ()
    surrounds: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()

    @property
    def conversion(self) -> Conversion:
        """What the file does with time; nothing, if no kind says so."""
        return TIMES[self.time] if self.time else plain

    @property
    def written(self) -> Encoding:
        """How the file is written."""
        return ENCODINGS[self.encoding]

    @property
    def forms(self) -> list[Picture]:
        """Kinds of picture."""
        return [PICTURES[name] for name in self.pictures]

    @property
    def formed(self) -> list[str]:
        """Kinds of picture that only change how the file is written."""
        return [name for name in self.pictures if not PICTURES[name].film]

    def film_makes(self) -> dict[str, Make]:
        """Wears of the film's own frames, in order."""
        films = {name: PICTURES[name].film for name in self.pictures}
        damages = {name: FILM_DAMAGES[name] for name in self.film_damages}
        return {**{name: make for name, make in films.items() if make}, **damages}

    def file_makes(self) -> dict[str, Make]:
        """Wears of the file's frames, in order."""
        lasts = {name: PICTURES[name].last for name in self.pictures}
        return {
            **{name: TAPE_DAMAGES[name] for name in self.tape_damages},
            **{name: SURROUNDS[name] for name in self.surrounds},
            **{name: OVERLAYS[name] for name in self.overlays},
            **{f"{name} (last)": make for name, make in lasts.items() if make},
        }


def outfit(kinds: Iterable[str]) -> Outfit:
    """Check a list of kinds. No encoding: x264 at crf 23.

    Raises ValueError for an unknown kind, two of time, surround or encoding, or kinds that no
    file can have together.
    """
    names = list(kinds)
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise ValueError(f"unknown kinds of wear {unknown}: see KINDS")
    chosen = {family: _of(names, family) for family in _OF_FAMILY}
    for family in _SINGLE:
        if len(chosen[family]) > 1:
            raise ValueError(f"{list(chosen[family])} are all of {family}: take one")
    found = Outfit(
        time=next(iter(chosen["time"]), ""),
        encoding=next(iter(chosen["encoding"]), _PLAIN),
        pictures=chosen["picture"],
        film_damages=tuple(name for name in chosen["damage"] if name in FILM_DAMAGES),
        tape_damages=tuple(name for name in chosen["damage"] if name in TAPE_DAMAGES),
        surrounds=chosen["surround"],
        overlays=chosen["overlay"],
    )
    _check(found)
    grain = found.written.grained and not (found.film_damages or found.tape_damages)
    return replace(found, film_damages=("grain_strong",)) if grain else found


def _of(names: list[str], family: Family) -> tuple[str, ...]:
    return tuple(name for name in names if KINDS[name] == family)


def _check(found: Outfit) -> None:
    codec = found.written.form.codec
    for name, picture in zip(found.pictures, found.forms, strict=True):
        if picture.codecs and codec not in picture.codecs:
            raise ValueError(f"{name} needs one of {picture.codecs}, {found.encoding} is {codec}")
    if found.written.alpha and (found.surrounds or found.overlays):
        raise ValueError(f"{found.encoding} has no surround and no overlay")


def suffixes(found: Outfit, schedule: Schedule) -> list[str]:
    """Containers that fit the encoding and the conversion. Raises ValueError if none does."""
    written = found.written
    if schedule.stamps is not None and not written.any_time:
        raise ValueError(f"{found.encoding} cannot carry the stamps of {found.time}")
    if schedule.interlaced and not written.fields:
        raise ValueError(f"{found.encoding} cannot be flagged as interlaced")
    fitting = [
        suffix
        for suffix in written.suffixes
        if (not schedule.suffixes or suffix in schedule.suffixes)
        and (suffix != ".mxf" or schedule.rate in _MXF_RATES)
        and (suffix != ".gif" or schedule.rate <= 50)
    ]
    if not fitting and written.any_time and ".mkv" in written.suffixes:
        return [".mkv"]  # which rounds the stamps to milliseconds
    if not fitting:
        raise ValueError(f"no container fits both {found.encoding} and {found.time}")
    return fitting
