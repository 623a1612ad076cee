"""A profile says what: TOML to stages, a section for each room.

    [split]
    min_length = 18

    [tag]
    use = "wd14"            # a backend by name, or as "module:Class"
    floor = 0.05            # the room's fields and the backend's
    when_missing = "skip"   # leave the room out, and say so, where what it needs is not installed

    [caption]
    use = "none"            # a room that the others can do without

Values are checked against the types of the recipe's fields; nothing is guessed from a wrong key.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as field_of
from pathlib import Path
from typing import Any, cast

import pydantic

from sakuga.core.errors import RequestError
from sakuga.core.needs import lacking
from sakuga.core.records import Source
from sakuga.core.stage import optional_of
from sakuga.core.store import table_of

Settings = dict[str, dict[str, Any]]
NONE = "none"


@dataclass(frozen=True, slots=True)
class Room:
    """What may stand in a room.

    backends: name -> "module:Class", the first is the default. stage: what holds a backend, in its
    field `use`; empty where the backend is the stage itself. spare: the others can do without it.
    """

    backends: Mapping[str, str]
    stage: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """The recipes of a profile; left_out: room -> what to install for it."""

    stages: list[Any] = field_of(default_factory=list[Any])
    left_out: dict[str, str] = field_of(default_factory=dict[str, str])


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


def make_stages(settings: Settings, rooms: Mapping[str, Room]) -> Made:
    """One recipe for each room that is not `none`, in the order of `rooms`.

    A section for an unknown room, an unknown backend, field or a bad value raises RequestError.
    """
    made = Made()
    for name in settings:
        if name not in rooms:
            raise RequestError(f"[{name}]: there is no such room{_meant(name, rooms)}")
    for name, room in rooms.items():
        section = dict(settings.get(name, {}))
        skip = _skips(name, section)
        if room.spare and section.get("use") == NONE:
            continue
        stage = _stage(name, room, section)
        if room.spare and (unmade := _unmade(stage, made.stages)):
            made.left_out[name] = f"reads {unmade}, which no room of this profile makes"
        elif skip and (problem := lacking(stage)):
            made.left_out[name] = problem
        else:
            made.stages.append(stage)
    return made


def _unmade(stage: Any, before: Iterable[Any]) -> str | None:
    """A table that a stage can't do without and that none of those before it writes."""
    written = {Source, *(each.writes for each in before)}
    needed = (r for r in stage.reads if r not in optional_of(stage) and r not in written)
    return next((table_of(record) for record in needed), None)


def _skips(name: str, section: dict[str, Any]) -> bool:
    choice = section.pop("when_missing", "stop")
    if choice not in ("stop", "skip"):
        raise RequestError(f"[{name}] when_missing = {choice!r}: must be 'stop' or 'skip'")
    return choice == "skip"


def _stage(name: str, room: Room, section: dict[str, Any]) -> Any:
    use = section.pop("use", next(iter(room.backends), ""))
    backend = _import(name, _address(name, room, use))
    theirs = _fields(backend)
    holder = _import(name, room.stage) if room.stage else None
    ours = [field for field in _fields(holder) if field != "use"] if holder else []
    for key in section:
        if key not in theirs and key not in ours:
            meant = _meant(key, [*ours, *theirs])
            raise RequestError(f"[{name}] {key}: {use} has no such field{meant}")
    made = _checked(name, backend, {k: v for k, v in section.items() if k in theirs})
    if holder is None:
        return made
    return _checked(name, holder, {k: v for k, v in section.items() if k in ours} | {"use": made})


def _address(name: str, room: Room, use: str) -> str:
    """Where a backend's class is: in the room's table, with an installed package, or as written."""
    if use in room.backends or ":" in use:
        return room.backends.get(use, use)
    from importlib import metadata

    offered = {point.name: point.value for point in metadata.entry_points(group=f"sakuga.{name}")}
    if use not in offered:
        known = [*room.backends, *offered, *([NONE] if room.spare else [])]
        raise RequestError(f"[{name}] use = {use!r}: no such backend{_meant(use, known)}")
    return offered[use]


def _fields(recipe: type) -> list[str]:
    if not dataclasses.is_dataclass(recipe):
        raise RequestError(f"{recipe.__module__}:{recipe.__qualname__} is no frozen dataclass")
    return [field.name for field in dataclasses.fields(recipe) if field.init]


def _checked(room: str, recipe: type, section: dict[str, Any]) -> Any:
    """A recipe of checked values; the types of one that is all default are not even looked at."""
    defaults = {field.name: field.default for field in dataclasses.fields(recipe)}
    section = {k: v for k, v in section.items() if not _same(v, defaults[k])}
    if not section:
        with suppress(TypeError, ValueError):
            return recipe()
    try:
        return pydantic.TypeAdapter(recipe).validate_python(section)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        value = first.get("input")
        raise RequestError(
            f"[{room}] {where} = {value!r}: {_lower(first['msg'])}; see the profiles' own values"
        ) from error


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and repr(value) == repr(default)


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
