"""Where clips come from: a dataset, a folder of videos, GIFs and sequences of pictures, a film.

A caption is the dataset's text description, or stands in NAME.txt beside NAME.mp4, or in
captions.json as {"NAME": "..."}. NAME.generated.mp4, as `sakuga generate` writes it, is the clip
NAME, and pictures in a folder of that name are its keyframes and no clip of their own.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from sakuga.core.errors import ItemError, RequestError
from sakuga.core.images import Picture
from sakuga.core.records import Failure
from sakuga.dataset.published import open_dataset
from sakuga.evaluate.clips import Clip, Clips, Ref, Source, shaped
from sakuga.evaluate.pictures import MOVING, PICTURES, frame_of, frames_of_gif

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm"})
CAPTIONS = "captions.json"
MARK = ".generated"  # of what `sakuga generate` writes
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
    """The keyframes of a published dataset's clips, decoded from their films."""

    name: str

    def refs(self, clips: Clips, left_out: Counter[str]) -> list[Ref]:
        """Its clips that have enough keyframes."""
        found: list[Ref] = []
        for row in self._rows(clips).select(*_COLUMNS):
            if row.keyframes < clips.frames:
                left_out[f"under {clips.frames} keyframes"] += 1
            else:
                caption = row.text_description
                found.append(Ref(row.id, row.source_group, caption, row.timing_class))
        return found

    def read(self, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip | tuple[Ref, ItemError]]:
        """Film after film."""
        wanted = {ref.name: ref for ref in refs}
        if not wanted:
            return
        rows = self._rows(clips).where(id=set(wanted))
        for made in open_dataset(self.name).each_frames(rows, count=clips.frames, how="uniform"):
            ref = wanted[made.id]
            if isinstance(made, Failure):
                yield ref, _as_error(made)
            else:
                yield Clip(ref, np.stack([shaped(each, clips) for each in made.pixels]))

    def _rows(self, clips: Clips) -> Any:
        dataset = open_dataset(self.name)
        return dataset.split(clips.split) if clips.split else dataset


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Files, and folders of pictures; whole, or cut into spans."""

    name: str
    root: Path
    files: tuple[Path, ...]

    def refs(self, clips: Clips, left_out: Counter[str]) -> list[Ref]:
        """A clip a file, or one for each whole span of it."""
        captions = _captions(self.root)
        found: list[Ref] = []
        for stem, file in self._named().items():
            if not clips.span:
                found.append(Ref(stem, stem, captions.get(stem) or _beside(file)))
                continue
            try:
                there = _length(file)
            except ItemError as error:
                left_out[error.reason] += 1
                continue
            spans = there // clips.span
            left_out["ends of files shorter than the span"] += bool(there % clips.span)
            found += [Ref(f"{stem}#{n}", stem, captions.get(stem)) for n in range(spans)]
        return found

    def read(self, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip | tuple[Ref, ItemError]]:
        """File after file, each read once, or twice to count its frames."""
        by_stem = self._named()
        of_file: dict[str, list[Ref]] = {}
        for ref in refs:
            of_file.setdefault(ref.film, []).append(ref)
        for stem, some in of_file.items():
            left = {ref.name: ref for ref in some}
            try:
                for clip in _cut(by_stem[stem], some, clips):
                    del left[clip.ref.name]
                    yield clip
            except ItemError as error:
                yield from ((ref, error) for ref in left.values())
            else:
                gone = ItemError("it did not decode again as it had")
                yield from ((ref, gone) for ref in left.values())

    def _named(self) -> dict[str, Path]:
        """Files by their names without the ending, or with it where two would be called the same.

        So a clip is called the same on every side, whatever it is encoded as.
        """
        whole = {file: file.relative_to(self.root).as_posix() or "." for file in self.files}
        often = Counter(_stem(name) for name in whole.values())
        return {
            _stem(name) if often[_stem(name)] == 1 else name: file for file, name in whole.items()
        }


def _cut(file: Path, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip]:
    """The clips of one file, as their last frames come."""
    length = clips.span or _length(file)
    places = clips.places(length).tolist()
    spans = {int(ref.name.rpartition("#")[2]) if clips.span else 0: ref for ref in refs}
    held: list[Picture] = []
    for number, frame in enumerate(_frames(file)):
        span, place = divmod(number, length)
        if span not in spans or place not in places:
            continue
        held.append(shaped(_rgb(frame), clips))
        if place == places[-1]:
            yield Clip(spans[span], np.stack(held))
            held.clear()


def _frames(file: Path) -> Iterator[Any]:
    """Frames of a film as the decoder has them, or (H, W, 3) RGB pictures."""
    if file.is_dir():
        yield from map(frame_of, _pictures(file))
    elif file.suffix.lower() in MOVING:
        yield from frames_of_gif(file)
    else:
        from sakuga.core.video import VideoReader

        with VideoReader(str(file)) as reader:
            yield from reader.frames()


def _length(file: Path) -> int:
    return len(_pictures(file)) if file.is_dir() else sum(1 for _ in _frames(file))


def _rgb(frame: Any) -> Picture:
    if isinstance(frame, np.ndarray):
        return cast(Picture, frame)
    return np.ascontiguousarray(frame.upright()[..., ::-1])


def _found(root: Path) -> Iterator[Path]:
    """Videos, and folders of pictures that hold no video, by name."""
    for folder in [root, *sorted(path for path in root.rglob("*") if path.is_dir())]:
        videos = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in VIDEOS | MOVING]
        if videos:
            yield from (path for path in videos if path.is_file())
        elif any(_pictures(folder)) and not _beside_its_film(folder):
            yield folder


def _beside_its_film(folder: Path) -> bool:
    """Whether a film of the folder's name stands beside it, whose keyframes it holds."""
    return any(folder.with_name(folder.name + ending).is_file() for ending in VIDEOS)


def _pictures(folder: Path) -> list[Path]:
    """A sequence's pictures in order: 2.png before 10.png."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES]
    return sorted(found, key=lambda p: ([int(n) for n in re.findall(r"\d+", p.stem)], p.name))


def _captions(root: Path) -> dict[str, str]:
    file = root / CAPTIONS
    if not file.is_file():
        return {}
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        return {_stem(str(name)): str(text) for name, text in found.items()}
    except (ValueError, AttributeError) as error:
        raise RequestError(f'{file}: must be {{"NAME": "caption", ...}}: {error}') from error


def _beside(file: Path) -> str | None:
    text = file.with_suffix(".txt") if file.suffix else file.with_name(file.name + ".txt")
    return text.read_text(encoding="utf-8").strip() or None if text.is_file() else None


def _stem(name: str) -> str:
    path = Path(name)
    stem = path.with_suffix("").as_posix() if path.suffix.lower() in VIDEOS | MOVING else name
    return stem.removesuffix(MARK)


def _as_error(failure: Failure) -> ItemError:
    error = ItemError(failure.message)
    error.__dict__["reason"] = failure.reason
    return error


def captioned(refs: Iterable[Ref], others: Iterable[Ref]) -> list[str | None]:
    """Each clip's caption, or that of the clip of the same name on the other side."""
    known = {ref.name: ref.caption for ref in others if ref.caption}
    return [ref.caption or known.get(ref.name) for ref in refs]
