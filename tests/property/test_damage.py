"""However its bytes are damaged, a film ends as rows or as a failure that has a name."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from sakuga.build.collect.probe import probe
from sakuga.build.keyframe import Keyframe
from sakuga.build.sample import Sample
from sakuga.build.scan import Scan
from sakuga.build.split import Split
from sakuga.core.errors import ItemError
from sakuga.core.records import Source

FILMS = ("a.mp4", "b.webm", "c.mkv", "d.mp4")


def damaged(content: bytes, seed: int) -> bytes:
    """Some bytes changed, anywhere or in the header; or the end cut off; or a piece cut out."""
    random, altered = np.random.default_rng(seed), bytearray(content)
    match random.integers(4):
        case 0:
            for place in random.integers(0, len(altered), random.integers(1, 60)):
                altered[place] = random.integers(256)
        case 1:
            for place in random.integers(0, 3000, random.integers(1, 12)):
                altered[place] = random.integers(256)
        case 2:
            del altered[random.integers(1, len(altered)) :]
        case _:
            start = int(random.integers(len(altered)))
            del altered[start : start + int(random.integers(1, 2000))]
    return bytes(altered)


@pytest.mark.parametrize(
    "seeds", [range(24), pytest.param(range(24, 400), marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_a_damaged_film_ends_as_rows_or_as_a_named_failure(
    tmp_path: Path, reel: Path, seeds: range
) -> None:
    whole = 0
    for seed in seeds:
        film = reel / FILMS[seed % 4]
        path = tmp_path / film.name
        path.write_bytes(damaged(film.read_bytes(), seed))
        with suppress(ItemError):
            build(path)
            whole += 1
    assert 0 < whole < len(seeds)


def build(path: Path) -> None:
    """From source to samples, in this process. Raises ItemError where a room gives up."""
    source = Source("s", 0, "v", str(path), "", "mp4", "g", 1, 1, None, [], None, None)
    video = probe(source)
    [signals] = Scan().load()([(video,)])
    clips = list(Split().load()([(signals, video)]))
    assert [clip.start for clip in clips] + [signals.frames] == [0] + [clip.end for clip in clips]
    keyframes = list(Keyframe().load()([(clip, signals, video) for clip in clips]))
    samples = list(Sample().load()([(keys, video, signals) for keys in keyframes]))
    assert [s.frames[0] for s in samples] == [clip.start for clip in clips]
