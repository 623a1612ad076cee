"""Backend `template`: sentences made of what was measured, and of nothing else (§3.1).

Every clause is a fact: how long the shot is, how long its drawings are held, what the camera does,
how often the picture changes, how it begins and ends, and the words that pixels prove. A word is
said of the shot if all its samples bear it, and of its beginning or end if the other is far from
it; in between nothing is said. A tagger that guesses proves nothing: with `proven = false` its
words are quoted as tags, which they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from annotated_types import Ge, Interval

from sakuga.build.describe import Scene, Written
from sakuga.build.wording import one_line
from sakuga.core.records import FrameTags, Motion

SLOWLY = 0.05  # of the picture a second, or less
QUICKLY = 0.75  # or more
TIMES: Final = {0: "never changes", 1: "changes once", 2: "changes twice"}
BEFORE: Final = {"dark": "dark", "greyscale": "greyscale", "monochrome": "monochrome"}
"""Words that stand before the noun; greyscale is monochrome, and not said twice."""
AFTER: Final = {
    "letterboxed": "letterboxed", "pillarboxed": "pillarboxed",
    "spot_color": "grey but for one colour",
    "high_contrast": "almost all black or white", "lineart": "all dark lines on white",
}  # fmt: skip
GOES: Final = {"dark": "turns brighter", "greyscale": "turns from grey to colour"}
COMES: Final = {"dark": "turns dark", "greyscale": "turns from colour to grey"}
LONGEST_TAG = 60  # characters


@dataclass(frozen=True, slots=True)
class Template:
    """proven: the tags are facts, as those of `pixels` are. sure: from this score on a sample bears
    a word; away: under this it is far from it. most_tags: so many are quoted where none is proven.
    """

    proven: bool = True
    sure: Annotated[float, Interval(ge=0, le=1)] = 0.35
    away: Annotated[float, Interval(ge=0, le=1)] = 0.1
    most_tags: Annotated[int, Ge(0)] = 8

    def load(self) -> Callable[[Sequence[Scene]], Iterable[Written]]:
        """The worker."""
        return self._write

    def _write(self, scenes: Sequence[Scene]) -> Iterator[Written]:
        for scene in scenes:
            yield Written(" ".join(self._sentences(scene)))

    def _sentences(self, scene: Scene) -> Iterator[str]:
        words = self._words(scene)
        yield f"{_shot(scene, words)}."
        yield f"{_camera(scene.motion)} and the picture {_changes(scene)}."
        if events := [*self._events(scene)]:
            yield f"It {listed(events)}."
        if not self.proven and (quoted := self._quoted(scene)):
            yield f"It is tagged {listed(quoted)}."

    def _words(self, scene: Scene) -> set[str]:
        """What all samples bear."""
        if not (self.proven and scene.tags):
            return set()
        return {tag.name for tag in scene.tags.general if tag.share == 1}

    def _events(self, scene: Scene) -> Iterator[str]:
        """What happens, from first to last."""
        edges = scene.clip.opens, scene.clip.closes
        if edges[0].startswith("fade_"):
            yield f"fades in from {edges[0].removeprefix('fade_')}"
        elif edges[0] == "dissolve":
            yield "opens with a dissolve"
        if self.proven and len(samples := _unmixed(scene)) > 1:
            yield from self._turns(samples[0], samples[-1])
        if edges[1].startswith("fade_"):
            yield f"fades out to {edges[1].removeprefix('fade_')}"
        elif edges[1] == "dissolve":
            yield "closes with a dissolve"

    def _turns(self, first: FrameTags, last: FrameTags) -> Iterator[str]:
        """How the end differs from the beginning."""
        gone, come = self._only(first, last), self._only(last, first)
        yield from (turn for word, turn in GOES.items() if word in gone)
        yield from (turn for word, turn in COMES.items() if word in come)
        yield from (f"begins mostly {colour}" for colour in _named(gone, "_theme"))
        yield from (f"ends mostly {colour}" for colour in _named(come, "_theme"))

    def _only(self, one: FrameTags, other: FrameTags) -> set[str]:
        """The words that one sample bears and the other is far from."""
        near = {tag.name for tag in other.tags if tag.score >= self.away}
        return {tag.name for tag in one.tags if tag.score >= self.sure} - near

    def _quoted(self, scene: Scene) -> list[str]:
        tags = [*scene.tags.character, *scene.tags.general] if scene.tags else []
        names = (one_line(tag.name, LONGEST_TAG) for tag in tags)
        return [name for name in names if name][: self.most_tags]


def listed(things: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = things
    return f"{', '.join(others)} and {last}" if others else last


def _unmixed(scene: Scene) -> list[FrameTags]:
    """The samples that are no part of a transition."""
    samples = scene.tag_scores.samples if scene.tag_scores else []
    return [s for s in samples if scene.clip.body_start <= s.frame < scene.clip.body_end]


def _shot(scene: Scene, words: set[str]) -> str:
    """The shot, how long it is, how its drawings are held, and what it looks like."""
    grey = {"monochrome"} if "greyscale" in words else set[str]()
    before = [BEFORE[word] for word in BEFORE if word in words - grey]
    after = [AFTER[word] for word in AFTER if word in words]
    after += [f"mostly {colour}" for colour in _named(words, "_theme")]
    after += _ground(words)
    phrase = " ".join(["A", *before, "shot", *_length(scene), _timing(scene.motion)])
    return f"{phrase}, {listed(after)}" if after else phrase


def _ground(words: set[str]) -> list[str]:
    colours = [name for name in _named(words, "_background") if name != "simple"]
    if colours:
        return [f"on a plain {colours[0]} background"]
    return ["on a plain background"] if "simple_background" in words else []


def _named(words: set[str], kind: str) -> list[str]:
    return sorted(word.removesuffix(kind) for word in words if word.endswith(kind))


def _length(scene: Scene) -> list[str]:
    """`of 2.1 seconds`; nothing where the file tells no times."""
    ticks = scene.clip.end_pts - scene.clip.start_pts
    seconds = float(ticks * scene.video.time_base)
    if seconds < 0.005:
        return []
    number = f"{seconds:.{1 if seconds >= 0.95 else 2}f}".rstrip("0").rstrip(".")
    return ["of", number, "second" if number == "1" else "seconds"]


def _timing(motion: Motion) -> str:
    if motion.timing == "hold":
        many = motion.exposure > 0
        return "with drawings held for half a second or more" if many else "held on one drawing"
    return "with mixed timing" if motion.mixed else f"on {motion.timing}"


def _changes(scene: Scene) -> str:
    """How often another picture appears, which the dynamic score counts."""
    frames = scene.clip.end - scene.clip.start
    times = max(0, round(scene.motion.dynamic_score * frames) - 1)
    return TIMES.get(times, f"changes {times} times")


def _camera(motion: Motion) -> str:
    """What the camera does, and whether it does so slowly or quickly."""
    match motion.camera:
        case "static":
            return "The camera stays still"
        case "shake":
            return "The camera shakes"
        case "pan":
            way, much = ("right" if motion.camera_x > 0 else "left"), motion.camera_x
        case "tilt":
            way, much = ("down" if motion.camera_y > 0 else "up"), motion.camera_y
        case "zoom":
            way, much = ("in" if motion.camera_zoom > 0 else "out"), motion.camera_zoom
    speed = " slowly" if abs(much) <= SLOWLY else " quickly" if abs(much) >= QUICKLY else ""
    return f"The camera {motion.camera}s {way}{speed}"
