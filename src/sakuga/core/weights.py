"""Weights from the Hugging Face hub: pinned, fetched before work starts, checked before use.

They lie in the hub's own cache (`HF_HOME`), in its own layout, so what another tool has fetched
serves here too, and a machine without network works from a cache that was brought to it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import cast

from sakuga.core.errors import RequestError

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Weights:
    """Files of one repository at one revision.

    repo: `owner/name` on the hub, or a folder of this machine that holds the files. files: names or
    patterns, each of which must match a file. megabytes: about how much is fetched, to be said.
    gated: given only to those who accepted its terms.
    """

    repo: str
    revision: str
    files: tuple[str, ...]
    megabytes: int
    gated: bool = False


def fetch(weights: Weights, wanted_by: str) -> Path:
    """The folder with the files, fetched if they are not there. Raises RequestError.

    `wanted_by` opens the messages: `[tag] wd14`. Files are compared with the hash under which the
    cache keeps them, so one that was damaged later is found out.
    """
    own = _local(weights)
    folder = own or _download(weights, wanted_by)
    for pattern in weights.files:
        if not any(True for _ in _matching(folder, pattern)):
            if own:
                raise RequestError(f"{wanted_by}: the folder {own} has no {pattern}: put it there")
            raise RequestError(
                f"{wanted_by}: {weights.repo} at {weights.revision} has no {pattern} in {folder}: "
                "fetch it whole with " + _how(weights)
            )
    for pattern in weights.files:
        for file in _matching(folder, pattern):
            _check(file, weights, wanted_by)
    return folder


def located(weights: Weights) -> Path:
    """The folder with the files, which `fetch` has made sure of. Raises RequestError."""
    return _local(weights) or _download(weights, weights.repo, offline=True)


def _local(weights: Weights) -> Path | None:
    folder = Path(weights.repo).expanduser()
    return folder if folder.is_dir() else None


def _download(weights: Weights, wanted_by: str, offline: bool = False) -> Path:
    from huggingface_hub import errors, snapshot_download

    try:
        found = snapshot_download(
            weights.repo,
            revision=weights.revision,
            allow_patterns=list(weights.files),
            local_files_only=offline,
        )
    except errors.GatedRepoError as error:
        raise RequestError(f"{wanted_by}: {weights.repo} is gated: {_terms(weights)}") from error
    except errors.RevisionNotFoundError as error:
        raise RequestError(
            f"{wanted_by}: {weights.repo} has no revision {weights.revision!r}: "
            "name one that it has"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise RequestError(
            f"{wanted_by}: there is no {weights.repo} on the hub, or it is private: check the "
            "name, or give a token in HF_TOKEN"
        ) from error
    except (OSError, RuntimeError, _http_error()) as error:  # RuntimeError: its fast transfers
        raise RequestError(
            f"{wanted_by} needs {weights.repo} at {weights.revision} (about "
            f"{weights.megabytes} MB), which is not in {_cache()} and can't be fetched "
            f"now{_cause(error)}. Where there is network: {_how(weights)}; then bring the cache "
            "here, or name a folder with the files as its repository"
            + (f". The model is gated: {_terms(weights)}" if weights.gated else "")
        ) from error
    except ValueError as error:
        raise RequestError(f"{wanted_by}: {weights.repo!r}: {error}") from error
    return Path(found)


def _check(file: Path, weights: Weights, wanted_by: str) -> None:
    blob = file.resolve()
    if not file.is_symlink() or not _HASH.fullmatch(blob.name):
        return  # in a user's own folder nothing says what it should be
    found = _hash_of(blob)
    if found != blob.name:
        raise RequestError(
            f"{wanted_by}: {file.name} of {weights.repo} is damaged (its hash is "
            f"{found[:12]}..., not {blob.name[:12]}...): delete {blob} and fetch it "
            f"again with {_how(weights)}"
        )


def _hash_of(blob: Path) -> str:
    """What the hub would call it: large files by their SHA-256, the others by git's SHA-1."""
    with blob.open("rb") as content:
        if len(blob.name) == 64:
            return hashlib.file_digest(content, "sha256").hexdigest()
        return hashlib.sha1(b"blob %d\0" % blob.stat().st_size + content.read()).hexdigest()


def _http_error() -> type[Exception]:
    """The root of what goes wrong on the way to the hub, of whichever library it asks through."""
    from huggingface_hub import errors

    return cast("type[Exception]", vars(errors)["HTTPError"])


def _cause(error: Exception) -> str:
    """Why it can't be fetched, where that says more than that there is no network."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    if isinstance(error, LocalEntryNotFoundError):
        return ""
    first = str(error).strip().splitlines() or [type(error).__name__]
    return f" ({first[0]})"


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    names = (path for path in folder.rglob("*") if path.is_file())
    return (p for p in names if fnmatch(p.relative_to(folder).as_posix(), pattern))


def _how(weights: Weights) -> str:
    files = " ".join(f"--include '{name}'" for name in weights.files)
    return f"`hf download {weights.repo} --revision {weights.revision} {files}`"


def _terms(weights: Weights) -> str:
    return f"accept its terms on https://huggingface.co/{weights.repo} and give a token in HF_TOKEN"


def _cache() -> str:
    from huggingface_hub import constants

    return str(constants.HF_HUB_CACHE)
