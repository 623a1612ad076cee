"""Whether a pack serves: a truth table of how it was made and what is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.train.packed import open_pack, writing
from sakuga.train.packing import Packing
from sakuga.train.serves import check_serves

SIDE, COVER = {"side": 20, "cover": None}, {"side": 256, "cover": [40, 30]}


@pytest.mark.parametrize(
    ("made", "shape", "caption", "wanted", "refused"),
    [
        (SIDE, (20, 27), "a fox", Packing(side=20), None),
        (SIDE, (20, 27), "a fox", Packing(side=21), "a shorter side of 21 is wanted"),
        (SIDE, (15, 20), "a fox", Packing(side=21), None),  # it was no larger
        (SIDE, (20, 27), "a fox", Packing(cover=(27, 20)), None),
        (SIDE, (20, 27), "a fox", Packing(cover=(40, 20)), "what covers 40 x 20 is wanted"),
        (COVER, (30, 53), "a fox", Packing(cover=(40, 30)), None),
        (COVER, (30, 53), "a fox", Packing(cover=(48, 32)), "one at 53 x 30, and would be blown"),
        (COVER, (20, 27), "a fox", Packing(cover=(48, 32)), None),
        (COVER, (30, 53), "a fox", Packing(side=30), None),
        (SIDE, (20, 27), " ", Packing(side=20), "1 of its 1 clips have no caption"),
        (SIDE, (20, 27), " ", Packing(side=20, caption=False), None),
        ({}, (2, 2), "a fox", Packing(side=20), None),  # written by hand
        ({}, (2, 2), "", Packing(side=20), "no caption"),
    ],
)
def test_a_pack_serves_where_its_pictures_are_large_enough_and_its_captions_there(
    made: dict[str, object], shape: tuple[int, int], caption: str, wanted: Packing,
    refused: str | None, tmp_path: Path,
) -> None:  # fmt: skip
    with writing(tmp_path / "pack", made) as writer:
        writer.add("0", caption, np.zeros((8, *shape, 3), np.uint8))
    pack = open_pack(tmp_path / "pack")
    if refused is None:
        check_serves(pack, wanted, "pack it again")
        return
    with pytest.raises(RequestError, match=f"{refused}.*; pack it again"):
        check_serves(pack, wanted, "pack it again")


@pytest.mark.parametrize("seed", range(5))
def test_what_a_packing_makes_suffices_for_it_unless_it_was_smaller(seed: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(40):
        height, width, wide, high, side = (int(n) for n in random.integers(8, 90, 5))
        for packing in (Packing(side=side), Packing(cover=(wide, high))):
            there = packing.suffices(height, width)
            made = packing.fitted(np.zeros((1, height, width, 3), np.uint8)).shape[1:3]
            assert packing.suffices(*made) == there
            assert there or made == (height, width)
