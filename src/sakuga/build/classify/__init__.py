"""Room `classify`: a clip's tags to the six axes of §3.2's taxonomy; a pure function of the tags.

Which tag speaks for which class stands in `taxonomy.toml` beside this file, or in a file of the
user's; how conflicts are settled is the rule in `decide`. Undecided is `others`, -1 in the release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Annotated, ClassVar

from annotated_types import Interval

from sakuga.build.classify.decide import Rule, classify, masses_of
from sakuga.core.errors import RequestError
from sakuga.core.recipe import where
from sakuga.core.records import Classes, Tags
from sakuga.dataset.taxonomy import Lists, digest_of, read_lists

Item = tuple[Tags]
Share = Annotated[float, Interval(gt=0, le=1)]
TAXONOMY = "taxonomy.toml"
_RULE = Rule()


@dataclass(frozen=True, slots=True)
class Classify:
    """file: a taxonomy of your own; else the room's. least, hint: see `decide.Rule`.

    The file is read once, here: its content travels with the recipe, and `lists`, a digest of what
    it says, is the provenance. Raises RequestError for a file that can't be read or makes no sense.
    """

    name: ClassVar[str] = "classify"
    reads: ClassVar[tuple[type, ...]] = (Tags,)
    writes: ClassVar[type] = Classes
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 256

    file: str = where("")
    least: Share = _RULE.least
    hint: Share = _RULE.hint
    lists: str = field(default="", init=False)
    text: str = field(default="", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        text = taxonomy_text(self.file)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "lists", digest_of(read_lists(text, self.file or TAXONOMY)))

    def load(self) -> Callable[[Sequence[Item]], Iterable[Classes]]:
        """The worker."""
        lists = read_lists(self.text, self.file or TAXONOMY)
        return lambda items: self._work(items, lists)

    def _work(self, items: Sequence[Item], lists: Lists) -> Iterator[Classes]:
        rule = Rule(self.least, self.hint)
        for (tags,) in items:
            taxonomy, conflicts = classify(masses_of(tags), lists, rule)
            yield Classes(tags.id, tags.video, taxonomy, conflicts)


def taxonomy_text(file: str = "") -> str:
    """What a taxonomy file holds; the room's own where none is named. Raises RequestError."""
    try:
        if file:
            return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(
            f"the taxonomy file {file!r}: {error}; name one that can be read"
        ) from error
    return resources.files(__package__ or __name__).joinpath(TAXONOMY).read_text(encoding="utf-8")
