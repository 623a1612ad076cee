"""A dataset of the studio's films made as users make one: drawn, encoded, `sakuga build`.

Only the descriptions are not measured: each is the studio's own sentence of the shot, from the
truth beside the film, so that captions are true and tell no more than one sees.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.films import KEPT
from sakuga.build.describe import Scene, Written
from sakuga.build.pipeline import Request, build
from sakuga.studio import Encoding, draw, film

FOLDER = KEPT / "encoded"
FILMS = range(2_000_000, 2_000_400)  # no shot of theirs is one of `benchmarks.learning`
SHOTS, SIZE, LENGTHS = 8, (320, 240), (24, 73)
PROFILE = Path(__file__).with_suffix(".toml")


@dataclasses.dataclass(frozen=True)
class Told:
    """Backend of the room `describe`: the sentence of the shot that most of a clip lies in."""

    def load(self) -> Callable[[Sequence[Scene]], Iterable[Written]]:
        return lambda scenes: map(_told, scenes)


def _told(scene: Scene) -> Written:
    def shared(shot: dict[str, Any]) -> int:
        return min(shot["end"], scene.clip.end) - max(shot["start"], scene.clip.start)

    return Written(max(_shots(scene.video.url), key=shared)["sentence"])


@cache
def _shots(url: str) -> list[dict[str, Any]]:
    page = json.loads(Path(url.removeprefix("file://")).with_suffix(".json").read_text())
    return page["shots"]


def dataset(folder: Path = FOLDER, films: Iterable[int] = FILMS) -> Path:
    """The build, made where it is not there; about 4 s of one core a film."""
    drawn = [*_films(folder / "films", films)]
    build(Request(str(folder / "out"), drawn, str(PROFILE), workers=1))
    return folder / "out"


def _films(folder: Path, films: Iterable[int]) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in films:
        path = folder / f"{seed}.mp4"
        if not path.exists():
            story = film(seed, SHOTS, *SIZE, shot_frames=LENGTHS, transitions=0)
            part = folder / f"part-{seed}.mp4"
            draw(dataclasses.replace(story, fade_in=0, fade_out=0), part, Encoding(crf=20))
            part.with_suffix(".json").rename(path.with_suffix(".json"))
            part.rename(path)
        yield str(path)
