"""A taxonomy file held against a dataset: which tags go with its classes, which do not (§3.2).

A class stands in a clip where a term that says it does. How well a tag goes with a class is their
NPMI over all clips; a tag that itself says the class is held against the other tags that say it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sakuga.dataset.taxonomy import TOGETHER, Lists, Term
from sakuga.report.npmi import npmi
from sakuga.report.pairs import Counted

LEAST = 5  # clips; of a rarer tag nothing is told
GOES = 0.15  # NPMI from which a tag is proposed
APART = 0.05  # NPMI by which it must go better with one class than with the axis' others
A_CLASS = 12  # tags that are proposed for one class

Role = Literal["says", "hints", ""]
Verdict = Literal["fits", "proposed", "absent", "rare", "unrelated", "contradicts"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One tag and one class. npmi: how well it goes with it; null where nothing can be told.

    better: the class of the same axis with which it goes better, of a tag that contradicts.
    """

    axis: str
    name: str
    tag: str
    role: Role  # as the file has it; empty of what is proposed
    verdict: Verdict
    count: int  # clips that bear it
    together: int  # clips of the class that do
    npmi: float | None
    better: str | None = None


def class_terms(lists: Lists) -> dict[str, Sequence[Term]]:
    """`axis.class` -> the terms that say it, as `count_pairs` takes them."""
    return {f"{a}.{name}": words.says for a, of in lists.items() for name, words in of.items()}


def check(counted: Counted, lists: Lists) -> list[Finding]:
    """What becomes of every tag that the file lists on its own or together with others."""
    judge = _Judge(counted, lists)
    return [finding for axis in lists for finding in judge.listed(axis)]


def propose(counted: Counted, lists: Lists) -> list[Finding]:
    """Tags that the file does not list on an axis and that go with one of its classes."""
    judge = _Judge(counted, lists)
    return [finding for axis in lists for finding in judge.proposed(axis)]


class _Judge:
    """NPMI of every tag with every class of an axis."""

    def __init__(self, counted: Counted, lists: Lists) -> None:
        self._counted, self._lists = counted, lists

    def listed(self, axis: str) -> Iterator[Finding]:
        for name, words in self._lists[axis].items():
            roles: tuple[tuple[Role, Sequence[Term]], ...] = (
                ("says", words.says),
                ("hints", words.hints),
            )
            for role, terms in roles:
                alone = [term[0] for term in terms if len(term) == 1]
                for tag in dict.fromkeys(tag for term in terms for tag in term):
                    yield self._judged(axis, name, tag, role, alone)

    def proposed(self, axis: str) -> Iterator[Finding]:
        classes = list(self._lists[axis])
        taken = {tag for words in self._lists[axis].values() for tag in words.tags}
        told = np.array([self._with(f"{axis}.{name}") for name in classes])
        for row, name in enumerate(classes):
            rest = np.delete(told, row, 0).max(axis=0, initial=-1.0)
            fit = (told[row] >= GOES) & (told[row] >= rest + APART)
            order = sorted(np.flatnonzero(fit).tolist(), key=lambda n: -told[row][n])
            tags = [(self._counted.names[n], float(told[row][n])) for n in order]
            new = [each for each in tags if each[0] not in taken and _listable(each[0])]
            for tag, how in new[:A_CLASS]:
                yield self._finding(axis, name, tag, "", "proposed", how)

    def _judged(self, axis: str, name: str, tag: str, role: Role, alone: Sequence[str]) -> Finding:
        count = self._counted.count(tag)
        if count < LEAST:
            return self._finding(axis, name, tag, role, "rare" if count else "absent", None)
        own = self._own(axis, name, tag, role, alone)
        # A tag that counts for another class too, together with others, is at home in both.
        rest = [c for c, w in self._lists[axis].items() if c != name and tag not in w.tags]
        others = {c: self._npmi(tag, f"{axis}.{c}") for c in rest}
        better = max(others, key=lambda c: others[c], default=None) if tag in alone else None
        if better is not None and others[better] >= max(own or 0.0, 0.0) + max(APART, GOES):
            return self._finding(axis, name, tag, role, "contradicts", own, better)
        # Ways to say one thing may exclude each other, as 2girls and 3girls do: that is no fault.
        told = role == "hints" and tag in alone and own is not None
        verdict = "unrelated" if told and (own or 0.0) <= 0 else "fits"
        return self._finding(axis, name, tag, role, verdict, own)

    def _own(
        self, axis: str, name: str, tag: str, role: Role, alone: Sequence[str]
    ) -> float | None:
        """How well a tag goes with its class, or, if it says it, with what else does."""
        if role == "hints":
            return self._npmi(tag, f"{axis}.{name}")
        others = [self._npmi(tag, o) for o in alone if o != tag and self._counted.count(o) >= LEAST]
        return max(others, default=None)

    def _with(self, name: str) -> NDArray[np.float64]:
        """NPMI of every tag with a class; -1 of tags that are too rare."""
        counted, place = self._counted, self._counted.places[name]
        start = place * (place - 1) // 2
        met = counted.together[start : start + counted.tags]
        counts = counted.counts[: counted.tags]
        found = npmi(met, counts, counted.counts[place], counted.clips)
        return np.where(counts >= LEAST, found, -1.0)

    def _npmi(self, a: str, b: str) -> float:
        counted = self._counted
        found = npmi(self._met(a, b), counted.count(a), counted.count(b), counted.clips)
        return round(float(found), 4)

    def _met(self, a: str, b: str) -> int:
        places = self._counted.places
        if a not in places or b not in places:
            return 0
        return int(self._counted.matrix([places[a], places[b]])[0, 1])

    def _finding(
        self,
        axis: str,
        name: str,
        tag: str,
        role: Role,
        verdict: Verdict,
        how: float | None,
        better: str | None = None,
    ) -> Finding:
        met = self._met(tag, f"{axis}.{name}")
        how = None if how is None else round(how, 4)
        return Finding(axis, name, tag, role, verdict, self._counted.count(tag), met, how, better)


def _listable(tag: str) -> bool:
    """Whether a taxonomy file may hold it: a tag of a user's may be anything."""
    return tag.isprintable() and not any(c.isspace() for c in tag)


def as_file(lists: Lists, findings: Sequence[Finding], clips: int) -> str:
    """The lists with what was found in them: proposed tags as hints, doubtful ones left out.

    A file that `classify` takes. What is left out stands in a comment with its reason.
    """
    lines = [f"# Proposed from {clips:,} clips by `sakuga report --cooccurrence`. Look it through."]
    for axis, classes in lists.items():
        for name, words in classes.items():
            of = [f for f in findings if (f.axis, f.name) == (axis, name)]
            doubted = {f.tag for f in of if f.verdict == "contradicts"}
            says = [term for term in words.says if not doubted.issuperset(term)]
            hints = [term for term in words.hints if not doubted.issuperset(term)]
            hints += [(f.tag,) for f in of if f.verdict == "proposed"]
            lines += ["", f"[{axis}.{name}]", *_list("says", says, of), *_list("hints", hints, of)]
            lines += [
                f"# left out: {_quoted(f.tag)} goes better with {f.better}"
                for f in of
                if f.verdict == "contradicts"
            ]
    return "\n".join(lines) + "\n"


def _list(key: str, terms: Sequence[Term], findings: Sequence[Finding]) -> Iterator[str]:
    notes = {f.tag: _note(f) for f in findings}
    yield f"{key} = ["
    for term in terms:
        note = notes.get(term[0], "") if len(term) == 1 else ""
        yield f"  {_quoted(TOGETHER.join(term))},{f'  # {note}' if note else ''}"
    yield "]"


def _note(finding: Finding) -> str:
    match finding.verdict:
        case "proposed":
            return f"proposed: NPMI {finding.npmi:.2f}, in {finding.together:,} clips of the class"
        case "absent":
            return "never occurs"
        case "unrelated":
            return "does not go with its class"
        case _:
            return ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a string of JSON is one of TOML


def by_axis(findings: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    """Axis -> its findings."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.axis, []).append(finding)
    return grouped
