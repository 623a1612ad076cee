"""What a run leaves: a folder for diffusers, or adapters for peft, with their cards (§4.2, §6).

    RUN/pipeline/    StableVideoDiffusionPipeline.from_pretrained("RUN/pipeline")
    RUN/lora/        PeftModel.from_pretrained(pipeline.unet, "RUN/lora")

Neither needs sakuga to be loaded. In both lie README.md, the card, and lineage.parquet: which clips
of which videos were trained on. Weights are the moving average where one was kept. A folder is
written under another name and takes its own when it is whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sakuga.models import svd as nets
from sakuga.models.public import SVD
from sakuga.models.svd_format import KEY, as_config, tell_file
from sakuga.train.average import Average
from sakuga.train.lineage import Lineage
from sakuga.train.packed import Pack
from sakuga.train.recipe import as_plain
from sakuga.train.svd.card import RANDOM, card
from sakuga.train.svd.learns import weights_of
from sakuga.train.svd.recipe import Recipe


def finish(
    net: Any,
    average: Average | None,
    parts: nets.Parts,
    recipe: Recipe,
    pack: Pack,
    source: Lineage,
    run: Path,
) -> list[str]:
    """Write all that a finished run leaves; gives the folders. The net is of no use afterwards."""
    page = {"recipe": as_plain(recipe), "steps": recipe.schedule.steps, "pack": pack.fingerprint,
            "lineage": source.fingerprint}  # fmt: skip
    (run / "run.json").write_text(json.dumps(page, indent=2), encoding="utf-8")
    base = base_of(recipe, parts)
    left: list[Path] = []
    with average.shown(weights_of(net)) if average else nullcontext():
        if recipe.net.train == "lora":
            left.append(_adapters(net, base, recipe, pack, source, run))
        if recipe.net.train != "lora" or recipe.net.merge:
            unet = net.merge_and_unload() if recipe.net.train == "lora" else net
            left.append(_pipeline(unet, parts, base, recipe, pack, source, run))
    return [str(folder) for folder in left]


def base_of(recipe: Recipe, parts: nets.Parts) -> str:
    """What the run began from, as it may be published: a repository, or a folder's last step."""
    if recipe.net.start == nets.PUBLIC:
        return SVD.repo
    if parts.folder is None:
        return f"{RANDOM} ({recipe.net.start}, seed {recipe.schedule.seed})"
    start = recipe.net.start.rstrip("/\\")
    return start if not Path(start).expanduser().exists() else Path(start).resolve().name


def _adapters(net: Any, base: str, recipe: Recipe, pack: Pack, source: Lineage, run: Path) -> Path:
    with whole(run / "lora") as folder:
        for law in net.peft_config.values():
            law.base_model_name_or_path = base
        net.save_pretrained(
            folder, save_embedding_layers=False
        )  # or it asks the hub about the base
        told = as_config(recipe.clips, source.kind)[KEY]
        tell_file(folder / "adapter_model.safetensors", told)  # it may be moved alone
        _tell(folder, base, recipe, pack, source)
    return run / "lora"


def _pipeline(
    unet: Any, parts: nets.Parts, base: str, recipe: Recipe, pack: Pack, source: Lineage, run: Path
) -> Path:
    with whole(run / "pipeline") as folder, nets.quiet():
        if parts.folder is None:
            finish_drawn(parts, folder)
        else:
            _copy(parts.folder, folder)
        # Never a path of this machine; and how it is to be drawn, wherever the folder goes.
        unet.register_to_config(_name_or_path=base, **as_config(recipe.clips, source.kind))
        unet.save_pretrained(folder / "unet")
        _tell(folder, base, recipe, pack, source)
    return run / "pipeline"


def _copy(start: Path, folder: Path) -> None:
    """All that did not learn, byte for byte."""
    for name in SVD.files:
        if not name.startswith("unet/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(start / name, folder / name)


def finish_drawn(parts: nets.Parts, folder: Path) -> None:
    """Nets that lie nowhere yet; transformers names its processor after the backend it found."""
    with nets.quiet():
        parts.pipeline().save_pretrained(folder)
    for name in ("model_index.json", "feature_extractor/preprocessor_config.json"):
        page = folder / name
        written = page.read_text(encoding="utf-8")
        page.write_text(
            written.replace("CLIPImageProcessorPil", "CLIPImageProcessor"), encoding="utf-8"
        )


def _tell(folder: Path, base: str, recipe: Recipe, pack: Pack, source: Lineage) -> None:
    source.write(folder)
    written = card(base, recipe, pack, source)
    (folder / "README.md").write_text(written, encoding="utf-8")


@contextmanager
def whole(folder: Path) -> Generator[Path]:
    """A folder to write into; takes the place of `folder` only when the block is left in peace."""
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
