"""Room `choose`: tag scores to a clip's tags and rating (§3.2); a pure function, retuned at once.

A clip's tags are the union of its samples' tags over their threshold, ordered by how often, then by
how surely. A sample that a fade or dissolve mixes shows another shot too, or nothing: it counts
only where a clip has no other. What the signals prove of the film itself (camera, timing,
transitions) is kept apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Annotated, ClassVar, get_args

from annotated_types import Interval

from sakuga.core.records import Clip, ClipTag, Motion, Rating, Ratings, TagKind, Tags, TagScores

Item = tuple[TagScores, Clip, Motion]


@dataclass(frozen=True, slots=True)
class Choose:
    """general, character: a tag of that kind counts where its score is at least this.

    share: of a clip's samples that must show a tag; 0 is the paper's union.
    """

    name: ClassVar[str] = "choose"
    reads: ClassVar[tuple[type, ...]] = (TagScores, Clip, Motion)
    writes: ClassVar[type] = Tags
    version: ClassVar[int] = 2
    batch: ClassVar[int] = 64

    general: Annotated[float, Interval(ge=0, le=1)] = 0.35
    character: Annotated[float, Interval(ge=0, le=1)] = 0.85
    share: Annotated[float, Interval(ge=0, le=1)] = 0.0

    def load(self) -> Callable[[Sequence[Item]], Iterable[Tags]]:
        """The worker."""
        return self._work

    def _work(self, items: Sequence[Item]) -> Iterator[Tags]:
        for whole, clip, motion in items:
            scores = unmixed(whole, clip)
            ratings = mean_ratings(scores)
            yield Tags(
                id=scores.id,
                video=scores.video,
                general=clip_tags(scores, "general", self.general, self.share),
                character=clip_tags(scores, "character", self.character, self.share),
                film=film_tags(clip, motion),
                ratings=ratings,
                rating=highest(ratings) if ratings else None,
            )


def unmixed(scores: TagScores, clip: Clip) -> TagScores:
    """The samples that are no part of a transition; all of them where there is none such."""
    # Differs from the paper: it takes all samples, but its clips have no transitions.
    clear = [s for s in scores.samples if clip.body_start <= s.frame < clip.body_end]
    return replace(scores, samples=clear) if clear else scores


def clip_tags(
    scores: TagScores, kind: TagKind, threshold: float, least: float = 0.0
) -> list[ClipTag]:
    """The tags of one kind over a threshold, most often first, then most surely, then by name.

    least: those shown by a smaller share of the samples are left out.
    """
    passed: dict[str, list[float]] = {}
    for sample in scores.samples:
        for tag in sample.tags:
            if tag.kind == kind and tag.score >= threshold:
                passed.setdefault(tag.name, []).append(tag.score)
    count = len(scores.samples)
    tags = [ClipTag(name, len(s) / count, sum(s) / len(s)) for name, s in passed.items()]
    often = [tag for tag in tags if tag.share >= least]
    return sorted(often, key=lambda tag: (-tag.share, -tag.score, tag.name))


def mean_ratings(scores: TagScores) -> Ratings | None:
    """§3.2: the mean over the samples, which again sums to 1; None where no sample has ratings."""
    given = [astuple(sample.ratings) for sample in scores.samples if sample.ratings]
    return (
        Ratings(*(sum(each) / len(given) for each in zip(*given, strict=True))) if given else None
    )


def highest(ratings: Ratings) -> Rating:
    """The label of the highest score; of equals, the one that warns more."""
    names: tuple[Rating, ...] = get_args(Rating)
    return max(names, key=lambda name: (getattr(ratings, name), names.index(name)))


def film_tags(clip: Clip, motion: Motion) -> list[str]:
    """What is measured of camera, timing and transitions, as tags.

    A flash, an impact frame or a whip pan is measured too, but kept in no record that is read here.
    """
    edges = (("fade_in", clip.opens), ("fade_out", clip.closes))
    faded = [name for name, boundary in edges if boundary.startswith("fade_")]
    dissolved = ["dissolve"] if "dissolve" in (clip.opens, clip.closes) else []
    mixed = ["mixed_timing"] if motion.mixed else []
    return [*_camera_tags(motion), _timing_tag(motion), *mixed, *faded, *dissolved]


def _timing_tag(motion: Motion) -> str:
    """`still` is one drawing; where the most of several are held as long as a pause, no timing."""
    if motion.timing != "hold":
        return f"on_{motion.timing}"
    return "long_holds" if motion.exposure else "still"


def _camera_tags(motion: Motion) -> list[str]:
    """The move, and which way it goes."""
    match motion.camera:
        case "static":
            return ["static_camera"]
        case "shake":
            return ["camera_shake"]
        case "pan":
            return ["camera_pan", "pan_right" if motion.camera_x > 0 else "pan_left"]
        case "tilt":
            return ["camera_tilt", "tilt_down" if motion.camera_y > 0 else "tilt_up"]
        case "zoom":
            return ["camera_zoom", "zoom_in" if motion.camera_zoom > 0 else "zoom_out"]
