"""Options that several commands share, and the checks on what they were given."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sakuga.build.pipeline import Request

Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT...",
        help="Files and folders of footage, or s3:// addresses. None: what the folder knows.",
        show_default=False,
    ),
]
Out = Annotated[
    str, typer.Option("--out", metavar="DIR", help="Folder or bucket address of the dataset.")
]
Profile = Annotated[
    str, typer.Option("--profile", metavar="NAME|FILE", help="What to make: a profile or its file.")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="ROOM.FIELD=VALUE", help="Change one value of the profile."),
]
Parts = Annotated[
    str | None,
    typer.Option("--parts", metavar="A-B", help="Only these parts, for arrays of cluster jobs."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Dir = Annotated[str, typer.Argument(metavar="DIR", help="A folder that `sakuga build` made.")]


def request(
    inputs: list[str] | None,
    out: str,
    profile: str,
    overrides: list[str] | None,
    parts: str | None = None,
) -> Request:
    """What `build` and `plan` were asked for, checked. Raises RequestError."""
    from sakuga.core.errors import RequestError
    from sakuga.core.threads import one_thread

    with one_thread():
        from sakuga.build.pipeline import Request

    for given in inputs or ():
        if "://" not in given and not os.path.lexists(given):
            raise RequestError(f"{given}: there is no such file or folder; check the name")
    check_out(out)
    return Request(
        out=out,
        inputs=tuple(inputs or ()),
        profile=profile,
        overrides=tuple(overrides or ()),
        parts=parts_range(parts),
    )


def parts_range(given: str | None) -> range | None:
    """`3-7` or `3` as a range. Raises RequestError."""
    from sakuga.core.errors import RequestError

    if given is None:
        return None
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", given.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first:
        raise RequestError(f"--parts {given}: no range of parts; write it as 0-99, both included")
    return range(first, last + 1)


def check_out(out: str, flag: str = "--out") -> None:
    """Raises RequestError where a folder of this machine can't be written to."""
    from sakuga.core.errors import RequestError

    if "://" in out:
        return
    path = Path(out)
    if path.exists() and not path.is_dir():
        raise RequestError(f"{flag} {out}: this is a file; name a folder, which may be new")
    above = next((p for p in (path, *path.absolute().parents) if p.exists()), Path("/"))
    if not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
        raise RequestError(f"{flag} {out}: {above} can't be written to; choose another folder")
