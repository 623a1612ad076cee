"""An exposure sheet: which drawing each frame of a film shows; as XDTS and as CSV (§6).

XDTS is the digital timesheet that Toei's programme, Clip Studio, OpenToonz and Tahoma read; CSV is
laid out as Clip Studio writes it. A sheet here has one column, for a film seen whole is no stack of
cels.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError

COLUMN: Final = "A"
_FIRST_LINE: Final = "exchangeDigitalTimeSheet Save Data"
_NO_CELL: Final = "SYMBOL_NULL_CELL"
_GOES_ON: Final = ("SYMBOL_HYPHEN", "SYMBOL_TICK_1", "SYMBOL_TICK_2")  # the drawing before is held
# Where spreadsheets would run a text: at its beginning; after `;`, a tab or a line's end too, for
# where those part cells, a text in quotes is parted all the same.
_RUNS: Final = r"(?:(?<![^;\t\r\n])%s(?='*[=+\-@\uff0b\uff0d\uff1d\uff20])|\A%s(?='*[\t\r\n]))"
_RUN: Final = re.compile(_RUNS % ("", ""))
_QUOTED: Final = re.compile(_RUNS % ("'", "'"))
_CELLS: Final = 0  # the field of cels; 3 is dialogue, 5 the camera


@dataclass(frozen=True, slots=True)
class ExposureSheet:
    """name: of the cut, as people read it. drawings: (T,) the number that each frame shows, 0 where
    none; numbers start at 1 and leave no gap, a drawing that returns keeps its own.

    Raises ValueError for numbers that are no such sheet.
    """

    name: str
    drawings: tuple[int, ...]
    column: str = COLUMN

    def __post_init__(self) -> None:
        shown = set(self.drawings) - {0}
        if not self.drawings or shown != set(range(1, len(shown) + 1)):
            raise ValueError(
                f"drawings {sorted(set(self.drawings))}: must be one for each frame, numbered from "
                "1 without a gap"
            )


def sheet_of(
    name: str, holds: NDArray[np.integer[Any]], drawings: Sequence[int] | None = None
) -> ExposureSheet:
    """The sheet of K drawings, each held for its frames; drawings: their numbers, else 1 to K."""
    numbers = np.arange(1, len(holds) + 1) if drawings is None else np.array(drawings)
    return ExposureSheet(name, tuple(np.repeat(numbers, holds).tolist()))


def xdts(sheet: ExposureSheet) -> bytes:
    """The sheet as an XDTS file: only changes are written, and an empty cel after the last frame.

    Cut and scene, which are numbers of a production, are 1.
    """
    track = {"trackNo": 0, "frames": [_cell(frame, number) for frame, number in _changes(sheet)]}
    table = {
        "name": sheet.name,
        "duration": len(sheet.drawings),
        "timeTableHeaders": [{"fieldId": _CELLS, "names": [sheet.column]}],
        "fields": [{"fieldId": _CELLS, "tracks": [track]}],
    }
    whole = {"header": {"cut": "1", "scene": "1"}, "timeTables": [table], "version": 5}
    return f"{_FIRST_LINE}\n{json.dumps(whole, ensure_ascii=False, indent=1)}\n".encode()


def read_xdts(content: bytes) -> ExposureSheet:
    """The first column of the first table. Raises RequestError where there is none.

    Frames before the first, which Clip Studio writes, say what the first shows.
    """
    first, _, rest = content.decode("utf-8", "replace").partition("\n")
    if first.strip() != _FIRST_LINE:
        raise RequestError(f"no XDTS file: it begins with {first[:40]!r}, not {_FIRST_LINE!r}")
    try:
        table = json.loads(rest)["timeTables"][0]
        cels = next(field for field in table["fields"] if field["fieldId"] == _CELLS)
        track = min(cels["tracks"], key=lambda each: each["trackNo"])
        heads = next(h for h in table["timeTableHeaders"] if h["fieldId"] == _CELLS)
        changes = [(each["frame"], _value(each)) for each in track["frames"]]
        drawings = _filled(changes, table["duration"])
        return ExposureSheet(table["name"], drawings, heads["names"][track["trackNo"]])
    except (ValueError, KeyError, IndexError, TypeError, StopIteration) as error:
        raise RequestError(f"an XDTS file without a column of cels: {error}") from error


def to_csv(sheet: ExposureSheet) -> bytes:
    """The sheet as CSV: the name, the column, then a row a frame from 1, its cel where it changes.

    UTF-8 with a byte order mark, by which spreadsheets know it. A name that they would run as a
    formula has `'` before it, which `read_csv` takes away.
    """
    changes = dict(_changes(sheet))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["", _as_text(sheet.name)])
    rows.writerow(["Frame", _as_text(sheet.column)])
    for frame in range(len(sheet.drawings)):
        number = changes.get(frame)
        rows.writerow([frame + 1, "" if number is None else number or "×"])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def read_csv(content: bytes) -> ExposureSheet:
    """The first column of a CSV sheet. Raises RequestError."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        (_, name), (_, column) = rows[0][:2], rows[1][:2]
        cels = [(n, row[1]) for n, row in enumerate(rows[2:])]
        changes = [
            (n, 0 if cel == "×" else int(cel)) for n, cel in cels if cel not in ("", "○", "●")
        ]
        return ExposureSheet(_as_meant(name), _filled(changes, len(cels)), _as_meant(column))
    except (ValueError, IndexError, csv.Error) as error:
        raise RequestError(f"no exposure sheet: {error}") from error


def _as_text(name: str) -> str:
    return _RUN.sub("'", name)


def _as_meant(cell: str) -> str:
    return _QUOTED.sub("", cell)


def _changes(sheet: ExposureSheet) -> Iterator[tuple[int, int]]:
    """Frame and drawing wherever it changes; 0, none, closes the sheet."""
    frame = 0
    for number, same in groupby(sheet.drawings):
        yield frame, number
        frame += len(list(same))
    yield frame, 0


def _cell(frame: int, number: int) -> dict[str, Any]:
    value = str(number) if number else _NO_CELL
    return {"frame": frame, "data": [{"id": 0, "values": [value]}]}


def _value(cell: dict[str, Any]) -> int | None:
    values = cast("list[str]", cell["data"][0]["values"])
    if not values or values[0] == _NO_CELL:
        return 0
    return None if values[0] in _GOES_ON else int(values[0])


def _filled(changes: Sequence[tuple[int, int | None]], frames: int) -> tuple[int, ...]:
    """What each of so many frames shows, from the frames at which it changes."""
    shown = [0] * frames
    for frame, number in sorted(changes, key=lambda change: change[0]):
        if number is not None and frame < frames:
            start = max(0, frame)
            shown[start:] = [number] * (frames - start)
    return tuple(shown)
