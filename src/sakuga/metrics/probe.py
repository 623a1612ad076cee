"""How well a straight line tells two sets apart: a linear probe's AUC, cross-validated (§5.3).

0.5 where it can't, 1 where always. By scikit-learn (BSD-3-Clause). A group is in one fold only: a
probe that has seen a film knows its other shots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.frechet import Features, Groups, checked
from sakuga.metrics.resample import Estimate, Floats, estimate, numbered, resampled

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Probe:
    """auc: 0.5 to 1 (below where folds are few and nothing is to be found). folds: how many."""

    auc: Estimate
    folds: int


def probe(
    a: Features,
    b: Features,
    groups: tuple[Groups, Groups] = (None, None),
    folds: int = FOLDS,
    seed: int = 0,
) -> Probe:
    """Of (N, D) and (M, D) features, standardised, by logistic regression with an L2 penalty of 1.

    Samples are compared within their fold. The interval is the bootstrap of DeLong's components,
    whole groups drawn. Raises ValueError as `frechet`, and where a set has one group only.
    """
    one, other = checked(a), checked(b)
    of = [np.arange(len(x)) if g is None else numbered(g)
          for x, g in zip((one, other), groups, strict=True)]  # fmt: skip
    folds = min(folds, *(int(each.max()) + 1 for each in of))
    if folds < 2:
        raise ValueError("a set of one group can't be divided into folds: two are needed")
    features = np.concatenate([one, other])
    side = np.repeat([0, 1], [len(one), len(other)])
    scores, fold = _scored(features, side, _folds(of, folds, seed))
    of_a, of_b = _components(scores, side, fold)
    auc = float(of_b.mean())
    pulls = [resampled(of_a - of_a.mean(), of[0].tolist(), seed),
             resampled(of_b - auc, of[1].tolist(), seed + 1)]  # fmt: skip
    if pulls[0] is None or pulls[1] is None:
        return Probe(Estimate(auc), folds)
    return Probe(estimate(auc, np.clip(auc + pulls[0] + pulls[1], 0, 1)), folds)


def _folds(of: list[NDArray[np.int64]], folds: int, seed: int) -> NDArray[np.int64]:
    """(N + M,) the fold of each: of either set as many groups in each as can be."""
    random = np.random.default_rng(seed)
    made = [(random.permutation(int(each.max()) + 1) % folds)[each] for each in of]
    return np.concatenate(made)


def _scored(
    features: Floats, side: NDArray[np.int64], fold: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64]]:
    """(N + M,) by the probe that was fitted on the other folds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scores = np.empty(len(side))
    for number in np.unique(fold):
        left = fold == number
        fitted: Any = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        fitted.fit(features[~left], side[~left])
        scores[left] = fitted.decision_function(features[left])
    return scores, fold


def _components(
    scores: Floats, side: NDArray[np.int64], fold: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Of each sample, the share of the other set's in its fold that it is told apart from."""
    found = np.empty(len(scores))
    for number in np.unique(fold):
        ones, others = ((fold == number) & (side == which) for which in (0, 1))
        right = (scores[others][:, None] > scores[ones]) * 1.0
        right += 0.5 * (scores[others][:, None] == scores[ones])
        found[others], found[ones] = right.mean(1), right.mean(0)
    return found[side == 0], found[side == 1]
