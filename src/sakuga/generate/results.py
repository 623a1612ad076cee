"""What one picture becomes, on disk: every file whole under its name, or none.

OUT/NAME.generated.mp4     the film, 24 frames a second
OUT/NAME.generated.xdts    its exposure sheet, as XDTS ...
OUT/NAME.generated.csv     ... and as CSV
OUT/NAME.generated.json    what it was made by, from and of
OUT/NAME.generated/A_0001.png ...     the keyframes, where they are asked for

All is written aside first and then renamed, so that a full disk or an interruption leaves what was
there before; what a killed run left aside goes with the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.dataset.exposure_sheet import COLUMN, sheet_of, to_csv, xdts
from sakuga.generate.aside import aside
from sakuga.generate.marked import write_film, write_picture
from sakuga.generate.pictures import MARK
from sakuga.generate.provenance import Provenance, clean

ENDS: Final = (".mp4", ".xdts", ".csv", ".json")

Sign = Callable[[Path, Provenance], None]


@dataclass(frozen=True, slots=True)
class Files:
    """Where the results of one picture lie."""

    out: Path
    name: str

    @property
    def stem(self) -> Path:
        """What all of their names begin with."""
        return self.out / f"{self.name}{MARK}"

    def there(self) -> list[Path]:
        """Those that exist."""
        all_ = [self.stem.with_name(self.stem.name + end) for end in ENDS]
        return [path for path in (*all_, self.stem) if path.exists()]


@dataclass(frozen=True, slots=True)
class Film:
    """keyframes: (K, H, W, 3) RGB; held: (K,) frames that each is held."""

    keyframes: NDArray[np.uint8]
    held: NDArray[np.integer[Any]]
    told: Provenance
    notes: tuple[str, ...]


def write(files: Files, film: Film, keep: bool, sign: Sign | None) -> list[Path]:
    """Write all results, in place of those that are there; returns them.

    keep: the keyframes too. sign: what puts credentials into films and pictures. Raises OSError.
    """
    with aside(files.stem.parent) as folder:
        _film(folder, files, film)
        if keep:
            _keyframes(folder / files.stem.name, film)
        if sign:
            for path in sorted(p for p in folder.rglob("*") if p.suffix in (".mp4", ".png")):
                sign(path, film.told)
        return _moved(folder, files)


def _film(folder: Path, files: Files, film: Film) -> None:
    base = str(folder / files.stem.name)
    title = clean(f"{files.name} (generated)")
    frames = write_film(Path(base + ".mp4"), film.keyframes, film.held, film.told, title)
    sheet = sheet_of(title, film.held)
    Path(base + ".xdts").write_bytes(xdts(sheet))
    Path(base + ".csv").write_bytes(to_csv(sheet))
    page = film.told.page() | {"frames": frames, "notes": list(film.notes)}
    Path(base + ".json").write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _keyframes(folder: Path, film: Film) -> None:
    folder.mkdir()
    for number, picture in enumerate(film.keyframes, 1):
        write_picture(folder / f"{COLUMN}_{number:04d}.png", picture, film.told)


def _moved(folder: Path, files: Files) -> list[Path]:
    """Renamed into place; keyframes of an earlier, longer film go."""
    if files.stem.is_dir():
        for old in files.stem.glob(f"{COLUMN}_[0-9][0-9][0-9][0-9].png"):
            old.unlink()
        if not any(files.stem.iterdir()):
            files.stem.rmdir()
    made: list[Path] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        target = files.stem.parent / path.relative_to(folder)
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
        made.append(target)
    return made
