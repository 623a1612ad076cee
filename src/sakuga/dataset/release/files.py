"""Files that are said to be of the release: opened, looked over, read a batch at a time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.files import open_file
from sakuga.dataset.release.columns import NEEDED, SCHEMA, SPLITS, split_of_file

BATCH_ROWS = 4_096
BUFFER = 1 << 17  # bytes read ahead of each column: in the release a row group is the whole file
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file, and how its columns differ from the release's."""

    url: str
    name: str
    split: str | None
    rows: int
    columns: tuple[str, ...]  # of the release, in its order
    missing: tuple[str, ...]  # of the release, and read as null
    ignored: tuple[str, ...]  # not of the release


def look(urls: Sequence[str]) -> list[ReleaseFile]:
    """Every file once, in the order of the release's splits.

    Raises RequestError for what is no Parquet file or lacks a column without which no row can be.
    """
    files = [_look(url) for url in dict.fromkeys(urls)]
    names = [file.name for file in files]
    files = [f if names.count(f.name) == 1 else replace(f, name=f.url) for f in files]
    places = {split: place for place, split in enumerate(SPLITS)}
    return sorted(files, key=lambda f: (places.get(f.split or "", len(places)), f.name, f.url))


def batches(file: ReleaseFile) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The columns of the release, some rows at a time, each with the number of its first row."""
    row = 0
    with _open(file.url) as parquet:
        read = parquet.iter_batches(BATCH_ROWS, columns=list(file.columns), use_threads=False)
        for batch in read:
            yield row, batch
            row += len(batch)


def digest(file: ReleaseFile, seen: Callable[[int], None]) -> str:
    """SHA-256 of a file's bytes; `seen` is told how many were read each time."""
    sha = hashlib.sha256()
    with open_file(file.url) as content:
        while block := content.read(BLOCK):
            sha.update(block)
            seen(len(block))
    return sha.hexdigest()


def bytes_of(file: ReleaseFile) -> int:
    """How many bytes a file has."""
    with open_file(file.url) as content:
        return int(content.seek(0, os.SEEK_END))


def _look(url: str) -> ReleaseFile:
    with _open(url) as parquet:
        names, rows = parquet.schema_arrow.names, parquet.metadata.num_rows
    name = PurePosixPath(url.replace("\\", "/")).name
    lacking = [column for column in NEEDED if column not in names]
    if lacking:
        raise RequestError(
            f"{url}: no column {', '.join(lacking)}; a file of the release has {', '.join(NEEDED)}"
        )
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise RequestError(f"{url}: more than one column {', '.join(twice)}; rename or drop it")
    return ReleaseFile(
        url=url,
        name=name,
        split=split_of_file(name),
        rows=rows,
        columns=tuple(column for column in SCHEMA.names if column in names),
        missing=tuple(column for column in SCHEMA.names if column not in names),
        ignored=tuple(column for column in names if column not in SCHEMA.names),
    )


@contextmanager
def _open(url: str) -> Generator[pq.ParquetFile]:
    """Raises RequestError where there is no file, or where its bytes make no sense."""
    try:
        with open_file(url) as file:
            yield pq.ParquetFile(file, buffer_size=BUFFER, pre_buffer=False)
    except FileNotFoundError as error:
        raise RequestError(f"{url}: there is no such file; check the name") from error
    except IsADirectoryError as error:
        raise RequestError(f"{url}: this is a folder; name its files: {url}/*.parquet") from error
    except ImportError as error:
        raise RequestError(f"{url}: {error}; for s3:// addresses: pip install 's3fs'") from error
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the machine's word, not Arrow's
        what = str(error).splitlines()[0].rstrip(".")
        raise RequestError(f"{url}: can't be read as Parquet: {what}; fetch it again") from error
