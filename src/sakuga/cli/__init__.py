"""The command line: every command parses, calls one function and prints.

Exit codes: 0 all is well; 1 the world is broken (disk full, out of memory), the same command goes
on from there; 2 the request is wrong, nothing was touched; 3 some items failed; 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer

    app: typer.Typer  # with every command


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    from sakuga.cli.commands import COMMANDS, app_of

    asked = sys.argv[1:2]
    app_of(asked if asked and asked[0] in COMMANDS else COMMANDS)(prog_name="sakuga")


def __getattr__(name: str) -> Any:
    """`app` is made when it is asked for: a process of a build asks for nothing here."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sakuga.cli.commands import app_of

    globals()["app"] = made = app_of()
    return made


__all__ = ["app", "main"]
