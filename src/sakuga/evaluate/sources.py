"""Where clips come from: a dataset, a folder of videos, GIFs and sequences of pictures, a film.

NAME.generated.mp4, as `sakuga generate` writes it, is the clip NAME, and pictures in a folder of
that name are its keyframes and no clip of their own. What is decoded is decoded in a process apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from sakuga.core.errors import RequestError
from sakuga.core.guard import Limits
from sakuga.core.records import Failure
from sakuga.dataset.frames import frames_of
from sakuga.dataset.published import Dataset, open_dataset
from sakuga.evaluate.apart import Apart
from sakuga.evaluate.captions import VIDEOS, beside, captions_in, stem_of
from sakuga.evaluate.clips import Clip, Clips, Ref, Source
from sakuga.evaluate.decode import (
    Cuts,
    Decode,
    Keyframes,
    Lengths,
    OfFilm,
    frames_of_file,
    pictures_in,
)
from sakuga.evaluate.pictures import MOVING

_COLUMNS = ("id", "source_group", "text_description", "timing_class", "keyframes")


def open_source(where: str) -> Source:
    """By what is there. Raises RequestError where nothing is."""
    path = Path(where)
    if path.is_file() and path.suffix.lower() in VIDEOS | MOVING:
        return FolderSource(where, path.parent, (path,))
    if "://" in where or (path / "dataset").is_dir() or any(path.glob("*.parquet")):
        return DatasetSource(where)
    if not path.is_dir():
        raise RequestError(
            f"{where}: there is no dataset, folder or film of that name; a film is one of "
            f"{', '.join(sorted(VIDEOS | MOVING))}"
        )
    if (path / "tables").is_dir():
        return DatasetSource(where)  # a build that was not published yet: says so
    found = tuple(_found(path))
    if not found:
        raise RequestError(
            f"{where} holds no clip: put videos there ({', '.join(sorted(VIDEOS | MOVING))}), or a "
            "folder of pictures for each"
        )
    return FolderSource(where, path, found)


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """The keyframes of a published dataset's clips, decoded from their films.

    decode, limits: for the process that decodes; see `evaluate.apart`.
    """

    name: str
    decode: OfFilm = frames_of
    limits: Limits = field(default_factory=Limits)

    def refs(self, clips: Clips, left_out: Counter[str]) -> list[Ref]:
        """Its clips that have enough keyframes."""
        found: list[Ref] = []
        for row in self._dataset(clips).select(*_COLUMNS):
            if row.keyframes < clips.frames:
                left_out[f"under {clips.frames} keyframes"] += 1
            else:
                caption = row.text_description
                found.append(Ref(row.id, row.source_group, caption, row.timing_class))
        return found

    def read(self, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip | Failure]:
        """Film after film."""
        wanted = {ref.name: ref for ref in refs}
        if not wanted:
            return
        dataset = self._dataset(clips)
        rows = dataset.where(id=set(wanted))
        work = Keyframes(clips, dataset.footage, self.decode)
        with Apart(work, self.limits, clips.nbytes) as apart:
            for _, of_film in groupby(rows, key=lambda row: row.video):
                film = list(of_film)
                yield from _clips(apart.each(film, [row.id for row in film]), wanted)

    def _dataset(self, clips: Clips) -> Dataset:
        dataset = open_dataset(self.name)
        return dataset.split(clips.split) if clips.split else dataset


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Files, and folders of pictures; whole, or cut into spans.

    decode, limits: for the process that decodes; see `evaluate.apart`.
    """

    name: str
    root: Path
    files: tuple[Path, ...]
    decode: Decode = frames_of_file
    limits: Limits = field(default_factory=Limits)

    def refs(self, clips: Clips, left_out: Counter[str]) -> Sequence[Ref | Failure]:
        """A clip a file, or one for each whole span of it."""
        captions, named = captions_in(self.root), self._named()
        if not clips.span:
            return [Ref(n, n, captions.get(n) or beside(file)) for n, file in named.items()]
        found: list[Ref | Failure] = []
        with Apart(Lengths(self.decode), self.limits) as apart:
            for stem, file in named.items():
                [made] = apart.each(file, [stem])
                if isinstance(made, Failure):
                    found.append(made)
                    continue
                spans, rest = divmod(made[1], clips.span)
                left_out["ends of files shorter than the span"] += bool(rest)
                found += [Ref(f"{stem}#{n}", stem, captions.get(stem)) for n in range(spans)]
        return found

    def read(self, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip | Failure]:
        """File after file."""
        by_stem, wanted = self._named(), {ref.name: ref for ref in refs}
        of_file: dict[str, list[str]] = {}
        for ref in refs:
            of_file.setdefault(ref.film, []).append(ref.name)
        with Apart(Cuts(clips, self.decode), self.limits, clips.nbytes) as apart:
            for stem, names in of_file.items():
                yield from _clips(apart.each(by_stem[stem], names), wanted)

    def _named(self) -> dict[str, Path]:
        """Files by their names without the ending, or with it where two would be called the same.

        So a clip is called the same on every side, whatever it is encoded as.
        """
        whole = {file: file.relative_to(self.root).as_posix() or "." for file in self.files}
        often = Counter(stem_of(name) for name in whole.values())
        return {
            stem_of(name) if often[stem_of(name)] == 1 else name: file
            for file, name in whole.items()
        }


def _clips(
    made: Iterable[tuple[str, Any] | Failure], refs: Mapping[str, Ref]
) -> Iterator[Clip | Failure]:
    for each in made:
        yield each if isinstance(each, Failure) else Clip(refs[each[0]], each[1])


def _found(root: Path) -> Iterator[Path]:
    """Videos, and folders of pictures that hold no video, by name."""
    for folder in [root, *sorted(path for path in root.rglob("*") if path.is_dir())]:
        videos = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in VIDEOS | MOVING]
        if videos:
            yield from (path for path in videos if path.is_file())
        elif any(pictures_in(folder)) and not _beside_its_film(folder):
            yield folder


def _beside_its_film(folder: Path) -> bool:
    """Whether a film of the folder's name stands beside it, whose keyframes it holds."""
    return any(folder.with_name(folder.name + ending).is_file() for ending in VIDEOS)
