"""`sakuga doctor`: whether this machine has what a build needs."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.ending import WORLD
from sakuga.cli.options import AsJson, Profile

if TYPE_CHECKING:
    from sakuga.core.weights import Weights

CODECS = ("h264", "hevc", "vp9", "av1", "mpeg4", "vp8")  # what footage comes in
EXTRAS = {  # extra -> the distribution that shows it is there
    "text": "rapidocr",
    "tag": "onnxruntime",
    "caption": "transformers",
    "describe": "openai",
    "dataset": "datasets",
    "report": "matplotlib",
    "ray": "ray",
    "s3": "s3fs",
}
ROOM_WANTED = 1 << 30  # bytes free at --out


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `fix` says what to do where it is not well."""

    name: str
    state: str
    well: bool = True
    fix: str = ""


def doctor(
    *,
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="Where a build would write.")
    ] = ".",
    profile: Profile = "lite",
    as_json: AsJson = False,
) -> None:
    """What is missing on this machine, and how to get it."""
    from sakuga.cli.console import print_json, stdout, table

    checks = [
        *_python(),
        *_dependencies(),
        _codecs(),
        *_machine(out),
        *_profile(profile),
        *_extras(),
    ]
    if as_json:
        print_json({"well": all(check.well for check in checks), "checks": checks})
    else:
        shown = table("", "", "", "")
        shown.show_header = False
        for check in checks:
            mark = "[ok]" if check.well else "[!!]"
            shown.add_row(mark, check.name, check.state, check.fix)
        stdout().print(shown)
    if not all(check.well for check in checks):
        raise typer.Exit(WORLD)


def _python() -> list[Check]:
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    return [
        Check("sakuga", metadata.version("sakuga")),
        Check(
            "python",
            platform.python_version(),
            good,
            "" if good else "use Python 3.11, 3.12 or 3.13",
        ),
    ]


def _dependencies() -> list[Check]:
    """Every distribution that the core requires, with the version that is installed."""
    required = [text for text in metadata.requires("sakuga") or [] if "extra ==" not in text]
    return [_dependency(text) for text in required]


def _dependency(required: str) -> Check:
    name = re.split(r"[^\w.-]", required, maxsplit=1)[0]
    least = re.search(r">=\s*([\d.]+)", required)
    there = _version(name)
    good = there is not None and (least is None or _numbers(there) >= _numbers(least[1]))
    return Check(name, there or "missing", good, "" if good else f"pip install '{required}'")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", version)[:3])


def _codecs() -> Check:
    from sakuga.core.video import can_decode

    able = [codec for codec in CODECS if can_decode(codec)]
    lacking = [codec for codec in CODECS if codec not in able]
    fix = f"no decoder for {', '.join(lacking)}: reinstall PyAV from its wheel" if lacking else ""
    return Check("decodes", ", ".join(able), not lacking, fix)


def _machine(out: str) -> list[Check]:
    checks = [Check("cores", str(os.cpu_count() or 1))]
    if "://" not in out:
        path = Path(out).absolute()
        there = next(p for p in (path, *path.parents) if p.exists())
        free = shutil.disk_usage(there).free
        low = free < ROOM_WANTED
        from sakuga.cli.console import size

        fix = "under 1 GB: name another folder with --out" if low else ""
        checks.append(Check("free disk", f"{size(free)} at {there}", not low, fix))
    return checks


def _profile(name: str) -> list[Check]:
    """The rooms of a profile, and for each of them what it lacks here."""
    from sakuga.build.pipeline import rooms_of
    from sakuga.core.errors import RequestError
    from sakuga.core.needs import lacking, needs_of

    title = f"profile {name}"
    try:
        made = rooms_of(name)
    except RequestError as error:
        return [Check(title, "can't be used", False, str(error))]
    checks = [Check(title, ", ".join(stage.name for stage in made.stages))]
    checks += [Check(title, f"without {room}", True, why) for room, why in made.left_out.items()]
    for stage in made.stages:
        if problem := lacking(stage):
            checks.append(Check(title, f"{stage.name} can't run", False, problem))
        for weights in needs_of(stage).weights:
            checks.append(_weights(title, weights))
    return checks


def _weights(title: str, weights: Weights) -> Check:
    """Whether they are on this machine; what is not is fetched by the build."""
    from sakuga.core.errors import RequestError
    from sakuga.core.weights import located

    try:
        return Check(title, f"{weights.repo}: {located(weights)}")
    except (RequestError, ImportError):
        size = f"about {weights.megabytes} MB"
        return Check(title, f"{weights.repo}: not here", True, f"a build fetches {size}")


def _extras() -> list[Check]:
    """What may be added; its absence is no fault."""
    return [
        Check(f"extra {extra}", there)
        if (there := _version(name))
        else Check(f"extra {extra}", "not installed", True, f"pip install 'sakuga[{extra}]'")
        for extra, name in EXTRAS.items()
    ]


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
