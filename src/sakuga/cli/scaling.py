"""`sakuga evaluate scaling`: the trainer of `train contrastive` measured by `evaluate.scaling`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sakuga.evaluate.scaling import Point, Scaling
    from sakuga.train.packed import Pack
    from sakuga.train.recipe import Recipe

FACTS, RUNS, FIGURE = "scaling.json", "points.jsonl", "scaling.svg"


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
    from sakuga.train.packed import is_pack
    from sakuga.train.recipe import read_recipe

    if is_pack(Path(folder)):
        raise RequestError(f"{folder} is the pack of one split; name the dataset it was made of")
    recipe = read_recipe(profile, overrides)
    pack = packed(folder, Path(out) / "train", recipe, "train")
    held = packed(folder, Path(out) / "test", recipe, "test")
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
    from sakuga.evaluate.scaling import points, sizes_of, summary

    if asked.seeds < 1 or len(held) < 2:
        raise RequestError(
            f"--seeds {asked.seeds}, {len(held)} held-out clips: must be 1 or more, and 2 or more"
        )
    try:
        sizes = sizes_of(len(pack), asked.steps)
    except ValueError as error:
        raise RequestError(f"--sizes {asked.steps}: {error}") from error
    runs = _kept(recipe, pack, held, out, asked)
    every = len(sizes) * asked.seeds
    train = _trainer(recipe, pack, held, out, asked.gallery)
    runs = [run for run in runs if run.clips in sizes and run.seed < asked.seeds]
    advance(len(runs), every)
    for point in points(train, len(pack), sizes, range(asked.seeds), list(runs)):
        with (out / RUNS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(dataclasses.asdict(point)) + "\n")
        runs.append(point)
        advance(len(runs), every)
    made = summary(runs)
    title = f"{recipe.net.family} {recipe.net.size}, gallery {min(asked.gallery, len(held)):,}"
    (out / FIGURE).write_text(figure(made, title), encoding="utf-8")
    return made


def _trainer(
    recipe: Recipe, pack: Pack, held: Pack, out: Path, gallery: int
) -> Callable[[Sequence[int], int], float]:
    from sakuga.metrics.ranks import rank
    from sakuga.train.contrastive import train
    from sakuga.train.vectors import net_of_run, vectors

    def train_and_score(clips: Sequence[int], seed: int) -> float:
        own = dataclasses.replace(recipe, schedule=dataclasses.replace(recipe.schedule, seed=seed))
        run = out / "runs" / f"{len(clips)}-{seed}"
        train(own, pack.subset(clips), run, resume=True)
        ranks = rank(*vectors(net_of_run(own, run), own, held), gallery)
        return float(((ranks.text_to_video < 1).mean() + (ranks.video_to_text < 1).mean()) / 2)

    return train_and_score


def _kept(recipe: Recipe, pack: Pack, held: Pack, out: Path, asked: Asked) -> list[Point]:
    """The runs that `out` holds. Raises RequestError where they are of something else."""
    from sakuga.core.errors import RequestError
    from sakuga.evaluate.scaling import Point
    from sakuga.train.recipe import as_plain

    facts: dict[str, Any] = {
        "recipe": as_plain(recipe),
        "train": pack.fingerprint,
        "test": held.fingerprint,
        "gallery": asked.gallery,
    }
    page = out / FACTS
    if page.exists():
        if json.loads(page.read_text(encoding="utf-8")) != json.loads(json.dumps(facts)):
            raise RequestError(
                f"{out} holds a measurement of another recipe or dataset; choose another --out"
            )
    else:
        out.mkdir(parents=True, exist_ok=True)
        page.write_text(json.dumps(facts, indent=2), encoding="utf-8")
    if not (out / RUNS).exists():
        return []
    text = (out / RUNS).read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:  # killed as it wrote a line
        (out / RUNS).write_text(whole, encoding="utf-8")
    return [Point(**json.loads(line)) for line in whole.splitlines()]


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
