"""A Hugging Face cache with files of our own, in the layout that `huggingface_hub` itself writes.

    cache = hub_cache(tmp_path, "owner/name", "v2.0", {"model.onnx": b"...", "a/b.json": b"{}"})
    offline(monkeypatch, cache)

and from then on every library finds `owner/name` there, and nothing else anywhere.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

LARGE = (".onnx", ".safetensors", ".bin", ".pt", ".pth", ".msgpack", ".model", ".gguf")
COMMIT = re.compile(r"[0-9a-f]{40}")


def hub_cache(root: Path, repo: str, revision: str, files: Mapping[str, bytes] | Path) -> Path:
    """The cache in `root`, with one repository more; files: name -> bytes, or a folder of them.

    A revision that is no commit becomes a ref to one. May be called again for another repository,
    or another revision. Weights are kept under their SHA-256, all else under git's hash of it.
    """
    contents = _read(files) if isinstance(files, Path) else dict(files)
    home = root / f"models--{repo.replace('/', '--')}"
    commit = revision if COMMIT.fullmatch(revision) else _commit(contents)
    if commit != revision:
        _write(home / "refs" / revision, commit.encode())
    for name, content in contents.items():
        blob = home / "blobs" / blob_name(name, content)
        _write(blob, content)
        link = home / "snapshots" / commit / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    return root


def blob_name(name: str, content: bytes) -> str:
    """What the hub calls a file's bytes: their SHA-256 where they are large, or git's SHA-1."""
    if name.endswith(LARGE):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def snapshot(root: Path, repo: str) -> Path:
    """The folder of a repository that was put into the cache once."""
    [folder] = (root / f"models--{repo.replace('/', '--')}" / "snapshots").iterdir()
    return folder


def offline(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """This process and its children see this cache alone, and no network.

    The environment is for the children: `huggingface_hub` reads it once, when it is imported.
    """
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_CACHE", str(root))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(root))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def _read(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _commit(contents: Mapping[str, bytes]) -> str:
    listed = "\n".join(f"{name} {blob_name(name, c)}" for name, c in sorted(contents.items()))
    return hashlib.sha1(listed.encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
