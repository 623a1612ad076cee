"""What a command costs: time, CPU, and the most memory it had, as the kernel counts it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

STATUS = Path("/proc/self/status")  # only Linux tells a process's peak without its parent's
MAIN = "from sakuga.cli import main; main()"

_WATCHED = """
import atexit, sys

def tell(path=sys.argv.pop(1)):
    with open("/proc/self/status") as status, open(path, "w") as peak:
        peak.write(next(line for line in status if line.startswith("VmHWM")).split()[1])

atexit.register(tell)
"""


@dataclass(frozen=True)
class Cost:
    """What a command took; megabytes at its peak."""

    code: int
    seconds: float
    cpu_seconds: float
    megabytes: float


def cost(code: str, *arguments: object) -> Cost:
    """Run Python code as a command with these arguments; what it prints is lost."""
    with tempfile.TemporaryDirectory() as folder:
        peak, started = Path(folder) / "peak", time.monotonic()
        words = [sys.executable, "-c", _WATCHED + code, str(peak), *map(str, arguments)]
        command = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
        return Cost(
            command.returncode,
            time.monotonic() - started,
            usage.ru_utime + usage.ru_stime,
            int(peak.read_text()) / 1024,
        )
