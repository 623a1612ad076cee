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

from sakuga.core.errors import RequestError

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Weights:
    """Files of one repository at one revision.

    repo: `owner/name` on the hub, or a folder of this machine that holds the files. files: names or
    patterns, each of which must match a file. megabytes: about how much is fetched, to be said.
    """

    repo: str
    revision: str
    files: tuple[str, ...]
    megabytes: int


def fetch(weights: Weights, wanted_by: str) -> Path:
    """The folder with the files, fetched if they are not there. Raises RequestError.

    `wanted_by` opens the messages: `[tag] wd14`. Files are compared with the SHA-256 under which
    the cache keeps them, so one that was damaged later is found out.
    """
    folder = _local(weights) or _download(weights, wanted_by)
    for pattern in weights.files:
        if not any(True for _ in _matching(folder, pattern)):
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
        raise RequestError(
            f"{wanted_by}: {weights.repo} is gated: accept its terms on "
            f"https://huggingface.co/{weights.repo} and give a token in HF_TOKEN"
        ) from error
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
    except (OSError, errors.HfHubHTTPError) as error:
        raise RequestError(
            f"{wanted_by} needs {weights.repo} at {weights.revision} (about "
            f"{weights.megabytes} MB), which is not in {_cache()} and can't be fetched "
            f"now. Where there is network: {_how(weights)}; then bring the cache here, or name a "
            "folder with the files as its repository"
        ) from error
    except ValueError as error:
        raise RequestError(f"{wanted_by}: {weights.repo!r}: {error}") from error
    return Path(found)


def _check(file: Path, weights: Weights, wanted_by: str) -> None:
    blob = file.resolve()
    if not file.is_symlink() or not _SHA256.fullmatch(blob.name):
        return  # small files are kept under a hash of git's, and a user's folder under none
    with blob.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != blob.name:
        raise RequestError(
            f"{wanted_by}: {file.name} of {weights.repo} is damaged (its SHA-256 is "
            f"{found[:12]}..., not {blob.name[:12]}...): delete {blob} and fetch it "
            f"again with {_how(weights)}"
        )


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    names = (path for path in folder.rglob("*") if path.is_file())
    return (p for p in names if fnmatch(p.relative_to(folder).as_posix(), pattern))


def _how(weights: Weights) -> str:
    files = " ".join(f"--include '{name}'" for name in weights.files)
    return f"`hf download {weights.repo} --revision {weights.revision} {files}`"


def _cache() -> str:
    from huggingface_hub import constants

    return str(constants.HF_HUB_CACHE)
