"""What is known of a scene as the material of a question, in the order of time (§3.1).

Captions, tags and text drawn in pictures come from outside and are data: each is cut to a length,
freed of what is not shown, and stands in JSON in which no mark of ours can be written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sakuga.build.describe import Scene
from sakuga.build.wording import one_line
from sakuga.core.records import ClipTag, FrameTags

OPEN, CLOSE = "<shot>", "</shot>"
SURE = 0.35  # §3.1's threshold: a tag of one moment counts from here
MOST_TAGS = 40  # of the clip ...
MOST_OF_MOMENT = 15  # ... and of a moment
MOST_MOMENTS = 12
LONGEST_TAG = 60  # characters
LONGEST_CAPTION = 300


def messages_of(scene: Scene, prompt: str) -> list[dict[str, Any]]:
    """The messages of one question: what to do, and the material."""
    return [
        {"role": "system", "content": prompt},
        {"role": "user", "content": f"{OPEN}\n{encoded(facts_of(scene))}\n{CLOSE}"},
    ]


def encoded(facts: dict[str, Any]) -> str:
    """JSON in which `<` and `>` are escaped: what is inside can't end the material."""
    text = json.dumps(facts, ensure_ascii=False, separators=(", ", ": "))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def facts_of(scene: Scene) -> dict[str, Any]:
    """The material, without what is not known."""
    facts = {
        "seconds": _seconds(scene),
        "film": _film(scene),
        "tags": _tags(scene.tags.general if scene.tags else []),
        "characters": _tags(scene.tags.character if scene.tags else []),
        "moments": _moments(scene),
    }
    return {name: value for name, value in facts.items() if value not in (None, [], {})}


def _seconds(scene: Scene) -> float | None:
    ticks = scene.clip.end_pts - scene.clip.start_pts
    return round(float(ticks * scene.video.time_base), 1) if ticks > 0 else None


def _film(scene: Scene) -> dict[str, Any]:
    """Measured: how it is animated, how the camera moves, how the shot begins and ends."""
    motion, clip = scene.motion, scene.clip
    film: dict[str, Any] = {"camera": camera_words(scene)}
    film["timing"] = "a still picture" if motion.timing == "hold" else f"on {motion.timing}"
    film["movement"] = {"ones": "lively", "twos": "moderate", "threes": "little"}[
        motion.dynamic_class
    ]
    for name, boundary, way in (("begins", clip.opens, "from"), ("ends", clip.closes, "to")):
        if boundary == "dissolve":
            film[name] = "with a dissolve"
        elif boundary.startswith("fade_"):
            film[name] = f"with a fade {way} {boundary.removeprefix('fade_')}"
    return film


def camera_words(scene: Scene) -> str:
    """The camera's move in words."""
    motion = scene.motion
    match motion.camera:
        case "pan":
            return f"pans {'right' if motion.camera_x > 0 else 'left'}"
        case "tilt":
            return f"tilts {'down' if motion.camera_y > 0 else 'up'}"
        case "zoom":
            return f"zooms {'in' if motion.camera_zoom > 0 else 'out'}"
        case "shake":
            return "shakes"
        case "static":
            return "static"


def _tags(tags: Sequence[ClipTag]) -> list[str]:
    return [name for tag in tags if (name := _words(tag.name))][:MOST_TAGS]


def _words(tag: str) -> str:
    """A tag as words; a face such as `^_^` stays one."""
    return one_line(tag.replace("_", " ") if len(tag) > 3 else tag, LONGEST_TAG)


def _moments(scene: Scene) -> list[dict[str, Any]]:
    """Sampled moments, first to last: when, the caption, and the tags that come and go."""
    captions = _captions(scene)
    seen = {s.frame: s for s in scene.tag_scores.samples} if scene.tag_scores else {}
    passing = _passing(scene)
    moments: list[dict[str, Any]] = []
    for frame in evenly(sorted({*captions, *seen}), MOST_MOMENTS):
        moment: dict[str, Any] = {"at": _place(scene, frame)}
        if captions.get(frame):
            moment["caption"] = captions[frame]
        if frame in seen and (names := _of_moment(seen[frame], passing)):
            moment["tags"] = names
        if len(moment) > 1:
            moments.append(moment)
    return moments


def _captions(scene: Scene) -> dict[int, str]:
    if scene.captions is None:
        return {}
    pairs = zip(scene.captions.frames, scene.captions.texts, strict=True)
    return {frame: one_line(text, LONGEST_CAPTION) for frame, text in pairs}


def _passing(scene: Scene) -> set[str] | None:
    """The clip's tags that some samples lack; None where its tags are not chosen."""
    if scene.tags is None:
        return None
    return {tag.name for tag in scene.tags.general if tag.share < 1}


def _of_moment(sample: FrameTags, passing: set[str] | None) -> list[str]:
    seen = [tag for tag in sample.tags if tag.kind == "general" and tag.score >= SURE]
    names = [tag.name for tag in seen if passing is None or tag.name in passing]
    return [words for name in names if (words := _words(name))][:MOST_OF_MOMENT]


def _place(scene: Scene, frame: int) -> str:
    """How far into the shot, in frames: those of a film of variable rate are not equally long."""
    length = max(1, scene.clip.end - scene.clip.start)
    return f"{100 * (frame - scene.clip.start) // length}%"


def evenly(frames: Sequence[int], most: int) -> list[int]:
    """At most so many of them, evenly chosen, with the first and the last."""
    if len(frames) <= most:
        return list(frames)
    return [frames[round(i * (len(frames) - 1) / (most - 1))] for i in range(most)]
