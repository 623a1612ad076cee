"""The house stands as the design draws it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "sakuga"
MODULES = sorted(SOURCE.rglob("*.py"))
ONLY_IN = {  # package -> the modules that may import it
    "av": {"core/alpha.py", "core/webp.py", "core/video.py", "core/frame.py", "core/encode.py"},
    "ray": {"core/engine.py"},
    "torch": {"build", "evaluate", "generate", "models", "train"},
    "transformers": {"build", "evaluate", "models"},
    "c2pa": {"generate"},
    "onnxruntime": {"build"},
    "openai": {"build"},
    "huggingface_hub": {"core/weights.py"},
    "filelock": {"core/lock.py"},
    "typer": {"cli"},
    "rich": {"cli"},
}
BANNED = ("utils", "common", "helpers", "manager", "process", "handle", "data", "info", "misc")


def name_of(module: Path) -> str:
    return module.relative_to(SOURCE).as_posix()


def imports_of(module: Path) -> Iterator[str]:
    """The top-level packages that a module imports anywhere in it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_imports_go_down_only() -> None:
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_package_is_imported_only_where_it_belongs(package: str) -> None:
    importers = {name_of(module) for module in MODULES if package in imports_of(module)}
    allowed = ONLY_IN[package]
    assert {name for name in importers if name.split("/")[0] not in allowed} <= allowed


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_says_what_it_is(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_nets_are_imported_only_where_they_are_loaded() -> None:
    """They import PyTorch at their top, so nothing else may import them at its own.

    `public` only says where their weights are, `svd_format` how large they draw. Training is
    PyTorch throughout: its command imports it when it begins.
    """
    rooms = {module: name_of(module).split("/")[0] for module in MODULES}
    outside = [module for module in MODULES if rooms[module] not in ("models", "train")]
    for module in outside:
        top = ast.parse(module.read_text(encoding="utf-8")).body
        froms = [node.module or "" for node in top if isinstance(node, ast.ImportFrom)]
        names = [a.name for node in top if isinstance(node, ast.Import) for a in node.names]
        nets = [name for name in froms + names if name.startswith("sakuga.models")]
        assert not set(nets) - {"sakuga.models.public", "sakuga.models.svd_format"}, name_of(module)


def test_names_mean_something() -> None:
    assert [name_of(m) for m in MODULES if m.stem in BANNED or m.parent.name in BANNED] == []


def test_rooms_import_no_heavy_thing_at_their_front_door() -> None:
    """A recipe is cheap: what decodes and computes is imported by `load`."""
    heavy = {"av", "cv2", "ray", "torch", "scenedetect", "skimage"}
    doors = [SOURCE / "build" / "sample.py", *SOURCE.glob("build/*/__init__.py")]
    for door in doors:
        top = [n for n in ast.parse(door.read_text()).body if isinstance(n, ast.Import)]
        named = {alias.name.split(".")[0] for node in top for alias in node.names}
        assert not named & heavy, name_of(door)
