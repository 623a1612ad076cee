"""One step ahead: the next thing is made on a thread of its own while the last is worked on.

Decoding and preparing pictures and running a model all release Python's lock, so a model does not
wait for its next batch as long as that takes less time than the model itself.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Thing = TypeVar("Thing")
_END: Final = object()


def ahead(things: Iterable[Thing]) -> Generator[Thing]:
    """The things, in their order. What making one raises is raised in its place.

    Never more than one is made before it is asked for, so that memory stays bounded.
    """
    source = iter(things)
    with ThreadPoolExecutor(1, "ahead") as pool:
        coming = pool.submit(next, source, _END)
        while (thing := coming.result()) is not _END:
            coming = pool.submit(next, source, _END)
            yield thing  # pyright: ignore[reportReturnType]
