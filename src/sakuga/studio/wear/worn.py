"""From a drawn film and a list of kinds to a file and its truth."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.codecs import VideoFormat
from sakuga.core.encode import VideoWriter
from sakuga.core.video import VideoReader
from sakuga.studio.sequence import Image, Sequence, WornTruth
from sakuga.studio.wear.encodings import scaled
from sakuga.studio.wear.kinds import Outfit, outfit, suffixes
from sakuga.studio.wear.look import Look, Make, Setting
from sakuga.studio.wear.mix import Mixer
from sakuga.studio.wear.picture import ink, pq
from sakuga.studio.wear.schedule import Schedule, swapped
from sakuga.studio.wear.truth import truth


def wear(sequence: Sequence, path: Path, kinds: Iterable[str], seed: int) -> WornTruth:
    """Write the film as a file that wears the kinds, and its truth beside it as JSON.

    path: without a suffix it gets one that fits. The same arguments give the same pictures.
    Raises ValueError for kinds that no file can have together; `lot` draws none such.
    """
    found = outfit(kinds)
    schedule = scheduled(sequence, found, seed)
    path = _suffixed(path, suffixes(found, schedule), seed)
    clock = _Clock(schedule.film_rate, len(sequence.frames), seed)
    film = _dressed(found.film_makes(), sequence.frames[0], clock)
    clock = _Clock(schedule.rate, len(schedule.shows), seed)
    file = _dressed(found.file_makes(), _worn(film, sequence.frames[0], 0), clock)
    pictures = _Pictures(sequence, schedule, film, file)
    _write(path, found, schedule, pictures, seed)
    wears = [schedule.wears, *(look.wears for look in (*film, *file)), *found.formed]
    page = truth(path, sequence, schedule, [*filter(None, wears), found.encoding], seed)
    page.write(path.with_suffix(".json"))
    return page


def scheduled(sequence: Sequence, found: Outfit, seed: int) -> Schedule:
    """What each file frame shows, with the fields in the order that the codec marks."""
    schedule = found.conversion(sequence, drawn(found.time, seed))
    if schedule.interlaced and found.written.form.codec == "mpeg2":
        return replace(schedule, shows=swapped(schedule.shows))
    return schedule


def drawn(name: str, seed: int) -> np.random.Generator:
    """Random numbers of their own for each use of a seed."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


@dataclass(frozen=True, slots=True)
class _Clock:
    rate: Fraction
    count: int
    seed: int


def _dressed(makes: Mapping[str, Make], image: Image, clock: _Clock) -> list[Look]:
    """The wears made for pictures such as `image`; each gets what the one before it gives."""
    looks: list[Look] = []
    for name, make in makes.items():
        size = image.shape[1], image.shape[0]
        look = make(Setting(size, float(clock.rate), clock.count, drawn(name, clock.seed)))
        image = look.apply(image, 0)
        looks.append(_remembering(look) if look.alike else look)
    return looks


def _remembering(look: Look) -> Look:
    """The same wear; a picture that comes in twice in a row is made once."""
    kept: list[Image] = []

    def apply(image: Image, n: int) -> Image:
        if not kept or kept[0] is not image:
            kept[:] = image, look.apply(image, n)
        return kept[1]

    return replace(look, apply=apply)


def _worn(looks: list[Look], image: Image, n: int) -> Image:
    for look in looks:
        image = look.apply(image, n)
    return image


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The pictures of a file, made one by one. Iterable any number of times."""

    sequence: Sequence
    schedule: Schedule
    film: list[Look]
    file: list[Look]

    def __iter__(self) -> Iterator[Image]:
        mixer = Mixer(lambda frame: _worn(self.film, self.sequence.frames[frame], frame))
        for n, show in enumerate(self.schedule.shows):
            yield _worn(self.file, mixer.picture(show), n)


def _suffixed(path: Path, fitting: list[str], seed: int) -> Path:
    if path.suffix:
        return path
    return path.with_name(path.name + fitting[drawn("suffix", seed).integers(len(fitting))])


def _write(
    path: Path, found: Outfit, schedule: Schedule, pictures: Iterable[Image], seed: int
) -> None:
    """Write the file, by way of another one if it is encoded twice."""
    written = found.written
    if written.first is None:
        _encode(path, pictures, schedule, found, _form(written.form, found, schedule, seed))
        return
    with TemporaryDirectory() as folder:
        before = Path(folder) / "first.mkv"
        first = replace(schedule, stamps=None, time_base=None, nominal_rate=None)
        _encode(before, pictures, first, found, _form(written.first, found, first, seed))
        with VideoReader(str(before)) as reader:
            again = (frame.bgr() for frame in reader.frames())
            _encode(path, again, schedule, found, _form(written.form, found, schedule, seed))


def _form(form: VideoFormat, found: Outfit, schedule: Schedule, seed: int) -> VideoFormat:
    """The encoding's form with what the conversion and the kinds of picture ask for."""
    random = drawn("form", seed)
    for picture in found.forms:
        form = picture.form(form, random) if picture.form else form
    return replace(
        form,
        rate=schedule.rate,
        time_base=schedule.time_base,
        nominal_rate=schedule.nominal_rate,
        interlaced=schedule.interlaced,
    )


def _encode(
    path: Path, pictures: Iterable[Image], schedule: Schedule, found: Outfit, form: VideoFormat
) -> None:
    rows = iter(pictures)
    first = next(rows)
    height, width = first.shape[:2]
    with VideoWriter(path, width, height, scaled(form, (width, height))) as writer:
        for time, image in zip(schedule.times(), chain([first], rows), strict=True):
            writer.write(_coloured(image, found), time * schedule.rate)


def _coloured(image: Image, found: Outfit) -> NDArray[Any]:
    """The picture as the encoder gets it: HDR, ink on transparency, or as it is."""
    if any(picture.deep for picture in found.forms):
        return pq(image)
    return ink(image) if found.written.alpha else image
