"""`sakuga evaluate scaling`: the trainer of `train contrastive` measured by `evaluate.scaling`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sakuga.evaluate.scaling import Scaling
    from sakuga.train.contrastive.recipe import Recipe
    from sakuga.train.packed import Pack

FIGURE = "scaling.svg"


@dataclass(frozen=True, slots=True)
class Asked:
    """steps: sizes, each half of the next. seeds: runs of each. gallery: held-out pairs at once."""

    steps: int = 4
    seeds: int = 3
    gallery: int = 2560


def scaling(
    folder: str, out: str, profile: str, overrides: Sequence[str], asked: Asked, as_json: bool
) -> None:
    """Train on subsets of the train split, score on the test split, print and draw."""
    from sakuga.cli.console import print_json, stdout
    from sakuga.cli.progress import advancing
    from sakuga.cli.train import installed, packed
    from sakuga.core.errors import RequestError

    installed()
    from sakuga.train.contrastive.recipe import read_recipe
    from sakuga.train.packed import is_pack

    if is_pack(Path(folder)):
        raise RequestError(f"{folder} is the pack of one split; name the dataset it was made of")
    recipe = read_recipe(profile, overrides)
    pack = packed(folder, Path(out) / "train", recipe, "train", profile)
    held = packed(folder, Path(out) / "test", recipe, "test", profile)
    with advancing() as advance:
        made = measure(recipe, pack, held, Path(out), asked, lambda n, of: advance("runs", n, of))
    if as_json:
        print_json(made)
        return
    print_scaling(made)
    stdout().print(str(Path(out) / FIGURE), soft_wrap=True)


def measure(
    recipe: Recipe,
    pack: Pack,
    held: Pack,
    out: Path,
    asked: Asked,
    advance: Callable[[int, int], None] = lambda *_: None,
) -> Scaling:
    """The mean of both directions' R@1 after each run; goes on where it was stopped.

    Raises RequestError where there are too few clips, or `out` holds another measurement.
    """
    from sakuga.core.errors import RequestError
    from sakuga.evaluate.figure7 import figure
    from sakuga.evaluate.kept import keep, runs_of
    from sakuga.evaluate.scaling import points, sizes_of, summary
    from sakuga.train.contrastive.scored import scorer
    from sakuga.train.recipe import as_plain

    if asked.seeds < 1 or len(held) < 2:
        raise RequestError(
            f"--seeds {asked.seeds}, {len(held)} held-out clips: must be 1 or more, and 2 or more"
        )
    try:
        sizes = sizes_of(len(pack), asked.steps)
    except ValueError as error:
        raise RequestError(f"--sizes {asked.steps}: {error}") from error
    facts = {
        "recipe": as_plain(recipe),
        "train": pack.fingerprint,
        "test": held.fingerprint,
        "gallery": asked.gallery,
    }
    runs = [r for r in runs_of(out, facts) if r.clips in sizes and r.seed < asked.seeds]
    every = len(sizes) * asked.seeds
    train = scorer(recipe, pack, held, out / "runs", asked.gallery)
    advance(len(runs), every)
    for run in points(train, len(pack), sizes, range(asked.seeds), list(runs)):
        keep(out, run)
        runs.append(run)
        advance(len(runs), every)
    made = summary(runs)
    title = f"{recipe.net.family} {recipe.net.size}, gallery {min(asked.gallery, len(held)):,}"
    (out / FIGURE).write_text(figure(made, title), encoding="utf-8")
    return made


def print_scaling(made: Scaling) -> None:
    """Sizes and the law, in percent."""
    from sakuga.cli.console import stdout, table

    shown = table("clips", "runs", "R@1", "95% interval", numbers=4)
    for size in made.sizes:
        ends = "-"
        if size.low is not None and size.high is not None:
            ends = f"{100 * size.low:.1f} to {100 * size.high:.1f}"
        shown.add_row(f"{size.clips:,}", f"{size.runs}", f"{100 * size.mean:.1f}", ends)
    stdout().print(shown)
    law = made.law
    ends = ""
    if law.low is not None and law.high is not None:
        ends = f" ({100 * law.low:.2f} to {100 * law.high:.2f})"
    stdout().print(
        f"{100 * law.per_doubling:.2f} points a doubling{ends}, which explains "
        f"{100 * law.explained:.0f}% of the variance; {'' if made.rising else 'not '}rising at "
        "every step.",
        soft_wrap=True,
    )
