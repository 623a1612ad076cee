"""Provenance: a recipe as plain data, its fingerprint, and what differs between two of them.

A recipe is a frozen dataclass whose fields are its parameters. `load()` returns the worker: a plain
callable that holds the heavy things. Two recipes that are equal make equal rows: a field that only
says how the work is done (a batch size, a device) is declared with `where()`, is not compared and
is no provenance.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, cast

_LOCAL = re.compile(r"(file://|[A-Za-z]:)?[/\\]|[~.]{1,2}[/\\]")  # how a path of a machine begins


def where(default: Any) -> Any:
    """A recipe's field that says how or where the work runs, never what comes out of it."""
    return dataclasses.field(default=default, compare=False)


def plain(recipe: Any) -> dict[str, Any]:
    """The recipe as JSON-ready data: its class, its version, its parameters."""
    kind = cast("type[Any]", type(recipe))
    return {
        "recipe": f"{kind.__module__}:{kind.__qualname__}",
        "version": getattr(kind, "version", 1),
        **{
            f.name: _value(getattr(recipe, f.name)) for f in dataclasses.fields(recipe) if f.compare
        },
    }


def public(recipe: Any) -> dict[str, Any]:
    """`plain`, to be published: of a path of this machine only its last step."""
    return _without_paths(plain(recipe))


def _without_paths(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_paths(v) for k, v in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_without_paths(item) for item in cast("list[Any]", value)]
    if isinstance(value, str) and _LOCAL.match(value):
        return value.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return value


def fingerprint(*facts: Any) -> str:
    """16 hex digits that differ when any of the JSON-ready facts does."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What changed, a phrase each: `threshold 1.0 -> 2.0`."""
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield f"{key} {_shown(old.get(key))} -> {_shown(new.get(key))}"


def _shown(value: Any) -> str:
    return "absent" if value is None else json.dumps(value, ensure_ascii=False)


def _value(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return plain(value)
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_value(item) for item in cast("list[Any]", value)]
    return value
