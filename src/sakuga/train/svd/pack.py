"""How `train svd` has its clips packed, and how many there are (§4.2)."""

from __future__ import annotations

from pathlib import Path

from sakuga.core.errors import RequestError
from sakuga.models.svd_format import FPS, MOTION
from sakuga.train import lineage
from sakuga.train.lineage import Lineage
from sakuga.train.packed import is_pack, open_pack
from sakuga.train.packing import Packing, rows_of
from sakuga.train.shards import all_samples, is_shards
from sakuga.train.svd.recipe import Recipe

TOLD = (("fps", "timing_class", FPS), ("motion", "dynamic_score", MOTION))


def packing_of(recipe: Recipe) -> Packing:
    """How they are packed: as small as covers the size; captions play no part."""
    clips = recipe.clips
    cover = clips.width, clips.height
    return Packing(clips.packed, cover=cover, fewest=clips.frames, caption=False)


def check_known(recipe: Recipe, source: Lineage | None) -> None:
    """Raises RequestError where the net is to be told what nothing says. None: of shards' clips."""
    for told, column, usual in TOLD:
        value, name = getattr(recipe.clips, told), column.replace("_", " ")
        if not isinstance(value, str):
            continue
        if source is None:
            why = f"shards tell no {name}"
        elif lacking := source.unknown(column):
            why = f"no {name} is known of {lacking} of {source.table.num_rows} clips"
        else:
            continue
        raise RequestError(
            f"clips.{told} = {value!r}: {why}; set clips.{told} = {usual}, or name a dataset of "
            "`sakuga build`"
        )


def counted(folder: str, split: str, query: str | None, recipe: Recipe) -> int:
    """How many clips would be trained on, with nothing decoded; of shards, at most.

    Raises RequestError where there is none, or what the net is to be told is not known of them.
    """
    if is_pack(Path(folder)):
        pack = open_pack(Path(folder))
        check_known(recipe, lineage.read(pack.folder).of(pack.ids))
        return len(pack)
    if is_shards(folder):
        check_known(recipe, None)
        return sum(sample.film is not None for sample in all_samples(folder))
    from sakuga.dataset.where import between

    rows = rows_of(folder, split, query)
    found = len(rows.where(keyframes=between(recipe.clips.frames, None)))
    if not found:
        raise RequestError(
            f"{folder}: none of its {len(rows)} clips has {recipe.clips.frames} keyframes or more; "
            "bring longer or livelier footage, or lower clips.frames"
        )
    return found
