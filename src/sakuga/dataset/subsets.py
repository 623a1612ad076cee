"""The subsets of §5.1, by name: `small` and `aesthetic`. What else is in a dataset changes neither.

A clip is in `small` if the last eight digits of its id, a SHA-256 in hexadecimal, are under a tenth
of 16^8; in SQL, `right(id, 8) < '1999999a'`. The digits that a split is made of stand at the other
end, so every split has its tenth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sakuga.core.errors import RequestError
from sakuga.dataset.columns import meant

if TYPE_CHECKING:
    import pyarrow.compute as pc

SHARE = 0.10  # §5.1: uniformly sampled at the clip level at a 10% rate
DIGITS = 8
BOUND = "1999999a"  # ceil(SHARE * 16**DIGITS), in as many digits: compared as text, as numbers are
BEAUTIFUL = 0.9  # §5.1: a score exceeding 0.9
_LENGTH = 64  # of a SHA-256


@dataclass(frozen=True, slots=True)
class Subset:
    """A named part of a dataset. reads: the column without which there is none."""

    name: str
    text: str
    reads: str


SUBSETS = {
    subset.name: subset
    for subset in (
        Subset("small", "10% of the clips, uniformly, by a hash (§5.1)", "id"),
        Subset("aesthetic", "clips with an aesthetic score above 0.9 (§5.1)", "aesthetic_score"),
    )
}


def in_small(clip_id: str) -> bool:
    """Whether a clip is in the `small` subset. Raises ValueError for what is no SHA-256."""
    digits = clip_id.lower()
    if len(digits) != _LENGTH or not set(digits) <= set("0123456789abcdef"):
        raise ValueError(f"{clip_id!r}: a clip's id has 64 hexadecimal digits")
    return digits[-DIGITS:] < BOUND


def subset_named(name: str) -> Subset:
    """A subset by its name; raises RequestError."""
    if name not in SUBSETS:
        raise RequestError(f"there is no subset {name!r}; {meant(name, SUBSETS)}")
    return SUBSETS[name]


def condition(subset: Subset) -> pc.Expression:
    """The subset as a condition on a row's columns."""
    import pyarrow.compute as pc

    if subset.name == "aesthetic":
        return pc.field(subset.reads) > BEAUTIFUL
    functions: Any = pc  # those bear no types
    last = functions.utf8_slice_codeunits(functions.utf8_lower(pc.field("id")), -DIGITS)
    return last < pc.scalar(BOUND)
