"""The command line: every command parses, calls one function and prints.

Exit codes: 0 all is well; 1 the world is broken (disk full, out of memory), the same command goes
on from there; 2 the request is wrong, nothing was touched; 3 some items failed; 130 Ctrl-C.
"""

from __future__ import annotations

from sakuga.cli.app import app


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    app(prog_name="sakuga")


__all__ = ["app", "main"]
