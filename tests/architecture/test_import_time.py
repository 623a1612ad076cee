"""The command line starts at once: nothing heavy is imported before a command needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("av", "cv2", "fsspec", "numpy", "pyarrow", "pydantic", "ray", "scenedetect", "torch")


@pytest.mark.parametrize(
    "code",
    [
        "import sakuga",
        "import sakuga.cli",
        "from sakuga.cli import main; sys.argv[1:] = ['--help']; suppressed(main)",
        "from sakuga.cli import main; sys.argv[1:] = ['--version']; suppressed(main)",
    ],
)
def test_nothing_heavy_is_imported(code: str) -> None:
    script = f"""
import sys

def suppressed(main):
    try:
        main()
    except SystemExit:
        pass

{code}
sys.stderr.write(" ".join(sorted(sys.modules.keys() & set({HEAVY!r}))))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
