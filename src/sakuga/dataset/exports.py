"""What a dataset can be exported as: each name a module with one function."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from sakuga.core.errors import RequestError
from sakuga.dataset.columns import meant

Seen = Callable[[str, int, int], None]  # what, done, of how many

EXPORTS: dict[str, str] = {  # name -> module:function(root, to, seen) -> Exported
    "sakuga42m": "sakuga.dataset.release.exporting:export_release",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to."""

    name: str
    to: str
    clips: int
    files: dict[str, int]  # name -> rows


def export(name: str, root: str, to: str, seen: Seen = lambda *_: None) -> Exported:
    """Write the dataset or the imported tables of a folder in another form.

    Raises RequestError for a name that is not known, and for a folder that holds neither.
    """
    if name not in EXPORTS:
        raise RequestError(f"there is no export {name!r}; {meant(name, EXPORTS)}")
    module, _, function = EXPORTS[name].partition(":")
    return getattr(importlib.import_module(module), function)(root, to, seen)
