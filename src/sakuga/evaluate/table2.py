"""Table 2: R@1, R@5 and R@10 in both directions, ours beside the paper's, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sakuga.evaluate.retrieval import FEW, Found, Retrieval
from sakuga.metrics.recall import Recall

Line = tuple[str, ...]
HEAD: Line = ("", "T2V R@1", "R@5", "R@10", "V2T R@1", "R@5", "R@10")
PAPER: dict[str, tuple[float, ...]] = {  # percent, in the order of the head
    "ViCLIP-200M": (22.4, 38.2, 45.1, 16.8, 30.8, 37.7),
    "ViCLIP, finetuned on Sakuga": (35.5, 54.2, 61.6, 29.7, 48.6, 56.5),
    "VideoMamba-25M": (18.3, 31.2, 38.2, 11.7, 23.7, 30.0),
    "VideoMamba, finetuned on Sakuga": (57.1, 75.3, 81.2, 56.4, 74.4, 80.5),
}


def lines(made: Retrieval) -> list[Line]:
    """The table's rows, the head first: ours, what bounds it, the paper's."""
    both = (*made.found.text_to_video, *made.found.video_to_text)
    return [
        HEAD,
        (name(made.encoder), *(_with_interval(each) for each in both)),
        ("chance", *(percent(each.chance) for each in both)),
        ("ceiling by equal captions", *(percent(each.ceiling) for each in both)),
        *((f"paper: {who}", *(f"{each:.1f}" for each in row)) for who, row in PAPER.items()),
    ]


def class_lines(found: dict[str, Found]) -> list[Line]:
    """One axis, a class a row, the head first."""
    head: Line = ("", "clips", "T2V R@1", "R@10", "V2T R@1", "R@10")
    rows: list[Line] = []
    for name_, each in found.items():
        ends = (*each.text_to_video[::2], *each.video_to_text[::2])
        rows.append((name_, f"{each.queries:,}", *(_with_interval(one) for one in ends)))
    return [head, *rows]


def notes(made: Retrieval) -> Iterator[str]:
    """How it was done, a sentence each; what differs from the paper's protocol is said."""
    galleries = "gallery" if made.galleries == 1 else "galleries"
    yield (
        f"{made.pairs:,} clips of {made.split}, in {made.galleries} {galleries} of "
        f"{made.gallery:,}; a tie counts against us; in brackets 95% intervals, the clips of one "
        f"of {made.films:,} films drawn together."
    )
    if made.gallery != 2560:
        yield "The paper's galleries have 2,560 pairs: in a smaller one more is found by chance."
    if made.tail:
        yield f"{made.tail:,} clips fill no gallery and are left out."
    for why, count in made.left_out.items():
        yield f"{count:,} clips are left out: {why}."
    if made.duplicates:
        yield (
            f"{made.duplicates:,} clips share their caption with another of their gallery, which "
            "puts a ceiling on what can be found."
        )
    if rare := [f"{k} ({n})" for of in made.rare.values() for k, n in of.items()]:
        yield f"Of classes with fewer than {FEW} clips nothing is said: {', '.join(rare)}."


def name(encoder: dict[str, Any]) -> str:
    """An encoder's recipe in a few words: what it is, the weights it was given, WiSE-FT's share."""
    kind = str(encoder.get("recipe", "encoder")).rpartition(":")[2]
    weights = _last(str(encoder.get("checkpoint") or encoder.get("repo") or ""))
    if trained := encoder.get("net"):
        net = trained["made_by"]["net"]
        weights = f"{net['family']} {net['size']} {trained['weights'][:8]}"
    told = f"{kind} {weights}".strip()
    other = _last(str(encoder.get("blend") or encoder.get("other") or ""))
    return f"{told}, {encoder['share']:g} of it blended with {other}" if other else told


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def percent(share: float) -> str:
    """A share of 1 in percent: `0.04`, `35.5`."""
    return f"{100 * share:.2f}" if 0 < share < 0.01 else f"{100 * share:.1f}"


def _with_interval(each: Recall) -> str:
    return f"{percent(each.share)} ({percent(each.low)}-{percent(each.high)})"
