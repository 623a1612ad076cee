"""One column of a release file, read whatever its warts: what is missing, what makes no sense.

Missing are null, NaN, an empty text, and the texts that stand for them. What is given and can't be
read is marked as bad, so that the caller may keep it or refuse the row; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.dataset.release.columns import CLASSES

pc: Any = _compute  # PyArrow makes its functions while it is imported; no checker knows them

MISSING = ("", "nan", "NaN", "NAN", "NaT", "None", "<NA>")
UNITS = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9}
MOST = 2.0**53  # whole numbers above it are no longer exact in a double

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_TIME = r"^(?P<h>\d{1,4}):(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?:\.(?P<f>\d{1,3})0*)?$"
_SIZE = r"^(?P<n>\d{1,12}(?:\.\d{1,12})?)\s*(?P<u>[kmg]?b)$"
_LABEL = r"^(?P<name>[a-z_ ]+?)\s*(?:\(\s*lab(?:el|le)\s*:\s*(?P<n>-?\d{1,3})\s*\))?$"
_POST = r"^(?P<post>\d{1,18}):(?P<clip>\d{1,18})$"


@dataclass(frozen=True, slots=True)
class Cells:
    """One column's values, null where missing or bad; which are bad; what was given, as text."""

    values: pa.Array
    bad: NDArray[np.bool_]
    given: pa.Array

    def only(self, good: pa.Array) -> Cells:
        """The same with every value bad that is not good."""
        refused = pc.and_(pc.is_valid(self.values), pc.invert(pc.fill_null(good, False)))
        return Cells(_without(self.values, refused), self.bad | mask_of(refused), self.given)


def text(column: pa.Array) -> Cells:
    """Texts without the white space around them; bytes that are no UTF-8 are written `\\xNN`."""
    trimmed = pc.utf8_trim_whitespace(_as_text(column))
    missing = pc.is_in(trimmed, value_set=pa.array(MISSING, pa.string()))
    return Cells(_without(trimmed, missing), np.zeros(len(trimmed), np.bool_), trimmed)


def lower(column: pa.Array) -> Cells:
    """Texts in lower case."""
    cells = text(column)
    return Cells(pc.utf8_lower(cells.values), cells.bad, cells.given)


def identity(column: pa.Array) -> Cells:
    """64 hex digits, in lower case."""
    cells = lower(column)
    return cells.only(pc.match_substring_regex(cells.values, pattern="^[0-9a-f]{64}$"))


def extension(column: pa.Array) -> Cells:
    """A file's ending in lower case, without its point."""
    cells = lower(column)
    bare = pc.utf8_ltrim(cells.values, characters=".")
    return Cells(_without(bare, pc.equal(bare, "")), cells.bad, cells.given)


def one_of(column: pa.Array, names: Iterable[str]) -> Cells:
    """Texts in lower case, of these only."""
    cells = lower(column)
    return cells.only(pc.is_in(cells.values, value_set=pa.array(list(names), pa.string())))


def number(column: pa.Array, least: float, most: float) -> Cells:
    """Doubles from `least` to `most`, both included; numbers written as text are read too."""
    cells = _floats(column)
    inside = pc.and_(
        pc.greater_equal(cells.values, pa.scalar(least)), pc.less_equal(cells.values, most)
    )
    return cells.only(inside)


def whole(column: pa.Array, least: int) -> Cells:
    """Whole numbers from `least`, though they may be written as doubles."""
    cells = number(column, least, MOST)
    cells = cells.only(pc.equal(cells.values, pc.floor(cells.values)))
    return Cells(pc.cast(cells.values, pa.int64()), cells.bad, cells.given)


def milliseconds(column: pa.Array) -> Cells:
    """`HH:MM:SS.mmm` as milliseconds; exact, so a time finer than that is bad."""
    cells = text(column)
    found = pc.extract_regex(cells.values, pattern=_TIME)
    hours, minutes, seconds = (_int(pc.struct_field(found, n)) for n in "hms")
    fraction = _int(pc.utf8_rpad(pc.struct_field(found, "f"), 3, "0"))
    whole_seconds = pc.add(pc.multiply(pc.add(pc.multiply(hours, 60), minutes), 60), seconds)
    return _found(pc.add(pc.multiply(whole_seconds, 1000), fraction), cells)


def size(column: pa.Array) -> Cells:
    """`1.61MB` as bytes, a kilobyte being 1000 of them."""
    cells = lower(column)
    found = pc.extract_regex(cells.values, pattern=_SIZE)
    units = pc.index_in(pc.struct_field(found, "u"), value_set=pa.array(list(UNITS)))
    factors = pa.array(list(UNITS.values())).take(units)
    amount = pc.multiply(pc.cast(pc.struct_field(found, "n"), pa.float64()), factors)
    read = pc.if_else(pc.less_equal(amount, MOST), amount, None)
    return _found(pc.cast(pc.round(read), pa.int64()), cells)


def tags(column: pa.Array) -> Cells:
    """Tags with one space between two."""
    cells = text(column)
    single = pc.replace_substring_regex(cells.values, pattern=r"\s+", replacement=" ")
    return Cells(single, cells.bad, cells.given)


def taxon(column: pa.Array, axis: str) -> Cells:
    """`daylight(label: 0)`, or `lable`, in any case, as its class; bad where the two disagree."""
    cells = lower(column)
    found = pc.extract_regex(cells.values, pattern=_LABEL)
    name = pc.replace_substring(pc.struct_field(found, "name"), pattern=" ", replacement="_")
    label = pc.struct_field(found, "n")
    place = pc.index_in(name, value_set=pa.array(list(CLASSES[axis])))
    true = pa.array([str(label) for label in CLASSES[axis].values()]).take(place)
    agrees = pc.and_(pc.is_valid(place), pc.or_(pc.equal(label, ""), pc.equal(label, true)))
    return _found(pc.if_else(pc.fill_null(agrees, False), name, None), cells)


def post_and_clip(identifiers: pa.Array) -> tuple[pa.Array, pa.Array]:
    """`140633:2` as 140633 and 2; null where it says something else."""
    found = pc.extract_regex(identifiers, pattern=_POST)
    return _int(pc.struct_field(found, "post")), _int(pc.struct_field(found, "clip"))


def _found(values: pa.Array, cells: Cells) -> Cells:
    """What was made of the texts; bad where nothing was."""
    lost = pc.and_(pc.is_null(values), pc.is_valid(cells.values))
    return Cells(values, cells.bad | mask_of(lost), cells.given)


def _floats(column: pa.Array) -> Cells:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = pc.cast(column, pa.float64(), safe=False)
        bad = np.zeros(len(values), np.bool_)
        return Cells(_without(values, pc.is_nan(values)), bad, pc.cast(values, pa.string()))
    cells = text(column)
    numeric = pc.match_substring_regex(cells.values, pattern=_NUMBER)
    return _found(pc.cast(pc.if_else(numeric, cells.values, None), pa.float64()), cells)


def _int(texts: pa.Array) -> pa.Array:
    return pc.cast(pc.if_else(pc.equal(texts, ""), "0", texts), pa.int64())


def _as_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode())
    if pa.types.is_nested(kind):
        raise RequestError(f"a column of {kind} where text or numbers are expected")
    if not (_is_text(kind) or _is_bytes(kind)):
        return pc.cast(column, pa.string())
    try:
        column.validate(full=True)
        return pc.cast(column, pa.string())
    except pa.ArrowInvalid:
        raw = pc.cast(column, pa.large_binary()).to_pylist()
        told = [None if b is None else b.decode(errors="backslashreplace") for b in raw]
        return pa.array(told, pa.string())


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _without(values: pa.Array, dropped: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(dropped, False), None, values)


def mask_of(booleans: pa.Array) -> NDArray[np.bool_]:
    """Booleans as NumPy's; null is false."""
    return np.asarray(pc.fill_null(booleans, False).to_numpy(zero_copy_only=False), np.bool_)
