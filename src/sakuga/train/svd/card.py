"""The card of a finetuned net: what it began from, what it was trained on, how (§4.2, §6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sakuga
from sakuga.core.recipe import public
from sakuga.dataset.front import to_yaml
from sakuga.models.public import SVD
from sakuga.models.svd_format import FPS, MOTION
from sakuga.train.lineage import NAME, Lineage
from sakuga.train.packed import Pack, facts_of
from sakuga.train.svd.recipe import Recipe

_WHOLE = """```python
from diffusers import StableVideoDiffusionPipeline

pipeline = StableVideoDiffusionPipeline.from_pretrained("path/to/this/folder")
frames = pipeline(image, height={height}, width={width}, num_frames={frames}, fps={fps},
                  motion_bucket_id={motion}).frames[0]
```"""
_ADAPTERS = """```python
from diffusers import StableVideoDiffusionPipeline
from peft import PeftModel

pipeline = StableVideoDiffusionPipeline.from_pretrained("{base}")
pipeline.unet = PeftModel.from_pretrained(pipeline.unet, "path/to/this/folder").merge_and_unload()
```"""
RANDOM = "random weights"  # how a base begins that lies nowhere
_DRAWINGS = "Frames are drawings, not moments: each stands for one frame of film or several."
_MOMENTS = (
    "Frames are moments, spaced evenly over a shot, and a held drawing may come more than once: "
    "nothing said which are keyframes."
)
_LICENCE = {"license": "other", "license_name": "that of base_model"}
_LEARNT = {
    "all": "All weights of the UNet learnt",
    "temporal": "The layers of the UNet that mix frames learnt",
    "temporal-transformer": "The UNet's temporal attention learnt",
    "lora": "Adapters (LoRA) on the UNet's attention learnt",
}


def card(base: str, recipe: Recipe, pack: Pack, source: Lineage) -> str:
    """The page, head and all."""
    return f"---\n{to_yaml(_head(base, recipe))}---\n" + "\n\n".join(
        _sections(base, recipe, pack, source)
    ) + "\n"  # fmt: skip


def _head(base: str, recipe: Recipe) -> dict[str, Any]:
    adapters = recipe.net.train == "lora"
    known = {"base_model": base, "base_model_relation": "adapter" if adapters else "finetune"}
    link = {"license_link": f"https://huggingface.co/{base}"} if base == SVD.repo else {}
    return {
        "library_name": "peft" if adapters else "diffusers",
        "pipeline_tag": "image-to-video",
        **({} if base.startswith(RANDOM) else {**known, **_LICENCE, **link}),
        "tags": ["animation", "cartoon", "keyframes", *(["lora"] if adapters else [])],
    }


def _sections(base: str, recipe: Recipe, pack: Pack, source: Lineage) -> Iterator[str]:
    clips, timed = recipe.clips, source.kind == "keyframes"
    yield f"\n# {'Keyframes' if timed else 'Frames'} of cartoons from one image"
    yield (
        f"{base[:1].upper()}{base[1:]}, finetuned on {clips.frames} {'key' if timed else ''}frames "
        f"of cartoon shots at {clips.width} x {clips.height}, after *Sakuga-42M: Scaling Up "
        f"Cartoon Research* (arXiv 2405.07425, section 4.2). {_LEARNT[recipe.net.train]}. "
        + (_DRAWINGS if timed else _MOMENTS)
    )
    yield "## How to load it"
    yield _loading(base, recipe)
    yield "## What it was trained on"
    yield from _material(pack, source)
    yield "## How it was trained"
    yield _recipe(recipe)
    yield "## What is not known"
    yield (
        "How good it is: nothing on this page was measured. `sakuga evaluate generation` measures "
        "it. What it draws may resemble what it was trained on."
    )
    yield "## Licence"
    yield _licence(base)


def _loading(base: str, recipe: Recipe) -> str:
    if recipe.net.train == "lora":
        return _ADAPTERS.format(base=base)
    clips = recipe.clips
    return _WHOLE.format(
        height=clips.height, width=clips.width, frames=clips.frames,
        fps=FPS if clips.fps == "timing" else clips.fps,
        motion=MOTION if clips.motion == "dynamic" else clips.motion,
    )  # fmt: skip


def _material(pack: Pack, source: Lineage) -> Iterator[str]:
    facts = facts_of(pack)
    asked = facts.get("query")
    yield (
        f"{len(pack):,} clips of {source.videos():,} videos"
        + (f" from the dataset `{facts['dataset']}`" if facts.get("dataset") else "")
        + (f", those that answer the query `{asked}`" if asked else "")
        + f". Fingerprint of the clips and their videos: `{source.fingerprint}`."
    )
    yield "| licence of the footage | clips |\n| --- | --- |\n" + "\n".join(
        f"| {_cell(name)} | {count:,} |" for name, count in sorted(
            source.licences().items(), key=lambda each: -each[1]
        )
    )  # fmt: skip
    if unknown := source.unknown("timing_class"):
        yield (
            f"Timing: not known of {unknown:,} of these clips, so neither on ones, twos or threes, "
            "nor how lively they are, was told to the net."
        )
    yield (
        f"`{NAME}`, beside this page, has a row for each clip: its id, the SHA-256 of its video's "
        "bytes (`video`), its source (`source_group`: a hash, or SHARD/KEY in a WebDataset), its "
        "link, its licence, and the frames, as far as they are known. So a rights holder can look "
        "up whether a work is among them, and a takedown can name it; what was learnt from a clip "
        "can't be taken out of the weights again: the net must be trained anew without it, or "
        "withdrawn."
    )


def _cell(name: str | None) -> str:
    return "not known" if name is None else name.replace("|", "\\|")


def _recipe(recipe: Recipe) -> str:
    sections = ("net", "clips", "noise", "optimiser", "schedule")
    lines = [f"{n}: {json.dumps(public(getattr(recipe, n)), sort_keys=True)}" for n in sections]
    said = f"By sakuga {sakuga.__version__}, with this recipe:"
    return f"{said}\n\n```\n" + "\n".join(lines) + "\n```"


def _licence(base: str) -> str:
    if base == SVD.repo:
        return (
            f"A derivative of {base}: its licence, Stability AI's own, holds for these weights "
            f"too, and its terms of use; they stand on https://huggingface.co/{base}. The licences "
            "of the footage are in the table above."
        )
    if base.startswith(RANDOM):
        return "It began from nothing; the licences of the footage are in the table above."
    return (
        f"What holds for {base} holds for these weights too. The licences of the footage are in "
        "the table above."
    )
