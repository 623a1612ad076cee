"""Threads that NumPy's linear algebra is not given: they wait by spinning.

OpenBLAS starts a thread for each core where NumPy is imported, and after every product of two
matrices they spin for a while, in case there is another. A build makes thousands of small products
a film: measured, a tenth of its CPU seconds and more went into that, and nothing came of it.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

_NAME = "OPENBLAS_NUM_THREADS"


@contextmanager
def one_thread() -> Generator[None]:
    """One thread of linear algebra for a NumPy that is first imported in the block, here or in a
    process that is started in it. What the environment says stands; after the block it is as it
    was, so that other libraries never see this."""
    if _NAME in os.environ:
        yield
        return
    os.environ[_NAME] = "1"
    try:
        yield
    finally:
        os.environ.pop(_NAME, None)
