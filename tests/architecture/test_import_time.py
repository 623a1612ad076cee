"""The command line starts at once: nothing heavy is imported before a command needs it."""

from __future__ import annotations

import pytest

from tests.fresh import imported

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
    program = f"""
import sys

def suppressed(main):
    try:
        main()
    except SystemExit:
        pass

{code}
"""
    assert imported(program, *HEAVY) == []


def test_a_worker_of_a_build_never_imports_the_command_line() -> None:
    """The console's script imports `sakuga.cli`, and every process of a build that script again."""
    assert imported("from sakuga.cli import main", "typer") == []


def test_recipes_are_made_without_what_looks_at_pictures() -> None:
    """The process that plans a build never sees one."""
    program = "from sakuga.build.pipeline import stages_of\nstages_of('lite')"
    assert imported(program, "av", "cv2", "fsspec", "pandas", "pyarrow.compute") == []


def test_a_room_and_its_backends_load_no_model_before_they_must() -> None:
    program = """
from sakuga.build.pipeline import ROOMS
from sakuga.core.profile import make_stages
for room, kind in ROOMS.items():
    for name in kind.backends:
        make_stages({room: {"use": name}}, {room: kind})
"""
    assert imported(program, *MODELS) == []
