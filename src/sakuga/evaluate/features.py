"""Features of every side's clips, by every net, in one reading of the footage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from sakuga.core.errors import ItemError, RequestError
from sakuga.core.images import Picture, fit, to_jpeg
from sakuga.core.records import Failure
from sakuga.evaluate.apart import STAGE
from sakuga.evaluate.clips import Chosen, Clip, Clips, Ref, TooFewFrames, choose, enough
from sakuga.evaluate.clips import Source as Source
from sakuga.evaluate.extractors import Extract, Extractor, Seen, ready
from sakuga.evaluate.lost import Lost, lost_of
from sakuga.evaluate.origin import digest

AT_ONCE = 8  # clips in memory
FILMS = 8  # of a side, from which on intervals are drawn by film and not by clip
KEPT = 12  # clips of a side whose pixels are held for a page
LONGEST, QUALITY = 120, 70  # of a thumbnail: pixels, JPEG

Advance = Callable[[str, float, int], None]


@dataclass(slots=True)
class Side:
    """One source's clips as they were measured. seen: section -> one for each of refs. kept: the
    pixels of the first of them, by name; hashes: of each one's frames; thumbnails: a small JPEG of
    each, where asked for. lost: what could not be measured, which left_out counts by reason."""

    name: str
    refs: list[Ref]
    seen: dict[str, list[Seen]]
    left_out: Counter[str]
    kept: dict[str, Picture] = field(default_factory=dict[str, Picture])
    hashes: dict[str, str] = field(default_factory=dict[str, str])
    thumbnails: dict[str, bytes] = field(default_factory=dict[str, bytes])
    lost: list[Lost] = field(default_factory=list[Lost])

    @property
    def films(self) -> list[str]:
        """(clips,) what each was cut from."""
        return [ref.film for ref in self.refs]

    @property
    def clips(self) -> list[str]:
        """(clips,) their names."""
        return [ref.name for ref in self.refs]

    @property
    def pixels(self) -> str:
        """16 digits that differ where the frames that were measured do."""
        return digest({name: self.hashes[name] for name in self.clips})

    def first(self, count: int) -> None:
        """Keep so many."""
        self.left_out["more than are measured"] += len(self.refs) - count
        self.refs = self.refs[:count]
        self.seen = {section: found[:count] for section, found in self.seen.items()}


@dataclass(frozen=True, slots=True)
class Sides:
    """All of them, of equal numbers of clips. workers: section -> its worker."""

    sides: list[Side]
    workers: dict[str, Extract]

    @property
    def by_film(self) -> bool:
        """Whether intervals draw films, not clips."""
        return all(len(set(side.films)) >= FILMS for side in self.sides)

    def groups(self, side: Side) -> list[str]:
        """(clips,) what is drawn together."""
        return side.films if self.by_film else side.clips


def measure(
    sources: Sequence[Source],
    clips: Clips,
    recipes: Mapping[str, Extractor],
    advance: Advance = lambda *_: None,
    thumbnails: bool = False,
) -> Sides:
    """As many clips of each source, seen by all nets. Raises RequestError before footage is read
    where something is missing, and where too few clips are left.
    """
    if not recipes:
        raise RequestError("every net is none: there is nothing to measure")
    longest = clips.frames * 3 if clips.expand == "timing" else clips.shown
    ready(recipes, {"frames": clips.frames, "clips": longest})
    chosen = choose(sources, clips)
    workers = {section: recipe.load() for section, recipe in recipes.items()}
    work = _Work(clips, recipes, workers, thumbnails)
    names = short([source.name for source in sources])
    sides = [work.side(each, name, advance) for each, name in zip(chosen, names, strict=True)]
    for side in sides:
        enough(side.name, len(side.refs), side.left_out)
    least = min(len(side.refs) for side in sides)
    for side in sides:
        side.first(least)
    return Sides(sides, workers)


@dataclass(frozen=True, slots=True)
class _Work:
    clips: Clips
    recipes: Mapping[str, Extractor]
    workers: Mapping[str, Extract]
    thumbnails: bool

    def side(self, chosen: Chosen, name: str, advance: Advance) -> Side:
        """One source's clips, in the order of the seed."""
        found: dict[str, dict[str, Seen]] = {}
        kept, small, hashes = dict[str, Picture](), dict[str, bytes](), dict[str, str]()
        wanted = {ref.name for ref in chosen.refs[:KEPT]}
        done = 0
        for some in self._readable(chosen):
            for clip in some:
                hashes[clip.ref.name] = sha256(clip.pixels.tobytes()).hexdigest()
                if clip.ref.name in wanted:
                    kept[clip.ref.name] = clip.pixels
                if self.thumbnails:
                    small[clip.ref.name] = _thumbnail(clip.pixels)
            found |= self._seen(some, chosen)
            done += len(some)
            advance(name, done, len(chosen.refs))
        refs = [ref for ref in chosen.refs if ref.name in found]
        seen = {s: [found[ref.name][s] for ref in refs] for s in self.recipes}
        lost = lost_of(chosen.lost, bool(self.clips.span))
        return Side(name, refs, seen, chosen.left_out, kept, hashes, small, lost)

    def _readable(self, chosen: Chosen) -> Iterator[list[Clip]]:
        held: list[Clip] = []
        for made in chosen.source.read(chosen.refs, self.clips):
            if not isinstance(made, Clip):
                chosen.lose(made)
                continue
            held.append(made)
            if len(held) == AT_ONCE:
                yield held
                held = []
        if held:
            yield held

    def _seen(self, some: Sequence[Clip], chosen: Chosen) -> dict[str, dict[str, Seen]]:
        moving: list[tuple[Clip, Picture]] = []
        for clip in some:
            try:
                moving.append((clip, self._moving(clip)))
            except ItemError as error:
                chosen.lose(Failure(clip.ref.name, STAGE, error.reason, str(error)))
        found: dict[str, dict[str, Seen]] = {clip.ref.name: {} for clip, _ in moving}
        for section, worker in self.workers.items():
            whole = self.recipes[section].sees == "clips"
            made = worker([shown if whole else clip.pixels for clip, shown in moving])
            for (clip, _), each in zip(moving, made, strict=True):
                self._check(section, clip, each)
                found[clip.ref.name][section] = each
        return found

    def _moving(self, clip: Clip) -> Picture:
        """Frames for nets that see clips. Raises ItemError where one can't do with so few."""
        shown = clip.moving(self.clips.expand)
        for recipe in self.recipes.values():
            if recipe.sees == "clips" and self.clips.expand == "timing":
                try:
                    recipe.check(len(shown))
                except RequestError as error:
                    raise TooFewFrames(str(error)) from error
        return shown

    def _check(self, section: str, clip: Clip, seen: Seen) -> None:
        for numbers in (seen.vectors, seen.logits):
            if numbers is not None and not np.isfinite(numbers).all():
                raise RequestError(
                    f"[{section}] {self.recipes[section].called} gives NaN or infinity for "
                    f"{clip.ref.name}: its weights are damaged, or of another model"
                )


def short(names: Sequence[str]) -> list[str]:
    """The last steps of paths, as few as tell them apart."""
    steps = [name.replace("\\", "/").rstrip("/").split("/") for name in names]
    for count in range(1, max(map(len, steps))):
        made = ["/".join(each[-count:]) for each in steps]
        if len(set(made)) == len(made):
            return made
    return list(names)


def _thumbnail(frames: Picture) -> bytes:
    """JPEG of the middle frame."""
    small = fit(frames[len(frames) // 2], LONGEST)[..., ::-1]
    return to_jpeg(np.ascontiguousarray(small), QUALITY)
