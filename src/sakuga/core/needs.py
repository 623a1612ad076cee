"""What a recipe needs before it can be loaded: packages, weights, and the machine to itself.

It is looked at before any work starts, so that what is missing is said at once, with the line that
gets it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sakuga.core.errors import RequestError
from sakuga.core.weights import Weights, fetch


@dataclass(frozen=True, slots=True)
class Needs:
    """modules: names to import, which `pip install 'sakuga[EXTRA]'` brings. weights: to be fetched.

    alone: one process at a time: it holds a large model, or counts what it spends.
    """

    extra: str = ""
    modules: tuple[str, ...] = ()
    weights: tuple[Weights, ...] = ()
    alone: bool = False


NOTHING = Needs()


def needs_of(recipe: Any) -> Needs:
    """What a stage and the backend it uses need, from their `needs`; of most stages nothing."""
    own: Needs = getattr(recipe, "needs", NOTHING)
    backend = getattr(recipe, "use", None)
    return own if own is not NOTHING or backend is None else needs_of(backend)


def lacking(recipe: Any) -> str | None:
    """What must be installed for a recipe, as a sentence with the line that does it; or None."""
    needs = needs_of(recipe)
    missing = [name for name in needs.modules if not _installed(name)]
    if not missing:
        return None
    how = f"pip install 'sakuga[{needs.extra}]'" if needs.extra else f"pip install {missing[0]}"
    return f"{_called(recipe)} needs {', '.join(missing)}: {how}"


def prepare(stages: Iterable[Any]) -> None:
    """Make sure that all is there, fetch the weights that are not. Raises RequestError.

    A recipe with a `check` method (a server to be reached, a key) has it called here.
    """
    stages = list(stages)
    if problems := [problem for stage in stages if (problem := lacking(stage))]:
        raise RequestError("; ".join(problems))
    for stage in stages:
        for weights in needs_of(stage).weights:
            fetch(weights, wanted_by=_called(stage))
        for recipe in _with_backend(stage):
            if check := getattr(recipe, "check", None):
                check()


def _with_backend(stage: Any) -> Iterator[Any]:
    yield stage
    if (backend := getattr(stage, "use", None)) is not None:
        yield backend


def _called(recipe: Any) -> str:
    backend = getattr(recipe, "use", None)
    return f"[{recipe.name}] {type(backend if backend is not None else recipe).__name__}"


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
