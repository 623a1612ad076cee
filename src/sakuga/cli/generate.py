"""`sakuga generate`: a picture becomes keyframes, a film and its exposure sheet."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sakuga.cli.ending import ITEMS
from sakuga.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sakuga.generate.results import Sign
    from sakuga.generate.run import By, Failed, Made, Time
    from sakuga.generate.svd import Svd


class HowTimed(StrEnum):
    """How long each drawing is held."""

    auto = "auto"
    ones = "ones"
    twos = "twos"
    threes = "threes"


class HowFitted(StrEnum):
    """How a picture is brought to the model's shape."""

    crop = "crop"
    pad = "pad"


@dataclass(frozen=True, slots=True)
class Generated:
    """What the command came to, as `--json` prints it."""

    out: str
    seconds: float
    made: list[Made]
    failed: list[Failed]


def generate(
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE...", help="Pictures, and folders of them.")
    ],
    *,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Folder of the results.")],
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="NAME|DIR",
            help="svd: the public one; or a repository, or what `train svd` left.",
        ),
    ] = "svd",
    lora: Annotated[
        str | None,
        typer.Option(
            "--lora",
            metavar="FILE|DIR",
            help="A LoRA, or a run of `train svd`, added to the model.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the noise.")] = 0,
    timing: Annotated[
        HowTimed,
        typer.Option(
            "--timing", metavar="HOW", help="ones, twos, threes; auto: as --timesheet predicts."
        ),
    ] = HowTimed.auto,
    timesheet: Annotated[
        str | None,
        typer.Option("--timesheet", metavar="RUN", help="A run of `train timesheet`."),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            "--encoder",
            metavar="RUN|NAME",
            help="Where the net is that the timesheet's vectors are of, if not where it was.",
        ),
    ] = None,
    caption: Annotated[
        str | None,
        typer.Option("--caption", metavar="TEXT", help="What happens, for the timesheet."),
    ] = None,
    fit: Annotated[
        HowFitted,
        typer.Option("--fit", metavar="HOW", help="crop: edges are cut; pad: bars are added."),
    ] = HowFitted.crop,
    background: Annotated[
        str,
        typer.Option("--background", metavar="COLOUR", help="Under transparency, and of bars."),
    ] = "#ffffff",
    keyframes: Annotated[
        bool, typer.Option("--keyframes", help="Leave the keyframes as PNG, too.")
    ] = False,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="generate.FIELD=VALUE",
            help="Change one value, such as generate.steps; or embed.FIELD of the encoder.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that are there.")
    ] = False,
    c2pa_cert: Annotated[
        str | None,
        typer.Option("--c2pa-cert", metavar="PEM", help="Sign results with this certificate."),
    ] = None,
    c2pa_key: Annotated[
        str | None, typer.Option("--c2pa-key", metavar="PEM", help="The certificate's key.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw on from pictures: keyframes, timed and expanded to a film of 24 frames a second."""
    from sakuga.cli.console import print_json
    from sakuga.cli.options import check_out
    from sakuga.core.needs import prepare
    from sakuga.generate.pictures import find
    from sakuga.generate.run import Failed, Made, Wanted, check_free

    started = time.monotonic()
    own = [each for each in overrides or () if not each.startswith("embed.")]
    recipe = recipe_of({"model": model, "lora": lora or "", "seed": seed}, own)
    check_timing(timing, timesheet, encoder, caption)
    check_out(out)
    wanted = Wanted(out, fit.value, colour(background), keyframes, overwrite)
    prepare([recipe])
    prompts = find(images)
    check_free(prompts, wanted)
    sign = _signing(c2pa_cert, c2pa_key)
    embeds = [each for each in overrides or () if each.startswith("embed.")]
    timed = _timed(timing, timesheet, encoder, caption, embeds)
    by = "predicted" if timing is HowTimed.auto else "asked"
    results = _generated(prompts, recipe, timed, by, wanted, sign)
    generated = Generated(
        out,
        round(time.monotonic() - started, 3),
        [each for each in results if isinstance(each, Made)],
        [each for each in results if isinstance(each, Failed)],
    )
    if as_json:
        print_json(generated)
    else:
        print_generated(generated)
    if generated.failed:
        raise typer.Exit(ITEMS)


def recipe_of(given: dict[str, Any], overrides: Sequence[str]) -> Svd:
    """How keyframes are drawn, from the flags and `generate.FIELD=VALUE`s. Raises RequestError."""
    from sakuga.core.profile import Room, make_stages, override

    room = {"generate": Room({"svd": "sakuga.generate.svd:Svd"})}
    return make_stages(override({"generate": given}, overrides), room).stages[0]


def check_timing(
    timing: HowTimed, timesheet: str | None, encoder: str | None, caption: str | None
) -> None:
    """Raises RequestError where the timing is not told, or told twice."""
    from sakuga.core.errors import RequestError

    if timing is HowTimed.auto and timesheet is None:
        raise RequestError(
            "--timing auto needs a predictor; give --timesheet RUN, of `sakuga train timesheet`, "
            "or say --timing ones, twos or threes"
        )
    if timing is not HowTimed.auto and (timesheet or encoder or caption):
        raise RequestError(
            f"--timing {timing.value} asks no predictor; leave out --timesheet, --encoder and "
            "--caption, or say --timing auto"
        )


def colour(text: str) -> tuple[int, int, int]:
    """`#rrggbb` as three numbers. Raises RequestError."""
    from sakuga.core.errors import RequestError

    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise RequestError(f"--background {text}: no colour; write it as #ffffff")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:], 16)


def _signing(certificate: str | None, key: str | None) -> Sign | None:
    from sakuga.core.errors import RequestError

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise RequestError("--c2pa-cert and --c2pa-key go together; give both, or neither")
    from sakuga.generate.credentials import Credentials

    return Credentials(certificate, key).load()


def _timed(
    timing: HowTimed,
    run: str | None,
    encoder: str | None,
    caption: str | None,
    embeds: Sequence[str],
) -> Time:
    if run is not None:
        from sakuga.cli.timing import predicting

        return predicting(run, encoder, caption or "", embeds)
    from sakuga.generate.run import asked

    assert timing is not HowTimed.auto
    return asked(timing.value)


def _generated(
    prompts: Any, recipe: Svd, timed: Time, by: By, wanted: Any, sign: Sign | None
) -> list[Made | Failed]:
    from sakuga.cli.progress import advancing
    from sakuga.generate.run import check_timed, generate

    draw = recipe.load()
    check_timed(draw, by)
    with advancing() as advance:
        return list(generate(prompts, draw, timed, wanted, sign, advance))


def print_generated(generated: Generated) -> None:
    """What was made, in words."""
    from sakuga.cli.console import count, span, stdout

    console = stdout()
    for made in generated.made:
        drawn = f"{count(made.keyframes, 'drawing')} of {made.width} x {made.height}"
        lasts = f"{drawn}, {count(made.frames, 'frame')}"
        console.print(f"{made.film}: on {made.timing}, {lasts}", soft_wrap=True)
        for note in made.notes:
            console.print(f"  {note}", style="dim", soft_wrap=True)
    for failed in generated.failed:
        console.print(failed.message, style="yellow", soft_wrap=True)
    done = f"{count(len(generated.made), 'film')} in {span(generated.seconds)}"
    console.print(f"{done}, marked as generated.", soft_wrap=True)
