"""`python -m benchmarks [NAME ...]`: run, print, and keep the pages in `docs/benchmarks/`."""

from __future__ import annotations

import contextlib
import importlib
import io
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

NAMES = (
    "worn",
    "drawings",
    "timing",
    "cuts",
    "motion",
    "speed",
    "models",
    "text",
    "describe",
    "release",
    "scan",
    "retrieval",
    "timesheet",
    "gap",
)
ASKED = ("learning", "svd", "gpu", "gpu_svd", "real")  # only if named: hours, a GPU, or footage
DOCS = Path(__file__).parents[1] / "docs" / "benchmarks"


class Both(io.StringIO):
    """What is said is shown at once and kept."""

    def write(self, text: str) -> int:
        sys.__stderr__.write(text)  # pyright: ignore[reportOptionalMemberAccess]
        return super().write(text)


def run(name: str) -> str:
    """One benchmark's page: what it says on the way, and its table."""
    from benchmarks.table import markdown

    module = importlib.import_module(f"benchmarks.{name}")
    with contextlib.redirect_stderr(Both()) as said:
        table = markdown([*module.lines(), *getattr(module, "cost_lines", lambda: ())()])
    first = (module.__doc__ or name).strip().splitlines()[0]
    when = f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}"
    return f"# {name}\n\n{first}\n\n{when}.\n\n{said.getvalue()}\n\n{table}\n"


def main() -> None:
    if sys.argv[1:2] == ["real"]:  # the rest are the folder of clips and other tools' answers
        importlib.import_module("benchmarks.real").arguments[:] = sys.argv[2:]
        del sys.argv[2:]
    for name in sys.argv[1:] or NAMES:
        if name not in NAMES + ASKED:
            raise SystemExit(f"{name}: no such benchmark; there are {', '.join(NAMES + ASKED)}")
        page = run(name)
        DOCS.mkdir(parents=True, exist_ok=True)
        (DOCS / f"{name}.md").write_text(page, encoding="utf-8")
        print(page)


if __name__ == "__main__":
    main()
