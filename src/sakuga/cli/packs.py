"""The frames that training reads: a pack that is there, or one made of a dataset or of shards.

For which trainer `train pack` packs is told by the profile: by its name, or, of a file, by what
stands in it. A section or a field that `train svd` alone has makes it svd's; any other is
contrastive's.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sakuga.train.packed import Pack
    from sakuga.train.packing import Packing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is trained on, as it was asked for. profile: by which it would be packed anew."""

    folder: str
    split: str
    query: str | None
    profile: str

    @property
    def again(self) -> str:
        """What packs it so that it serves."""
        return (
            "name the dataset and another folder for the run, or pack it for this with "
            f"`sakuga train pack DIR --out PACK --profile {self.profile}` and the same --set"
        )


def trainer_of(profile: str | None) -> str:
    """`svd` or `contrastive`, by a profile. Raises RequestError for a name that neither has."""
    from sakuga.core.errors import RequestError
    from sakuga.core.profile import read_profile
    from sakuga.train.contrastive import recipe as contrastive
    from sakuga.train.svd import recipe as svd

    if profile is None or profile in contrastive.PROFILES:
        return "contrastive"
    if profile in svd.PROFILES:
        return "svd"
    if not profile.endswith(".toml"):
        known = ", ".join((*contrastive.PROFILES, *svd.PROFILES))
        raise RequestError(f"--profile {profile}: no such profile of training; there are: {known}")
    alone = _names(svd.Recipe) - _names(contrastive.Recipe)
    return "svd" if alone & _said_in(read_profile(profile)) else "contrastive"


def packed(wanted: Wanted, to: Path, packing: Packing) -> Pack:
    """The pack that the folder is, or that lies at `to`, or one made there, once.

    Raises RequestError for a pack that doesn't serve, and for what shards can't be asked for.
    """
    from sakuga.cli.console import stderr
    from sakuga.train.packed import is_pack
    from sakuga.train.shards import is_shards

    check(wanted, packing)
    if is_pack(Path(wanted.folder)):
        return _opened(Path(wanted.folder), wanted, packing)
    if is_pack(to):
        return _opened(to, wanted, packing)

    def waiting() -> None:
        stderr().print(f"Another command packs into {to}; waiting for it.", soft_wrap=True)

    make = _of_shards if is_shards(wanted.folder) else _of_dataset
    return make(wanted, to, packing, waiting)


def check(wanted: Wanted, packing: Packing) -> None:
    """Raises RequestError where the folder is a pack that doesn't serve, or is of shards and a part
    of them is asked for.
    """
    from sakuga.core.errors import RequestError
    from sakuga.train.packed import is_pack
    from sakuga.train.shards import is_shards

    if is_pack(Path(wanted.folder)):
        _opened(Path(wanted.folder), wanted, packing)
    elif is_shards(wanted.folder):
        if wanted.split != "train":
            raise RequestError(
                f"split {wanted.split!r}: shards have no splits and are taken whole; name a "
                "dataset, or the shards of that split"
            )
        if wanted.query is not None:
            raise RequestError(
                f"--query {wanted.query!r}: shards have no columns to ask and are taken whole; "
                "name a dataset, or leave it"
            )


def said(pack: Pack, as_json: bool) -> None:
    """Print what a pack holds."""
    from sakuga.cli.console import count, print_json, stdout

    if as_json:
        print_json({"pack": str(pack.folder), "clips": len(pack), "left_out": pack.left_out})
        return
    stdout().print(f"{pack.folder}: {count(len(pack), 'clip')}", soft_wrap=True)
    for reason, number in pack.left_out.items():
        stdout().print(f"  left out {number} {reason}", style="yellow")


def _opened(there: Path, wanted: Wanted, packing: Packing) -> Pack:
    from sakuga.core.errors import RequestError
    from sakuga.train.packed import facts_of, open_pack
    from sakuga.train.serves import check_serves

    found = open_pack(there)
    if wanted.query is not None and wanted.query != facts_of(found).get("query"):
        raise RequestError(
            f"--query {wanted.query!r}: {there} is a pack of other clips; name the dataset, "
            "and another folder for the run"
        )
    split = facts_of(found).get("split", wanted.split)  # of old packs, nothing says
    if wanted.split not in ("train", split):
        raise RequestError(
            f"split {wanted.split!r}: {there} is a pack of {split or 'shards, which have none'}; "
            "name the dataset, and another folder for the run"
        )
    check_serves(found, packing, wanted.again)
    return found


def _of_shards(wanted: Wanted, to: Path, packing: Packing, waiting: Callable[[], None]) -> Pack:
    from sakuga.cli.console import stderr
    from sakuga.cli.progress import advancing
    from sakuga.train.packing import name_of
    from sakuga.train.shards import pack_shards

    stderr().print(f"Packing frames into {to}.", soft_wrap=True)
    facts = {"dataset": name_of(wanted.folder), "split": None}
    with advancing() as advance:
        return pack_shards(wanted.folder, to, packing, advance, waiting, facts)


def _of_dataset(wanted: Wanted, to: Path, packing: Packing, waiting: Callable[[], None]) -> Pack:
    from sakuga.cli.console import size, stderr
    from sakuga.cli.progress import advancing
    from sakuga.train.packing import name_of, pack, rows_of

    rows = rows_of(wanted.folder, wanted.split, wanted.query)
    cost = size(packing.cost(len(rows)))
    stderr().print(f"Packing frames into {to}: at most {cost}.", soft_wrap=True)
    facts = {
        "dataset": name_of(wanted.folder), "query": wanted.query, "split": wanted.split,
    }  # fmt: skip
    with advancing() as advance:
        return pack(rows, to, packing, advance, waiting, facts)


def _names(recipe: type) -> set[str]:
    """A recipe's sections, and their fields as SECTION.FIELD."""
    sections: dict[str, type] = get_type_hints(recipe)
    return {
        name
        for section, made in sections.items()
        for name in (section, *(f"{section}.{field.name}" for field in dataclasses.fields(made)))
    }


def _said_in(settings: Mapping[str, Mapping[str, object]]) -> set[str]:
    """The same, of what stands in a profile."""
    fields = {f"{section}.{name}" for section, said in settings.items() for name in said}
    return fields | set(settings)
