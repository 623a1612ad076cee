"""What a program imports, in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def imported(program: str, *modules: str, argument: object = "") -> list[str]:
    """Which of these modules are there after a program has run; `argument` is its `sys.argv[1]`."""
    told = f"{program}\nimport sys\nprint(*sorted(sys.modules.keys() & {set(modules)!r}))"
    command = [sys.executable, "-c", told, str(argument)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()
