"""How a run is made: a profile's sections as frozen recipes (§4).

A field declared with `where` says how the work is done and may differ when a run goes on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from annotated_types import Ge, Interval

from sakuga.core.errors import RequestError
from sakuga.core.profile import Room, make_stages, override, read_profile
from sakuga.core.recipe import differences, plain

Share = Annotated[float, Interval(ge=0, le=1)]
Count = Annotated[int, Ge(1)]


def sections_of(
    profile: str, overrides: Iterable[str], profiles: Sequence[str], sections: Mapping[str, Room]
) -> Sequence[Any]:
    """A recipe's sections, in their order; profiles: those that come with a trainer."""
    if not profile.endswith(".toml") and profile not in profiles:
        known = ", ".join(profiles)
        raise RequestError(f"--profile {profile}: no such profile of training; there are: {known}")
    name = profile if profile.endswith(".toml") else f"train/{profile}"
    return make_stages(override(read_profile(name), overrides), sections).stages


def as_plain(recipe: Any) -> dict[str, Any]:
    """What a run is made by, section by section, without what only says where the work runs."""
    sections = ((f.name, plain(getattr(recipe, f.name))) for f in dataclasses.fields(recipe))
    return {name: {k: v for k, v in made.items() if k != "recipe"} for name, made in sections}


def changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What differs between two of `as_plain`, a phrase each."""
    return [
        f"{section}.{what}"
        for section in new
        for what in differences(old.get(section, {}), new[section])
    ]
