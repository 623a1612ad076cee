"""What each published column means, and which profile fills it; types stand in `core.records`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from sakuga.core.records import Row
from sakuga.core.schema import schema_of

_MODELS = ("paper", "modern")  # profiles with models; `lite` says only what pixels prove
_ALL = ("lite", *_MODELS)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One column in words. profiles: those that can fill a column that may be null."""

    text: str
    profiles: tuple[str, ...] = ()


def _m(text: str, *profiles: str) -> Meaning:
    return Meaning(text, profiles)


MEANINGS: dict[str, Meaning] = {
    "id": _m("SHA-256 of the video's id and the clip's first frame; never of a path"),
    "url": _m("Link to the source video; of a file that was local, only its name"),
    "start": _m("First frame of the clip, counted in decoded frames of its video from 0"),
    "end": _m("Frame after the last one: the clip is frames [start, end)"),
    "start_seconds": _m("When the first frame is shown; null where the file has no clock", *_ALL),
    "end_seconds": _m("When the clip ends; null where the file has no clock", *_ALL),
    "anime_tags": _m(
        "Tags of what is seen; each kind ordered by how often, then how surely", *_ALL
    ),
    "user_tags": _m("Tags that came with the source"),
    "text_description": _m("The clip in a sentence or a few, in English", *_ALL),
    "aesthetic_score": _m("How well it looks to a model: 0 to 1, best of the samples", *_MODELS),
    "dynamic_score": _m("Keyframes divided by frames, 0 to 1"),
    "ratings": _m("How safe it is: four scores that sum to 1, mean over the samples", *_MODELS),
    "ratings.general": _m("Safe for all"),
    "ratings.sensitive": _m("Mildly suggestive"),
    "ratings.questionable": _m("Suggestive"),
    "ratings.explicit": _m("Explicit"),
    "taxonomy": _m("A class on each of six axes, from the tags; others: undecided", *_MODELS),
    "taxonomy.time": _m("Time of day: daylight, night, sunset, others"),
    "taxonomy.venue": _m("Where it plays: outdoors, indoors, others"),
    "taxonomy.media": _m("How it was made: sketch, color_trace, others"),
    "taxonomy.filming": _m("Where the figure looks: looking_at_viewer, looking_away, others"),
    "taxonomy.composition": _m("full_body, upper_body, lower_body, out_of_frame, others"),
    "taxonomy.character": _m("How many figures: no_humans, solo, multiple, others"),
    "text_probability": _m("Probability that a frame bears text: 0 to 1, highest sample", *_ALL),
    "video": _m("SHA-256 of the source file's bytes"),
    "index": _m("Place of the clip among the clips of its video, from 0"),
    "width": _m("Pixels, as shown: rotation applied, sample aspect not"),
    "height": _m("Pixels, as shown"),
    "sample_aspect": _m("Width of a pixel divided by its height, as a fraction"),
    "rotation": _m("Degrees by which a player turns the picture counter-clockwise"),
    "frame_rate": _m("Frames a second, as a fraction; 0/1 where the container does not say"),
    "container": _m("Container format, in FFmpeg's words"),
    "codec": _m("Codec of the video stream, in FFmpeg's words"),
    "bit_depth": _m("Bits a sample"),
    "colour_range": _m("limited, full or unknown"),
    "file_bytes": _m("Size of the source file"),
    "source_group": _m("A hash; clips of one group stand in one split"),
    "licence": _m("Licence of the footage where the source states one"),
    "character_tags": _m("Characters that a tagger recognises", *_MODELS),
    "captions": _m("Captions as the captioner gave them, in the order of time", *_MODELS),
    "rating": _m("The highest of the ratings", *_MODELS),
    "text_kinds": _m("Kinds of text in the clip: logo, subtitle, credits, drawn", *_ALL),
    "frames": _m("Length in frames: end - start"),
    "keyframes": _m("How many frames show a new drawing"),
    "keyframe_numbers": _m("Frames with a new drawing, counted from the clip's start"),
    "holds": _m("For how many frames each keyframe stands; they sum to frames"),
    "drawings": _m("Number of each keyframe's drawing, from 1; one that returns keeps its number"),
    "exposure": _m("The hold that most frames stand in, in film frames; 0: one drawing only"),
    "timing": _m("ones, twos, threes, fours, ..., or hold: what the exposure is called"),
    "timing_class": _m("By dynamic_score: over 0.5 ones, 0.33 to 0.5 twos, below threes"),
    "mixed_timing": _m("No single hold covers most of the clip"),
    "cel_exposure": _m("The exposure of what is drawn: a camera move changes no drawing"),
    "cel_keyframe_numbers": _m("Those keyframe_numbers on which a drawing changed"),
    "pulldown": _m("A conversion of the frame rate repeats or mixes frames: that is no timing"),
    "film_rate": _m("Frames a second of the film in the file, as a fraction; 0/1: not known"),
    "carried": _m("How the file carries the film: as_is, repeats, telecine, blended, ..."),
    "clock_confidence": _m("How sure film_rate and carried are, 0 to 1"),
    "harmed": _m("What a conversion of the frame rate made impossible to tell; empty: nothing"),
    "camera": _m("The camera's main move: static, pan, tilt, zoom, shake"),
    "camera_x": _m("Frame widths a second; positive: the camera goes right"),
    "camera_y": _m("Frame heights a second; positive: the camera goes down"),
    "camera_zoom": _m("Growth of the picture a second; 0.1 is 10 percent larger"),
    "camera_shake": _m("How far the view strays from its path, rms, in frame heights"),
    "opens": _m("How the clip begins: start, cut, dissolve, fade_black, fade_white"),
    "opens_confidence": _m("How sure that is, 0 to 1"),
    "closes": _m("How the clip ends: cut, dissolve, fade_black, fade_white, end"),
    "closes_confidence": _m("How sure that is, 0 to 1"),
    "body_start": _m("Frames [body_start, body_end), from the clip's start, bear no transition"),
    "body_end": _m("See body_start"),
    "short": _m("Under the minimum length of a shot: kept, marked"),
    "split": _m("train, validation or test: a hash of the source group (or of the clip)"),
}


@cache
def row_schema() -> pa.Schema:
    """The Arrow schema of a row, each column with its meaning as `description`."""
    return pa.schema(
        [f.with_metadata({"description": meaning(f.name).text}) for f in schema_of(Row)]
    )


def meaning(column: str) -> Meaning:
    """A column's meaning, nested ones as `taxonomy.time`; raises KeyError for one without any."""
    return MEANINGS[column]


def nested(schema: pa.Schema) -> dict[str, pa.DataType]:
    """Every column's type, those of structs behind their parent's as `ratings.general`."""
    found: dict[str, pa.DataType] = {}
    for field in schema:
        found[field.name] = field.type
        if pa.types.is_struct(field.type):
            found |= {f"{field.name}.{inner.name}": inner.type for inner in field.type}
    return found


def who_fills(column: str) -> str:
    """Which profiles fill a column, as part of a sentence."""
    known = MEANINGS.get(column)
    if known is None or not known.profiles:
        return "no profile fills it: it is known only where the source states it"
    *others, last = known.profiles
    return f"--profile {', '.join(others)} or {last}" if others else f"--profile {last}"


def meant(word: str, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name."""
    names = list(known)
    begun = [name for name in names if word and name.startswith(word)]
    close = begun or difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names)}"
