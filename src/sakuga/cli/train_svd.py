"""What `sakuga train svd` does and prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sakuga.cli.packs import Wanted
    from sakuga.train.packed import Pack
    from sakuga.train.svd.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    folder: str
    out: Path
    profile: str | None
    overrides: Sequence[str]
    split: str
    lora: bool
    query: str | None
    as_json: bool


def train_svd(asked: Asked, resume: bool, dry_run: bool) -> None:
    """Finetune on a dataset, or on what of it answers a query; --dry-run: say what it takes."""
    installed()
    recipe = recipe_of(asked)
    if dry_run:
        _dry(recipe, asked)
        return
    _there(recipe)
    _train(recipe, packed(asked, recipe, asked.out / "pack"), asked, resume)


def pack_svd(asked: Asked) -> None:
    """Make frames ready alone."""
    from sakuga.cli.packs import said

    said(packed(asked, recipe_of(asked), asked.out), asked.as_json)


def _there(recipe: Recipe) -> None:
    """Fetch the weights if they are not at hand: before frames are packed for hours."""
    from sakuga.models.svd import folder_of

    folder_of(recipe.net.start, "net.start")


def recipe_of(asked: Asked) -> Recipe:
    """The profile, with what --lora and --set change of it."""
    from sakuga.train.svd.recipe import read_recipe

    adapters = ['net.train="lora"'] if asked.lora else []
    return read_recipe(profile_of(asked), [*adapters, *asked.overrides])


def profile_of(asked: Asked) -> str:
    """The one that is asked for, or the first of its kind."""
    return asked.profile or ("svd-lora" if asked.lora else "svd")


def packed(asked: Asked, recipe: Recipe, to: Path) -> Pack:
    """What it reads: all, or the rows that are asked for."""
    from sakuga.cli.packs import packed as found
    from sakuga.train.shards import is_shards
    from sakuga.train.svd.pack import check_known, packing_of

    if is_shards(asked.folder):
        check_known(recipe, None)  # before frames are packed for hours
    return found(_wanted(asked), to, packing_of(recipe))


def _wanted(asked: Asked) -> Wanted:
    from sakuga.cli.packs import Wanted

    return Wanted(asked.folder, asked.split, asked.query, profile_of(asked))


def _train(recipe: Recipe, pack: Pack, asked: Asked, resume: bool) -> None:
    from sakuga.cli.console import count, print_json, size, span, stderr, stdout
    from sakuga.cli.progress import advancing
    from sakuga.train.svd.cache import foretold
    from sakuga.train.svd.loop import train

    if recipe.clips.cached:
        bytes_ = foretold(recipe, len(pack))
        stderr().print(f"Keeping latents in {asked.out / 'latents'}: {size(bytes_)}.")
    with advancing() as advance:
        made = train(recipe, pack, asked.out, resume=resume, advance=advance)
    for warning in made.warnings:
        stderr().print(f"Gone on from the checkpoint before: {warning}", soft_wrap=True)
    if asked.as_json:
        print_json(made)
        return
    steps = f"{count(made.steps, 'step')} on {count(made.clips, 'clip')}"
    stdout().print(f"Trained {steps} in {span(made.seconds)}; loss {made.loss:.4f}.")
    for folder in made.result:
        stdout().print(folder, soft_wrap=True)


def _dry(recipe: Recipe, asked: Asked) -> None:
    from sakuga.cli.console import count, print_json, size, span, stdout
    from sakuga.cli.packs import check
    from sakuga.train.svd.dry import outlook
    from sakuga.train.svd.pack import counted, packing_of

    check(_wanted(asked), packing_of(recipe))
    clips = counted(asked.folder, asked.split, asked.query, recipe)
    found, console = outlook(recipe, clips), stdout()
    if asked.as_json:
        print_json(found)
        return
    console.print(f"{count(found.clips, 'clip')}, {count(found.steps, 'step')} of {found.batch}")
    console.print(f"{found.parameters:,} parameters, {found.learning:,} of them learn")
    console.print(f"latents of a step on one device: {' x '.join(map(str, found.latents))}")
    for what, held in found.memory.items():
        console.print(f"  {what:<28}{size(held):>10}")
    console.print(f"  {'all, at its highest':<28}{size(found.peak):>10}")
    console.print(f"a checkpoint on disk: {size(found.checkpoint)}, of which two are kept")
    if found.cache:
        console.print(f"latents on disk: {size(found.cache)}")
    if found.seconds is not None:
        console.print(f"a step: {span(found.seconds)}, measured once on {found.device}")
    else:
        console.print(found.why_untimed, style="dim", soft_wrap=True)


def installed() -> None:
    """Raises RequestError where a library of the extra is missing."""
    import importlib.util

    from sakuga.core.errors import RequestError

    wanted = ("diffusers", "transformers", "peft", "PIL")
    if missing := [name for name in wanted if importlib.util.find_spec(name) is None]:
        raise RequestError(
            f"train svd needs {', '.join(missing)}; install it: pip install 'sakuga[svd]'"
        )
