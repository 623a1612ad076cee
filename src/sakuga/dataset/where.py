"""Conditions on columns: what `Dataset.where` takes, as one Arrow expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from sakuga.core.errors import RequestError
from sakuga.dataset.columns import meant, nested

_functions: Any = pc  # most of them are made as the module loads, and bear no types
_STOP = "\x1f"  # stands between tags where a list is searched as one text; no tag has it
_IN_ERROR = re.compile(r"FieldRef\.Name\((\w+)\)")  # of a nested name, one for each step


@dataclass(frozen=True, slots=True)
class Between:
    """Values in [low, high); None leaves that end open."""

    low: Any = None
    high: Any = None


def between(low: Any = None, high: Any = None) -> Between:
    """Values from `low` and under `high`: `where(dynamic_score=between(0.33, 0.5))`."""
    if low is None and high is None:
        raise RequestError("between() needs an end: between(low, high), either may be left out")
    return Between(low, high)


def conditions(
    schema: pa.Schema, expressions: tuple[pc.Expression, ...], wanted: Mapping[str, object]
) -> pc.Expression | None:
    """All of them, joined by `and`; None if there are none. Raises RequestError."""
    for expression in expressions:
        check(schema, expression)
    found = [*expressions, *(_column(schema, name, value) for name, value in wanted.items())]
    return reduce(and_, found) if found else None


def check(schema: pa.Schema, expression: pc.Expression) -> None:
    """Raise RequestError where an expression does not fit the columns."""
    if not isinstance(cast(object, expression), pc.Expression):
        raise RequestError(f"where({expression!r}): write column=value, or a pyarrow expression")
    try:
        schema.empty_table().filter(expression)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        said = str(error).partition(" in ")[0]
        if "No match" in said and (steps := _IN_ERROR.findall(said)):
            raise _no_column(".".join(steps), schema) from error
        raise RequestError(f"where({expression}): {str(error).splitlines()[0]}") from error


def _column(schema: pa.Schema, name: str, wanted: object) -> pc.Expression:
    """One column's condition; `name` may be nested: `taxonomy.time`."""
    kinds = nested(schema)
    if name not in kinds:
        raise _no_column(name, schema)
    if isinstance(wanted, Mapping):
        inner = cast("Mapping[str, object]", wanted)
        return reduce(and_, [_column(schema, f"{name}.{key}", inner[key]) for key in inner])
    field = pc.field(*name.split("."))
    return _wanted(field, kinds[name], wanted, f"where({name}={wanted!r})")


def _wanted(field: pc.Expression, kind: pa.DataType, wanted: Any, said: str) -> pc.Expression:
    if wanted is None:
        return field.is_null()
    if isinstance(wanted, (list, tuple, Set)):
        return _any_of(field, kind, list(cast("list[object]", wanted)), said)
    if isinstance(wanted, range):
        if wanted.step != 1:
            raise RequestError(f"{said}: a range goes up by 1")
        wanted = Between(wanted.start, wanted.stop)
    if isinstance(wanted, Between):
        return _between(field, kind, wanted, said)
    if pa.types.is_list(kind):
        return _holds(field, kind, wanted, said)
    return field == _scalar(wanted, kind, said)


def _any_of(field: pc.Expression, kind: pa.DataType, wanted: list[Any], said: str) -> pc.Expression:
    if not wanted:
        raise RequestError(f"{said}: no value to choose from")
    if pa.types.is_list(kind) or None in wanted:
        return reduce(or_, [_wanted(field, kind, each, said) for each in wanted])
    return field.isin([_scalar(each, kind, said).as_py() for each in wanted])


def _between(field: pc.Expression, kind: pa.DataType, ends: Between, said: str) -> pc.Expression:
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise RequestError(f"{said}: the column holds {kind}; only numbers have a range")
    sides: list[tuple[Any, Callable[[Any], pc.Expression]]] = [
        (ends.low, lambda end: field >= end),
        (ends.high, lambda end: field < end),
    ]
    return reduce(and_, [make(_number(end, said)) for end, make in sides if end is not None])


def _holds(field: pc.Expression, kind: pa.DataType, wanted: Any, said: str) -> pc.Expression:
    """Whether a list of texts has a text among its items; Arrow has no function for that."""
    if kind.value_type != pa.string() or not isinstance(wanted, str) or _STOP in wanted:
        raise RequestError(f"{said}: the column holds {kind}; ask with SQL, or an expression")
    stop, empty = pc.scalar(_STOP), pc.scalar("")
    joined = _functions.binary_join(field.cast(pa.list_(pa.string())), stop)
    closed = _functions.binary_join_element_wise(empty, joined, empty, stop)
    found = _functions.match_substring(closed, f"{_STOP}{wanted}{_STOP}")
    return found & (_functions.list_value_length(field) > 0)  # nothing joined is an empty text


def _scalar(value: Any, kind: pa.DataType, said: str) -> Any:
    if isinstance(value, Fraction):
        value = f"{value.numerator}/{value.denominator}"
    if pa.types.is_floating(kind):
        value = _number(value, said)
    if pa.types.is_boolean(kind) != isinstance(value, bool) or (
        pa.types.is_integer(kind) and not isinstance(value, int)
    ):
        raise RequestError(f"{said}: the column holds {kind}")
    try:
        return pa.scalar(value, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError) as error:
        raise RequestError(f"{said}: the column holds {kind}") from error


def _number(value: Any, said: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RequestError(f"{said}: {value!r} is no number")
    return value


def _no_column(name: str, schema: pa.Schema) -> RequestError:
    return RequestError(f"there is no column {name!r}; {meant(name, nested(schema))}")
