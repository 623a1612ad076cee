"""A path of this machine is read without fsspec, and means what it means to fsspec."""

from __future__ import annotations

import os
from pathlib import Path

import fsspec
import pytest

from sakuga.core.files import Here, file_system
from tests.fresh import imported

PLAIN = ["/a/b", "/a/b/", "/", "a", "a/b/", "./a", ".", "a/../b", "~", "~/a", "/a:b", "a b", "ä"]


@pytest.mark.skipif(os.sep != "/", reason="elsewhere fsspec does it all")
@pytest.mark.parametrize("address", PLAIN)
def test_a_plain_path_is_the_one_that_fsspec_makes_of_it(address: str) -> None:
    fs, path = file_system(address)
    assert isinstance(fs, Here)
    assert path == fsspec.core.url_to_fs(address)[1]


@pytest.mark.parametrize("address", ["memory://a/b", "file:///a/b"])
def test_an_address_is_fsspec_s(address: str) -> None:
    fs, path = file_system(address)
    theirs, their_path = fsspec.core.url_to_fs(address)
    assert (type(fs), path) == (type(theirs), their_path)


def test_a_build_s_tables_need_no_fsspec(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from sakuga.core.store import Store\n"
        "store = Store(sys.argv[1])\n"
        "store.write_bytes(('a', 'b'), b'c')\n"
        "assert store.exists('a', 'b') and store.read_bytes('a', 'b') == b'c'\n"
        "store.remove('a', 'b'), store.remove('a', 'b')\n"
        "assert store.names('a') == [] and store.is_local"
    )
    assert imported(program, "fsspec", argument=tmp_path) == []
