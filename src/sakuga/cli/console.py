"""Where commands print: tables for people, JSON for programs. No text is read as markup.

Of the ranks of a launched command the first alone says what came of it; any may complain.
"""

from __future__ import annotations

import dataclasses
import json
import os
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPED_WIDTH = 140  # columns where nobody says how wide the screen is


def stdout() -> Console:
    """What was asked for goes here."""
    return _console(False, quiet=not is_first())


def stderr() -> Console:
    """Progress and complaints go here."""
    return _console(True)


def is_first() -> bool:
    """False in all ranks but the first, as `accelerate launch` and torchrun number them."""
    return os.environ.get("RANK", "0") == "0"


def _console(is_stderr: bool, quiet: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=is_stderr, markup=False, highlight=False, emoji=False, quiet=quiet)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console


def table(*columns: str, numbers: int = 0, title: str | None = None) -> Table:
    """A table without lines; its last `numbers` columns stand to the right."""
    from rich.table import Table

    made = Table(box=None, title=title, title_justify="left", pad_edge=False, title_style="bold")
    for place, name in enumerate(columns):
        right = place >= len(columns) - numbers
        made.add_column(name, justify="right" if right else "left", header_style="dim")
    return made


def print_json(value: Any) -> None:
    """A dataclass or plain value as JSON, the only thing on standard output."""
    if is_first():
        typer.echo(json.dumps(value, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def size(number: float) -> str:
    """Bytes, readable: `1.6 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return (
                f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
            )
        number /= 1000
    return f"{number:.1f} TB"


def span(seconds: float) -> str:
    """A time that passed or is left: `0:42`, `1:03:10`."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun: `1 shot`, `2,310 shots`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


__all__ = ["count", "is_first", "print_json", "size", "span", "stderr", "stdout", "table"]
