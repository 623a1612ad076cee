"""Estimates and distances in a few characters, for tables; what can't be trusted is marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sakuga.evaluate.distances import Distance
from sakuga.metrics.frechet import FRACTIONS
from sakuga.metrics.resample import RESAMPLES, Estimate

NOTHING = "-"
MARK = "*"  # n <= d
PAPER = "paper†"  # before the paper's rows, and the note that says what they are not
Line = tuple[str, ...]


def value(each: Estimate | None, digits: int = 2) -> str:
    """`14.67 (12.10-17.30)`."""
    if each is None:
        return NOTHING
    told = f"{each.value:.{digits}f}"
    if each.low is None or each.high is None:
        return told
    to = "-" if each.low >= 0 else " to "
    return f"{told} ({each.low:.{digits}f}{to}{each.high:.{digits}f})"


def frechet(each: Distance | None) -> str:
    """With its interval; marked where there are no more samples than numbers."""
    if each is None:
        return NOTHING
    return value(each.frechet) + ("" if each.full_rank else MARK)


def unlimited(each: Distance | None) -> str:
    """Extrapolated to unlimited samples; marked where the law does not hold."""
    if each is None or each.extrapolated is None:
        return NOTHING
    return f"{each.extrapolated.value:.2f}{'' if each.extrapolated.sound else MARK}"


def kid(each: Distance | None) -> str:
    """KID times 1000, as it is usually told."""
    if each is None:
        return NOTHING
    ends = [None if end is None else 1000 * end for end in (each.kid.low, each.kid.high)]
    return value(Estimate(1000 * each.kid.value, *ends))


def about(distances: Iterable[Distance]) -> Iterator[str]:
    """What must be known of the numbers, a sentence each."""
    for net, each in {each.net: each for each in distances}.items():
        alone = "; untrained: its numbers compare with nothing but each other"
        yield (
            f"{net}: {each.samples:,} samples a side of {each.width:,} numbers"
            f"{alone if 'untrained' in net else ''}."
        )
        if not each.full_rank:
            yield (
                f"{MARK} {net}: no more samples than numbers: the covariance has no full rank, the "
                "Fréchet distance is far too large and good for comparing equal n alone, and its "
                f"extrapolation is no measurement. More than {each.width:,} samples are wanted; "
                "KID is sound at any number."
            )
        elif each.extrapolated is not None and not each.extrapolated.sound:
            yield (
                f"{MARK} {net}: the extrapolation went through parts of no more samples than "
                "numbers, where its law does not hold."
            )
        if each.extrapolated is None:
            yield f"{net}: too few clips to extrapolate to unlimited samples."
    parts = ", ".join(f"{fraction:.0%}" for fraction in FRACTIONS)
    yield (
        f"At infinity: the line through the distances of {parts} of the samples over 1 / their "
        "number, where that is 0. A Fréchet distance without it is too large by about 1 / n: "
        "compare equal n alone."
    )


def counts(clips: int, by_film: bool, protocol: str, left_out: Mapping[str, Mapping[str, int]]
) -> Iterator[str]:  # fmt: skip
    """How many clips, what of them, what was left out."""
    drawn = "the clips of one film" if by_film else "the frames of one clip"
    yield (
        f"{clips:,} clips a side: {protocol}. In brackets 95% intervals at this number, of "
        f"{RESAMPLES:,} resamples, {drawn} drawn together."
    )
    if not by_film:
        yield (
            "Under 8 films a side: intervals draw clips, which of one film are alike, so they "
            "promise too much."
        )
    for name, reasons in left_out.items():
        told = ", ".join(f"{n:,} {why.replace('_', ' ')}" for why, n in reasons.items())
        if told:
            yield f"{name}: left out: {told}."


def same(key: str, pixels: str) -> str:
    """When two runs may be compared."""
    return (
        f"Two runs may be compared where their terms are the same ({key}: how clips are taken, how "
        f"many, the nets and their files) and so are the clips they measure against ({pixels})."
    )


def grid(rows: Iterable[Line]) -> str:
    """Lines as a Markdown table, the first its head."""
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    told = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in told)
