"""The command line starts at once: nothing heavy is imported before a command needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODELS = ("torch", "transformers", "onnxruntime", "openai", "huggingface_hub", "rapidocr")
HEAVY = ("av", "cv2", "fsspec", "numpy", "pyarrow", "pydantic", "ray", "scenedetect", *MODELS)


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


def test_a_worker_of_a_build_never_imports_the_command_line() -> None:
    """The console's script imports `sakuga.cli`, and every process of a build that script again."""
    script = "import sys\nfrom sakuga.cli import main\nprint('typer' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_recipes_are_made_without_what_looks_at_pictures() -> None:
    """The process that plans a build never sees one."""
    script = (
        "import sys\nfrom sakuga.build.pipeline import stages_of\nstages_of('lite')\n"
        "print(*sorted(sys.modules.keys() & {'av', 'cv2', 'fsspec', 'pandas', 'pyarrow.compute'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_a_room_and_its_backends_load_no_model_before_they_must() -> None:
    script = f"""
import sys
from sakuga.build.pipeline import ROOMS
from sakuga.core.profile import make_stages
for room, kind in ROOMS.items():
    for name in kind.backends:
        make_stages({{room: {{"use": name}}}}, {{room: kind}})
sys.stderr.write(" ".join(sorted(sys.modules.keys() & set({MODELS!r}))))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
