"""What a number is of: clips and nets, so that it can be traced and two runs be compared.

A net is told by the versions of its packages and by the hashes of the files that were loaded, and
where they came from the Hugging Face hub by the commit in whose snapshot they lie.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

from sakuga.core.recipe import fingerprint, public
from sakuga.core.weights import Weights, located
from sakuga.evaluate.clips import Clips
from sakuga.evaluate.extractors import Extractor
from sakuga.evaluate.told import NOTHING, Line

COMMIT, SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")
ALWAYS = ("sakuga", "av", "cv2", "numpy")  # read, cut and resize
HEAD: Line = ("", "net", "packages", "weights", "commit", "files, SHA-256")
SHORT = 12  # digits of a hash, where it stands in a sentence


@dataclass(frozen=True, slots=True)
class Net:
    """called: in words. packages: name -> version. weights: repository, file or folder; "" of a net
    that has none. commit: of the hub's snapshot that was loaded, "" elsewhere. files: name -> whole
    SHA-256 of each that is read."""

    called: str
    recipe: dict[str, Any]
    packages: dict[str, str]
    weights: str
    commit: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """What two runs must share to be compared, but the clips themselves. key: 16 digits that differ
    where clips' recipe, number, nets or their files do. packages: that reading is done with."""

    key: str
    clips: dict[str, Any]
    nets: dict[str, Net]
    packages: dict[str, str]


def terms(clips: Clips, count: int, recipes: Mapping[str, Extractor]) -> Terms:
    """Of a run on so many clips a side."""
    nets = {section: net(recipe) for section, recipe in recipes.items()}
    told = public(clips)
    of_nets = {section: [each.recipe, each.files] for section, each in nets.items()}
    key = fingerprint({**told, "count": count}, of_nets)
    return Terms(key, told, nets, _versions(ALWAYS))


def net(recipe: Extractor) -> Net:
    """A recipe's net. What it reads beside the hub's files stands in its `files`, modules beside
    those it needs in `also`, where it has them."""
    own: Sequence[Path] = getattr(recipe, "files", ())
    modules = (*recipe.needs.modules, *getattr(recipe, "also", ()))
    places, commits, files = [each.parent.name for each in own], list[str](), {}
    files |= {each.name: _sha256(each) for each in own}
    for weights in recipe.needs.weights:
        folder = located(weights)
        hub = folder.parent.name == "snapshots" and COMMIT.fullmatch(folder.name)
        places.append(weights.repo if hub else folder.name)
        commits += [folder.name] if hub else []
        files |= {name: _sha256(folder / name) for name in _names(folder, weights)}
    return Net(
        recipe.called, public(recipe), _versions(modules), ", ".join(places), ", ".join(commits),
        files,
    )  # fmt: skip


def digest(pixels: Mapping[str, str]) -> str:
    """16 digits of a side's clips: name -> hash of its frames."""
    return fingerprint(sorted(pixels.items()))


def lines(found: Terms) -> list[Line]:
    """A table of the nets, its head first; hashes whole."""
    return [HEAD, *(_line(section, each) for section, each in found.nets.items())]


def sentences(found: Terms) -> Iterator[str]:
    """The same, a sentence each, hashes cut."""
    for section, each in found.nets.items():
        where = f" of {each.weights}" if each.weights else ""
        commit = f" at {each.commit[:SHORT]}" if each.commit else ""
        files = "; ".join(f"{name} {sha[:SHORT]}" for name, sha in each.files.items())
        read = f"; {files}{where}{commit}" if files else "; it reads no weights"
        yield f"{section}: {each.called}; {_told(each.packages) or 'NumPy alone'}{read}."


def _line(section: str, each: Net) -> Line:
    files = ", ".join(f"{name} {sha}" for name, sha in each.files.items())
    told = (_told(each.packages), each.weights, each.commit, files)
    return (section, each.called, *(cell or NOTHING for cell in told))


def _told(packages: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in packages.items())


def _versions(modules: Sequence[str]) -> dict[str, str]:
    """Distribution -> version, of those that are installed as one."""
    found: dict[str, str] = {}
    for module in modules:
        name = next(iter(_owners().get(module, ())), module)
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def _owners() -> Mapping[str, Sequence[str]]:
    """Module -> the distributions that it came with."""
    return packages_distributions()


def _names(folder: Path, weights: Weights) -> Iterator[str]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if any(fnmatch(name, pattern) for pattern in weights.files):
            yield name


def _sha256(file: Path) -> str:
    """Of its bytes; a file that the hub's cache calls by it was checked as it was fetched."""
    blob = file.resolve()
    if file.is_symlink() and SHA256.fullmatch(blob.name):
        return blob.name
    with blob.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
