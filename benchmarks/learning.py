"""Learning on a CPU: small nets from nothing on ever more studio shots, scored on held-out ones.

§4.1, §5.1, Figure 7: halves of the shots, the profile `cpu`, R@1 of galleries of 256. One family
with more seeds, which goes on where it was stopped:

    python -m benchmarks.learning videomamba 3
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks import films
from benchmarks.shots import drawn
from benchmarks.table import Line
from sakuga.cli.scaling import Asked, measure
from sakuga.evaluate.scaling import Scaling
from sakuga.train.contrastive.recipe import read_recipe

SEEDS = range(4544)
HELD_OUT = range(1_000_000, 1_001_100)
GALLERY = 256
SIZES = 4
NETS = {"viclip": ("tiny", 2), "videomamba": ("nano", 1)}  # size, and seeds: an hour or so each
TIMES_CHANCE = 20
KEPT = films.KEPT / "learning"


def scaled(family: str, seeds: int) -> Scaling:
    """The mean of both directions' R@1 at each size; says what it found."""
    recipe = read_recipe("cpu", [f"net.family={family}", f"net.size={NETS[family][0]}"])
    pack, held = drawn(KEPT / "train", SEEDS), drawn(KEPT / "held-out", HELD_OUT)
    made = measure(recipe, pack, held, KEPT / family, Asked(SIZES, seeds, GALLERY))
    print(f"{family} {NETS[family][0]}, {len(held)} held-out shots:\n", file=sys.stderr)
    for size in made.sizes:
        ends = ""
        if size.low is not None:
            ends = f" (95% of {size.runs} seeds: {size.low:.1%} to {size.high:.1%})"
        print(f"- {size.clips:,} shots: R@1 {size.mean:.1%}{ends}", file=sys.stderr)
    print(f"- {made.law.per_doubling:.2%} more a doubling\n", file=sys.stderr)
    return made


def lines() -> Iterator[Line]:
    for family, (_, seeds) in NETS.items():
        made = scaled(family, seeds)
        best = made.sizes[-1].mean * GALLERY
        yield Line(f"{family}: R@1 of {GALLERY} over chance", best, ">=", TIMES_CHANCE)
        yield Line(f"{family}: rising at every step", float(made.rising), ">=", 1)


if __name__ == "__main__":
    scaled(sys.argv[1], int(sys.argv[2]))
