"""The written rule: from how often and how surely tags stand to one class on each axis (§3.2).

1. A tag weighs share x score: the part of the clip's samples that show it, times how surely.
2. A term weighs as its tag; of tags that count together, as the weakest of them.
3. A class weighs as the strongest of its terms that say it, plus `hint` of all that hint at it:
   ways to say the same thing do not add up, signs of it do.
4. The heaviest class wins; of equals the one that stands first in the file. Where even that weighs
   less than `least`, the axis is undecided. Two classes of at least `least` are a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sakuga.core.records import Tags, Taxonomy
from sakuga.dataset.taxonomy import AXES, OTHERS, Lists, Term, Words

Masses = Mapping[str, float]  # tag -> its weight, 0 to 1


@dataclass(frozen=True, slots=True)
class Rule:
    """least: what a class must weigh to be given. hint: what a hint weighs beside a tag that says.

    Both over 0 and up to 1.
    """

    least: float = 0.1  # one sure hint in half of the samples
    hint: float = 0.25  # four sure hints weigh as one tag that names the class


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one axis comes to; `masses` are those of its classes, in the file's order."""

    name: str
    masses: dict[str, float]
    conflict: bool


def masses_of(tags: Tags) -> dict[str, float]:
    """What each of a clip's tags weighs; what is measured of the film is certain."""
    return {tag.name: tag.share * tag.score for tag in tags.general} | dict.fromkeys(tags.film, 1.0)


def decide(masses: Masses, classes: Mapping[str, Words], rule: Rule) -> Verdict:
    """The class of one axis; `others` where none weighs enough."""
    weights = {name: _mass(masses, words, rule.hint) for name, words in classes.items()}
    spoken = [name for name, mass in weights.items() if mass >= rule.least]
    best = max(spoken, key=lambda name: weights[name], default=OTHERS)  # of equals, the first
    return Verdict(best, weights, len(spoken) > 1)


def classify(masses: Masses, lists: Lists, rule: Rule) -> tuple[Taxonomy, list[str]]:
    """The class on every axis, and the axes on which tags spoke for more than one."""
    verdicts = {axis: decide(masses, lists.get(axis, {}), rule) for axis in AXES}
    taxonomy = Taxonomy(**{axis: verdict.name for axis, verdict in verdicts.items()})
    return taxonomy, [axis for axis, verdict in verdicts.items() if verdict.conflict]


def _mass(masses: Masses, words: Words, hint: float) -> float:
    strongest = max(_weights(masses, words.says), default=0.0)
    return strongest + hint * sum(_weights(masses, words.hints))


def _weights(masses: Masses, terms: Iterable[Term]) -> Iterable[float]:
    return (min(masses.get(tag, 0.0) for tag in term) for term in terms)
