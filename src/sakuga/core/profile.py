"""A profile says what: TOML to stages, a section for each room.

    [split]
    min_length = 18

    [tag]
    use = "wd14"          # a backend by name, or as "module:Class"
    threshold = 0.35      # its fields

Values are checked against the types of the recipe's fields; nothing is guessed from a wrong key.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import pydantic

from sakuga.core.errors import RequestError

Settings = dict[str, dict[str, Any]]


def read_profile(name: str) -> Settings:
    """A profile's sections, by its name (`lite`) or its file. Raises RequestError."""
    path = _find(name)
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"profile {path}: {error}") from error
    for room, section in sections.items():
        if not isinstance(section, dict):
            raise RequestError(f"profile {path}: {room} = {section!r} stands in no [section]")
    return sections


def profile_names() -> list[str]:
    """The names of the profiles that come with sakuga."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def override(settings: Settings, assignments: Iterable[str]) -> Settings:
    """Settings with each `room.field=value` put in its place; values are TOML, or else text."""
    changed = {room: dict(section) for room, section in settings.items()}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        room, dot, field = key.strip().partition(".")
        if not (equals and dot and room and field):
            raise RequestError(f"--set {assignment}: write it as room.field=value")
        changed.setdefault(room, {})[field] = _toml_value(text.strip())
    return changed


def make_stages(settings: Settings, rooms: Mapping[str, Mapping[str, str]]) -> list[Any]:
    """One recipe for each room, in the order of `rooms`.

    `rooms`: room -> backend name -> "module:Class"; its first backend is the room's default. A
    section for an unknown room, an unknown backend, field or a bad value raises RequestError.
    """
    for room in settings:
        if room not in rooms:
            raise RequestError(f"[{room}]: there is no such room{_meant(room, rooms)}")
    return [_stage(room, rooms[room], dict(settings.get(room, {}))) for room in rooms]


def _stage(room: str, backends: Mapping[str, str], section: dict[str, Any]) -> Any:
    use = section.pop("use", next(iter(backends), ""))
    address = backends.get(use, use)
    if ":" not in address:
        raise RequestError(f"[{room}] use = {use!r}: no such backend{_meant(use, backends)}")
    recipe = _import(room, address)
    names = [f.name for f in dataclasses.fields(recipe)]
    for key in section:
        if key not in names:
            raise RequestError(f"[{room}] {key}: {use} has no such field{_meant(key, names)}")
    return _checked(room, recipe, section)


def _checked(room: str, recipe: type, section: dict[str, Any]) -> Any:
    try:
        return pydantic.TypeAdapter(recipe).validate_python(section)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        value = first.get("input")
        raise RequestError(
            f"[{room}] {where} = {value!r}: {_lower(first['msg'])}; see the profiles' own values"
        ) from error


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _import(room: str, address: str) -> type:
    module, _, name = address.partition(":")
    try:
        return cast(type, getattr(importlib.import_module(module), name))
    except (ImportError, AttributeError) as error:
        raise RequestError(f"[{room}] use = {address!r}: {error}") from error


def _meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(known)}"


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _find(name: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    path = _folder() / f"{name}.toml"
    if not path.exists():
        raise RequestError(f"--profile {name}: no such profile{_meant(name, profile_names())}")
    return path


def _folder() -> Path:
    """Where the profiles lie: inside the installed package, or at the root of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "profiles"
    return inside if inside.is_dir() else package.parents[1] / "profiles"
