"""`sakuga train`: nets from a dataset."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sakuga.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sakuga.train.contrastive.recipe import Recipe
    from sakuga.train.packed import Pack


class What(StrEnum):
    """What is trained, or made ready for it."""

    contrastive = "contrastive"
    svd = "svd"
    timesheet = "timesheet"
    pack = "pack"


def train(
    name: Annotated[
        What,
        typer.Argument(
            metavar="NAME",
            help="contrastive: clips and captions brought together; svd: keyframes from one image; "
            "timesheet: on ones, twos, threes, from what `embed` made; pack: frames made ready "
            "alone, as the profile's trainer wants them.",
        ),
    ],
    folder: Annotated[
        str,
        typer.Argument(
            metavar="DIR",
            help="A dataset, what `train pack` made of one, or shards: 's-{00..09}.tar'.",
        ),
    ],
    *,
    out: Annotated[
        str, typer.Option("--out", metavar="RUN", help="Folder of the run, or of the pack.")
    ],
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME|FILE",
            help="contrastive: cpu, small, paper; svd: svd, svd-lora, svd-cpu; or a file. None: "
            "the first of them.",
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="Change a value of the profile."),
    ] = None,
    split: Annotated[
        str, typer.Option("--split", metavar="NAME", help="Which split of a dataset is packed.")
    ] = "train",
    lora: Annotated[
        bool, typer.Option("--lora", help="svd: adapters alone learn; profile svd-lora.")
    ] = False,
    query: Annotated[
        str | None,
        typer.Option(
            "--query",
            metavar="TERMS",
            help="svd: on what answers it alone: words of tags and descriptions, column=value, "
            "column>=value, subset=NAME.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the run's last checkpoint.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take; make one step, write no run.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train a net on a dataset; goes on where it was stopped with --resume."""
    from sakuga.cli.options import check_out
    from sakuga.cli.packs import said, trainer_of
    from sakuga.core.errors import RequestError
    from sakuga.train.contrastive.recipe import read_recipe

    installed()
    check_out(out)
    if name is What.timesheet:
        others = {
            "--resume": resume, "--dry-run": dry_run, "--profile": profile, "--lora": lora,
            "--query": query, "--split": split != "train",
        }  # fmt: skip
        _timesheet(
            folder, out, overrides or (), as_json, [n for n, given in others.items() if given]
        )
        return
    if name is What.pack and (resume or dry_run):
        raise RequestError(
            f"{'--resume' if resume else '--dry-run'}: of training; leave it: train pack says what "
            "it costs, and goes on by itself where it was stopped"
        )
    if name is What.svd or (name is What.pack and (lora or trainer_of(profile) == "svd")):
        from sakuga.cli.train_svd import Asked, pack_svd, train_svd

        asked = Asked(folder, Path(out), profile, overrides or (), split, lora, query, as_json)
        if name is What.pack:
            pack_svd(asked)
        else:
            train_svd(asked, resume, dry_run)
        return
    if lora or query is not None:
        raise RequestError(
            f"--lora and --query are of train svd; leave them with train {name}"
            + (", or pack for it: --profile svd" if name is What.pack else "")
        )
    recipe = read_recipe(profile or "cpu", overrides or ())
    if name is What.pack:
        said(packed(folder, Path(out), recipe, split, profile or "cpu"), as_json)
        return
    pack = packed(folder, Path(out) / "pack", recipe, split, profile or "cpu")
    if dry_run:
        _said_outlook(recipe, pack, as_json)
    else:
        _train(recipe, pack, Path(out), resume, as_json)


def packed(folder: str, to: Path, recipe: Recipe, split: str, profile: str) -> Pack:
    """What `train contrastive` reads."""
    from sakuga.cli.packs import Wanted
    from sakuga.cli.packs import packed as found
    from sakuga.train.contrastive.nets import side_of
    from sakuga.train.packing import Packing

    packing = Packing(side=round(side_of(recipe.net) * 8 / 7))  # as 256 is to 224: room to crop
    return found(Wanted(folder, split, None, profile), to, packing)


def _timesheet(
    folder: str, out: str, overrides: Sequence[str], as_json: bool, others: list[str]
) -> None:
    from sakuga.cli.train_timesheet import train_timesheet
    from sakuga.core.errors import RequestError

    if others:
        raise RequestError(
            f"{', '.join(others)}: not of train timesheet, which takes minutes and all splits as "
            "they are; leave them"
        )
    train_timesheet(folder, out, overrides, as_json)


def _train(recipe: Recipe, pack: Pack, run: Path, resume: bool, as_json: bool) -> None:
    from sakuga.cli.console import count, print_json, span, stderr, stdout
    from sakuga.cli.progress import advancing
    from sakuga.train.contrastive.loop import train

    with advancing() as advance:
        made = train(recipe, pack, run, resume=resume, advance=advance)
    for warning in made.warnings:
        stderr().print(f"Gone on from the checkpoint before: {warning}", soft_wrap=True)
    if as_json:
        print_json(made)
        return
    steps = f"{count(made.steps, 'step')} on {count(made.clips, 'clip')}"
    stdout().print(f"Trained {steps} in {span(made.seconds)}; loss {made.loss:.4f}.")
    stdout().print(f"The net: {run / 'model.safetensors'}", soft_wrap=True)


def _said_outlook(recipe: Recipe, pack: Pack, as_json: bool) -> None:
    from sakuga.cli.console import count, print_json, size, stdout
    from sakuga.train.contrastive.dry import outlook

    found, console = outlook(recipe, pack), stdout()
    if as_json:
        print_json(found)
        return
    console.print(f"{count(found.clips, 'clip')}, {count(found.steps, 'step')}")
    console.print(f"{count(found.parameters, 'parameter')}, {found.learning:,} of them learn")
    console.print(f"weights, gradients and moments: {size(found.state_bytes)}")
    for name, phase in (("masked", found.masked), ("unmasked", found.unmasked)):
        if phase is not None:
            console.print(f"{name}: {count(phase.steps, 'step')} of {phase.tokens:,} tokens a clip")
            kept = f"{size(phase.activation_bytes)} for {found.clips_at_once:,} clips at once"
            console.print(f"  kept for the backward pass: {kept}")
            if phase.seconds is not None:
                console.print(f"  a step: {phase.seconds:.3f} s, measured once")
    console.print(f"together: {size(found.total_bytes)}, and {size(found.free_bytes)} are free")
    if found.peak_bytes is not None:
        console.print(f"highest memory of the device, measured: {size(found.peak_bytes)}")
    if found.total_bytes >= found.free_bytes:
        console.print("No step was made: it would not fit. Lower schedule.micro", style="yellow")


def installed() -> None:
    """Raises RequestError where a library of the extra is missing."""
    import importlib.util

    from sakuga.core.errors import RequestError

    wanted = ("torch", "accelerate", "safetensors", "tokenizers", "ftfy")
    if missing := [name for name in wanted if importlib.util.find_spec(name) is None]:
        raise RequestError(
            f"training needs {', '.join(missing)}; install it: pip install 'sakuga[train]'"
        )
