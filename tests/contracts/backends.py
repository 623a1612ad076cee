"""How each backend is made testable here: the one place to add a line when a backend is added.

A maker is given some ground and gives a recipe that can be loaded: it puts tiny random weights,
under the names of the real ones, into the hub cache, or starts the server that answers.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sakuga.testing import (
    check_aesthetic_judge,
    check_captioner,
    check_tagger,
    check_text_finder,
    check_writer,
)
from tests.tiny.hub import hub_cache
from tests.tiny.judges import anime_files, cafe_files
from tests.tiny.wd import OLD, tagger_files


@dataclass(frozen=True)
class Ground:
    """cache: a hub cache, the only one that is seen. until: what is entered here ends with it."""

    cache: Path
    until: ExitStack

    def weights(self, recipe: Any, files: dict[str, bytes]) -> Any:
        """The recipe, after these were put where it looks for its weights."""
        [wanted] = recipe.needs.weights
        hub_cache(self.cache, wanted.repo, wanted.revision, files)
        return recipe


def wd14(ground: Ground) -> Any:
    from sakuga.build.tag.wd14 import Wd14

    return ground.weights(Wd14(), tagger_files(names=OLD, batch=1))


def wd_eva02(ground: Ground) -> Any:
    from sakuga.build.tag.wd14 import WdEva02

    return ground.weights(WdEva02(), tagger_files())


def cafe(ground: Ground) -> Any:
    from sakuga.build.aesthetic.cafe import Cafe

    return ground.weights(Cafe(), cafe_files())


def anime(ground: Ground) -> Any:
    from sakuga.build.aesthetic.anime import Anime

    return ground.weights(Anime(), anime_files())


MAKERS: dict[tuple[str, str], Callable[[Ground], Any]] = {
    ("tag", "wd14"): wd14,
    ("tag", "wd-eva02"): wd_eva02,
    ("aesthetic", "cafe"): cafe,
    ("aesthetic", "anime"): anime,
}
CHECKS: dict[str, Callable[[Any], None]] = {  # room -> the contract of its backends
    "tag": check_tagger,
    "caption": check_captioner,
    "describe": check_writer,
    "aesthetic": check_aesthetic_judge,
    "text": check_text_finder,
}
