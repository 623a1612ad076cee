"""The clips of a dataset, or of what answers a query, packed for `train svd` (§4.2, §6)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sakuga.core.errors import RequestError
from sakuga.dataset.published import Dataset, open_dataset
from sakuga.dataset.query import matching
from sakuga.train.packed import Pack, is_pack, open_pack
from sakuga.train.packing import Advance, Packing, pack
from sakuga.train.svd.recipe import Recipe


def rows_of(folder: str, split: str, query: str | None) -> Dataset:
    """The rows that are trained on. Raises RequestError where there is none."""
    rows = open_dataset(folder).split(split)
    if query is None:
        return rows
    found = matching(rows, query)
    if not len(found):
        raise RequestError(
            f"--query {query!r}: no clip of the {split} split answers it; ask for less"
        )
    return found


def packing_of(recipe: Recipe) -> Packing:
    """How they are packed: as small as covers the size; captions play no part."""
    clips = recipe.clips
    cover = clips.width, clips.height
    return Packing(clips.packed, cover=cover, fewest=clips.frames, caption=False)


def make(
    rows: Dataset, folder: str, query: str | None, to: Path, packing: Packing, advance: Advance
) -> Pack:
    """Pack the rows. Raises RequestError where no clip has enough keyframes."""
    facts: Mapping[str, object] = {"dataset": name_of(folder), "query": query}
    return pack(rows, to, packing, advance, facts=facts)


def counted(folder: str, split: str, query: str | None, recipe: Recipe) -> int:
    """How many clips would be trained on, with nothing decoded."""
    if is_pack(Path(folder)):
        return len(open_pack(Path(folder)))
    from sakuga.dataset.where import between

    rows = rows_of(folder, split, query)
    found = len(rows.where(keyframes=between(recipe.clips.frames, None)))
    if not found:
        raise RequestError(
            f"{folder}: none of its {len(rows)} clips has {recipe.clips.frames} keyframes or more; "
            "bring longer or livelier footage, or lower clips.frames"
        )
    return found


def name_of(folder: str) -> str:
    """A dataset's name, as it may be published: the last step of its folder."""
    steps = [step for step in folder.replace("\\", "/").split("/") if step not in ("", ".")]
    last = steps[-1] if steps else folder
    return steps[-2] if last == "dataset" and len(steps) > 1 else last
