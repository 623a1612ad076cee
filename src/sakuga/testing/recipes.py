"""The contract of every recipe: plain parameters, cheap to make, equal if they make equal rows."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any, ClassVar, cast

from sakuga.core.needs import Needs, lacking, needs_of
from sakuga.core.recipe import plain
from sakuga.testing.asking import require


@dataclasses.dataclass(frozen=True, slots=True)
class _Held:
    """A recipe as a stage holds it."""

    name: ClassVar[str] = "checked"
    use: Any


def check_recipe(recipe: Any) -> None:
    """A recipe can be put in a profile, in a table's provenance, in a set, and in a pickle."""
    _is_frozen(recipe)
    _is_a_value(recipe)
    _travels(recipe)
    _is_provenance(recipe)
    _comes_from_a_profile(recipe)
    _says_what_it_needs(recipe)


def _is_frozen(recipe: Any) -> None:
    require(
        dataclasses.is_dataclass(recipe) and not isinstance(recipe, type),
        "a recipe is an object of a dataclass",
        recipe,
    )
    frozen = cast("Any", type(recipe)).__dataclass_params__.frozen
    require(frozen, "its dataclass is frozen: @dataclass(frozen=True)", type(recipe))


def _is_a_value(recipe: Any) -> None:
    again = dataclasses.replace(recipe)
    require(again == recipe, "two recipes with equal fields are equal", (recipe, again))
    try:
        same = hash(again) == hash(recipe)
    except TypeError as error:
        require(False, "a recipe is hashable: its fields are scalars, tuples, recipes", error)
    else:
        require(same, "equal recipes have equal hashes", recipe)


def _travels(recipe: Any) -> None:
    try:
        there = pickle.loads(pickle.dumps(recipe))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        require(False, "a recipe can be pickled: its class stands at the top of a module", error)
    else:
        require(there == recipe, "a recipe is the same after it has travelled", there)


def _is_provenance(recipe: Any) -> None:
    facts = plain(recipe)
    try:
        text = json.dumps(facts)
    except TypeError as error:
        require(False, "its fields can be written as JSON: they become provenance", error)
    else:
        require(json.loads(text) == facts, "its fields are the same after JSON", facts)


def _comes_from_a_profile(recipe: Any) -> None:
    import pydantic

    kind = cast("type[Any]", type(recipe))
    fields = {f.name: getattr(recipe, f.name) for f in dataclasses.fields(kind) if f.init}
    try:
        made = pydantic.TypeAdapter(kind).validate_python(fields)
    except pydantic.ValidationError as error:
        require(False, "its fields can be set from a profile, by their types", error)
    else:
        require(made == recipe, "its fields are the same after a profile has set them", made)


def _says_what_it_needs(recipe: Any) -> None:
    needs = needs_of(recipe)
    require(isinstance(cast("Any", needs), Needs), "`needs`, if there is one, is a Needs", needs)
    missing = lacking(_Held(recipe))
    require(missing is None, "what it needs is installed, or it can't be checked", missing)
