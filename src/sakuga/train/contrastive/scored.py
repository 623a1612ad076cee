"""A run trained and scored in one go, as scaling measures it (§5.1, Figure 7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sakuga.metrics.ranks import rank
from sakuga.train.contrastive.loop import train
from sakuga.train.contrastive.recipe import Recipe
from sakuga.train.contrastive.vectors import net_of_run, vectors
from sakuga.train.packed import Pack


def scorer(
    recipe: Recipe, pack: Pack, held: Pack, runs: Path, gallery: int
) -> Callable[[Sequence[int], int], float]:
    """What trains on some clips of a pack, by a seed, and gives the mean of both directions' R@1.

    held: the pack that is ranked, in galleries of so many pairs. Each run has its folder in `runs`;
    one that was stopped goes on there.
    """

    def train_and_score(clips: Sequence[int], seed: int) -> float:
        own = replace(recipe, schedule=replace(recipe.schedule, seed=seed))
        run = runs / f"{len(clips)}-{seed}"
        train(own, pack.subset(clips), run, resume=True)
        ranks = rank(*vectors(net_of_run(own, run), own, held), gallery)
        return float(((ranks.text_to_video < 1).mean() + (ranks.video_to_text < 1).mean()) / 2)

    return train_and_score
