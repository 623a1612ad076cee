"""What the tables say, in an animator's words."""

from __future__ import annotations

import dataclasses

from sakuga.core.records import Motion, Row
from sakuga.report.names import harmless
from sakuga.report.shots import Shot
from sakuga.timing.clock import sentence
from sakuga.timing.exposure import exposure_name

BOUNDARIES = {
    "start": "start of the file",
    "cut": "cut",
    "dissolve": "dissolve",
    "fade_black": "fade, black",
    "fade_white": "fade, white",
    "end": "end of the file",
}


def boundary_words(kind: str, confidence: float) -> str:
    """A boundary and how sure it is: `cut, 98%`."""
    words = BOUNDARIES.get(kind, kind)
    return words if kind in ("start", "end") else f"{words}, {confidence:.0%} sure"


def length_words(shot: Shot) -> str:
    """`3.2 s, 77 frames`."""
    seconds = shot.seconds
    frames = f"{shot.frames:,} {'frame' if shot.frames == 1 else 'frames'}"
    return frames if seconds is None else f"{seconds:.1f} s, {frames}"


def drawing_words(shot: Shot) -> str:
    """`12 drawings`, and how often they are shown if some return."""
    if shot.keyframes is None:
        return "drawings not made out yet"
    shown, different = len(shot.keyframes.frames), len(set(shot.keyframes.drawings.tolist()))
    words = f"{different:,} {'drawing' if different == 1 else 'drawings'}"
    return words if shown == different else f"{words}, shown {shown:,} times"


def timing_words(shot: Shot) -> str:
    """`on twos`, `a hold`, `mixed, mostly threes`."""
    motion = shot.motion
    if motion is None:
        return drawing_words(shot)
    words = "a hold" if motion.timing == "hold" else f"on {motion.timing}"
    if motion.mixed:
        words = f"mixed, mostly {words}"
    if motion.cel_exposure not in (motion.exposure, 0):
        words += f"; the drawings on {exposure_name(motion.cel_exposure)}"
    return words


def clock_words(shot: Shot) -> str:
    """`24 fps film in a 60 fps file, frames repeated`, and what can't be told any more."""
    motion = shot.motion
    if motion is None:
        return "not measured yet"
    words = sentence(motion.film_rate, shot.video.frame_rate, motion.carried)
    return f"{words}; {motion.harmed}" if motion.harmed else words


def camera_words(motion: Motion | None) -> str:
    """`pan right, 0.21 widths a second`, `zoom in, 12% a second`, `static`."""
    if motion is None:
        return "not measured yet"
    match motion.camera:
        case "pan":
            way = "right" if motion.camera_x > 0 else "left"
            return f"pan {way}, {abs(motion.camera_x):.2g} widths a second"
        case "tilt":
            way = "down" if motion.camera_y > 0 else "up"
            return f"tilt {way}, {abs(motion.camera_y):.2g} heights a second"
        case "zoom":
            way = "in" if motion.camera_zoom > 0 else "out"
            return f"zoom {way}, {abs(motion.camera_zoom):.0%} a second"
        case "shake":
            return f"shake, {motion.camera_shake:.1%} of the height"
        case _:
            return "static"


def camera_arrow(motion: Motion) -> str:
    """The move as one sign; nothing for a camera at rest."""
    match motion.camera:
        case "pan":
            return "→" if motion.camera_x > 0 else "←"
        case "tilt":
            return "↓" if motion.camera_y > 0 else "↑"
        case "zoom":
            return "⤢" if motion.camera_zoom > 0 else "⤡"
        case "shake":
            return "≈"
        case _:
            return ""


def content_words(row: Row) -> list[tuple[str, str]]:
    """What is told of a clip's content, a name and a text each; nothing of what is not known.

    Texts come from models and from what is drawn: what a terminal could obey is taken out.
    """
    axes = dataclasses.asdict(row.taxonomy) if row.taxonomy else {}
    classes = [f"{axis} {kind}" for axis, kind in axes.items() if kind != "others"]
    told = (
        ("description", row.text_description or ""),
        ("tags", ", ".join(row.anime_tags or ())),
        ("characters", ", ".join(row.character_tags or ())),
        ("captions", " / ".join(row.captions or ())),
        ("taxonomy", ", ".join(classes)),
        ("rating", row.rating or ""),
        ("aesthetic", "" if row.aesthetic_score is None else f"{row.aesthetic_score:.2f}"),
        ("text", _text_words(row)),
    )
    return [(name, harmless(text)) for name, text in told if text]


def _text_words(row: Row) -> str:
    if row.text_probability is None:
        return ""
    kinds = f" ({', '.join(row.text_kinds)})" if row.text_kinds else ""
    return f"probability {row.text_probability:.2f}{kinds}"
