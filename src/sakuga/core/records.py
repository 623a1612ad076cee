"""Every table's row, on one page, in the order they are made.

A record is frozen and holds only scalars, lists, arrays and other records; no record has a field
for a model. Frame numbers count decoded frames from 0, ranges are half-open, exact time is a PTS
in the video's own time base. `of` says what the record's id names: records of the same thing share
ids and are joined by them; a record of a clip also carries the id of its video.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

Bytes8 = Annotated[NDArray[np.uint8], "uint8"]
Counts = Annotated[NDArray[np.int32], "int32"]
Floats = Annotated[NDArray[np.float32], "float32"]
Ticks = Annotated[NDArray[np.int64], "int64"]

Boundary = Literal["start", "cut", "dissolve", "fade_black", "fade_white", "end"]
CameraMove = Literal["static", "pan", "tilt", "zoom", "shake"]
Timing = Literal["ones", "twos", "threes"]
TagKind = Literal["general", "character"]
Rating = Literal["general", "sensitive", "questionable", "explicit"]
TextKind = Literal["logo", "subtitle", "credits", "drawn"]


@dataclass(frozen=True, slots=True)
class Source:
    """A place where a file was found, whatever it turned out to be."""

    of: ClassVar[str] = "source"
    id: str  # SHA-256 of the address, 16 hex digits
    part: int  # the part of every table in which its video stands
    video: str | None  # SHA-256 of the bytes, 64 hex digits; null if it could not be read
    url: str
    platform: str
    kind: str  # what the content is: mp4, matroska, webm, or what else it was recognised as
    group: str  # sources of one group never stand in two splits
    bytes: int
    modified: int  # nanoseconds since 1970, as the file system says
    licence: str | None
    user_tags: list[str]
    duplicate_of: str | None  # an earlier source with the same bytes
    skipped: str | None  # why nothing is built from it


@dataclass(frozen=True, slots=True)
class Video:
    """One file's chosen video stream, as its container describes it."""

    of: ClassVar[str] = "video"
    id: str  # SHA-256 of the bytes, 64 hex digits
    source: str
    url: str
    group: str
    container: str
    codec: str
    stream: int  # index of the chosen stream in its container
    video_streams: int  # how many there were to choose from, cover art not counted
    width: int  # as shown: rotation applied, sample aspect not
    height: int
    rotation: int  # degrees, counter-clockwise: 0, 90, 180 or 270
    sample_aspect: Fraction
    frame_rate: Fraction  # the average that the container names, or its stamps tell; 0: unknown
    time_base: Fraction
    duration: float | None  # seconds, for display only
    pixel_format: str
    bit_depth: int
    colour_range: str  # limited, full or unknown
    ground: str  # what transparent parts are laid over: none (nothing is transparent), white, dark
    bytes: int
    licence: str | None
    user_tags: list[str]


@dataclass(frozen=True, slots=True)
class Signals:
    """Per-frame measurements of one video, T frames; see `sakuga.build.scan` for each."""

    of: ClassVar[str] = "video"
    id: str
    frames: int
    damaged: int  # packets or frames that the decoder reported as broken
    combed: bool  # frames bear two fields' pictures: only the first field was looked at
    pts: Ticks  # (T,); -1 where the file gives none
    grid: Bytes8  # (T * 72,) content: means over 8x6 cells of luma, 4x3 of U, 4x3 of V
    ink: Bytes8  # (T * 48,) content: detail in 8x6 cells, quarters of a grey level
    measures: Bytes8  # (T * K,) all that the nets read, see `sakuga.core.measures`
    contrast: Floats  # (T,) content: standard deviation of luma, in grey levels
    kinship: Floats  # (T,) content: how alike fine detail is to the frame before's, 1 if unchanged
    hsv_change: Counts  # (T * 3,) if release, else (0,): what PySceneDetect scores, as sums
    change: Floats  # (T,) drawing: largest lasting change of a block, squared grey levels
    stir: Floats  # (T,) drawing: most of a block's change that a shift explains, likewise
    quantiser: Floats  # (T,) mean quantiser of H.264 or HEVC, 0 to 51; 0 where it is not told
    flicker: Floats  # (T,) drawing: largest change of a block, lasting or not, squared grey levels
    drift: Floats  # (T,) drawing: share of all change that one shift explains, 0 to 1
    match: Counts  # (T,) drawing: an earlier frame that looks alike, -1 if none was looked for
    match_change: Floats  # (T,) drawing: `change` against it
    match_stir: Floats  # (T,) drawing: `stir` against it
    ssim: Floats  # (T,) if release, else (0,): 64x64 grey against the frame before, 1 at the first
    camera_x: Floats  # (T,) camera: moved right since the frame before, in widths as stored
    camera_y: Floats  # (T,) camera: moved down, in heights as stored
    camera_zoom: Floats  # (T,) camera: growth of the picture, 0.01 is 1 percent larger
    camera_fit: Floats  # (T,) camera: share of the texture that moved so, 0 to 1


@dataclass(frozen=True, slots=True)
class Clip:
    """One shot: frames [start, end). The clips of a video partition its frames."""

    of: ClassVar[str] = "clip"
    id: str  # SHA-256 of VIDEO:START, 64 hex digits: the paper's identifier
    video: str
    index: int  # 0-based place among the clips of its video
    start: int
    end: int
    start_pts: int
    end_pts: int  # of the frame after the last, or of the last plus its duration
    body_start: int  # frames [body_start, body_end) bear no transition
    body_end: int
    opens: Boundary  # how it begins
    opens_confidence: float  # 0 to 1
    closes: Boundary
    closes_confidence: float
    short: bool  # under the minimum length: kept, marked


@dataclass(frozen=True, slots=True)
class Keyframes:
    """The drawings of one clip and how long each is held; K keyframes, T frames."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    frames: Counts  # (K,) frame numbers in the video, ascending, the first is the clip's start
    holds: Counts  # (K,) frames until the next keyframe or the clip's end
    drawings: Counts  # (K,) 1-based; a drawing that returns keeps its number
    cels: Counts  # (C,) those of `frames` on which more is new than the camera's view
    mixed: Counts  # frames that bear two pictures, blended or combed
    confidence: Floats  # (T,) of each frame's decision, new drawing or repeat, 0.5 to 1


@dataclass(frozen=True, slots=True)
class Samples:
    """Every nth keyframe of one clip as an image."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    frames: list[int]
    images: list[bytes]  # JPEG, upright


@dataclass(frozen=True, slots=True)
class Motion:
    """How one clip moves: §3.2's dynamic score and classes, timing, camera."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    dynamic_score: float  # keyframes / frames
    dynamic_class: Timing  # §3.2: over 0.5 ones, 0.33 to 0.5 twos, below threes
    exposure: int  # the hold most frames stand in, in film frames; 0 if the clip is one drawing
    timing: str  # ones, twos, threes, fours, ..., hold
    mixed: bool  # no single hold covers most of the clip
    cel_exposure: int  # the same of what is drawn: a camera move alone changes no drawing
    pulldown: bool  # a conversion of the frame rate repeats or mixes frames; that is no timing
    film_rate: Fraction  # frames a second of the film in the file; 0 where it can't be told
    carried: str  # how the file carries the film: as_is, repeats, telecine, blended, ...
    clock_confidence: float  # 0 to 1: of film_rate and carried
    harmed: str  # what a conversion made impossible to tell; empty: nothing
    camera: CameraMove
    camera_x: float  # frame widths a second, positive: the camera goes right
    camera_y: float  # frame heights a second, positive: the camera goes down
    camera_zoom: float  # growth of the picture a second: 0.1 is 10 percent larger
    camera_shake: float  # how far the view strays from its path, rms, in frame heights


@dataclass(frozen=True, slots=True)
class Ratings:
    """Four scores of one frame or clip that sum to 1 (§3.2)."""

    general: float
    sensitive: float
    questionable: float
    explicit: float


@dataclass(frozen=True, slots=True)
class SeenTag:
    """A tag and how sure the tagger is of it, 0 to 1."""

    name: str
    kind: TagKind
    score: float


@dataclass(frozen=True, slots=True)
class FrameTags:
    """What a tagger sees in one frame; null ratings: it gives none."""

    frame: int
    tags: list[SeenTag]
    ratings: Ratings | None


@dataclass(frozen=True, slots=True)
class TagScores:
    """A tagger's scores of one clip's samples, down to a floor well under any threshold."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    samples: list[FrameTags]


@dataclass(frozen=True, slots=True)
class ClipTag:
    """A tag of a whole clip."""

    name: str
    share: float  # of the samples in which it passes its threshold, over 0 to 1
    score: float  # mean over those samples


@dataclass(frozen=True, slots=True)
class Tags:
    """One clip's tags, each kind ordered by how often, then how surely; rating over its samples."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    general: list[ClipTag]
    character: list[ClipTag]
    film: list[str]  # what signals prove of camera, timing and transitions; no tagger says these
    ratings: Ratings | None
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Captions:
    """Raw captions of one clip, in the order of time: one per sample, or one of all of them."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    frames: list[int]  # (N,) the sample each is of; of all: the first
    texts: list[str]  # (N,)


@dataclass(frozen=True, slots=True)
class Aesthetic:
    """How well one clip looks to a model: the maximum over its samples (§3.2)."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    score: float  # 0 to 1
    frames: list[int]  # (N,)
    scores: list[float]  # (N,)


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where text stands, in shares of the picture's width and height; score 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float


@dataclass(frozen=True, slots=True)
class FrameText:
    """The text found in one frame."""

    frame: int
    probability: float  # that the frame bears any, 0 to 1
    boxes: list[TextBox]


@dataclass(frozen=True, slots=True)
class TextBoxes:
    """The text found in one clip's samples."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    samples: list[FrameText]


@dataclass(frozen=True, slots=True)
class Text:
    """Whether one clip bears text (§3.2), and of what kind, told from the whole video."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    probability: float  # maximum over the samples
    drawn: float  # likewise, of text that is neither logo, subtitle nor credits
    kinds: list[TextKind]  # that stand in it, in the order of the type


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A class on each of §3.2's axes; `others` where undecided."""

    time: str
    venue: str
    media: str
    filming: str
    composition: str
    character: str


@dataclass(frozen=True, slots=True)
class Classes:
    """One clip's taxonomy."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    taxonomy: Taxonomy
    conflicts: list[str]  # axes on which tags spoke for more than one class


@dataclass(frozen=True, slots=True)
class Description:
    """One clip described in a few sentences (§3.1)."""

    of: ClassVar[str] = "clip"
    id: str
    video: str
    text: str
    prompt_tokens: int  # 0 where no language model wrote it
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One clip and its description as vectors of one encoder, whose product is their score (§4.1).

    Which encoder it was stands in the table's provenance. A vector a frame is averaged, so that a
    clip's may be shorter than 1.
    """

    of: ClassVar[str] = "clip"
    id: str
    video: str
    frames: Counts  # what was looked at: frame numbers in the video
    clip_vector: Floats  # (D,)
    text_vector: Floats  # (D,) of length 1; (0,) where the clip has no description


@dataclass(frozen=True, slots=True)
class Row:
    """One clip as it is published: the paper's twelve attributes, then ours. Null is not known."""

    of: ClassVar[str] = "clip"
    id: str  # Hash256 Identifier
    url: str  # URL Link; of a file of this machine only its name
    start: int  # Splitting Boundary: frames [start, end) of the file ...
    end: int
    start_seconds: float | None  # ... and when they are shown
    end_seconds: float | None
    anime_tags: list[str] | None  # of every kind, each ordered by how often, then how surely
    user_tags: list[str]
    text_description: str | None
    aesthetic_score: float | None
    dynamic_score: float
    ratings: Ratings | None
    taxonomy: Taxonomy | None
    text_probability: float | None
    video: str  # Meta Information, from here to `licence`
    index: int
    width: int
    height: int
    sample_aspect: Fraction
    rotation: int
    frame_rate: Fraction
    container: str
    codec: str
    bit_depth: int
    colour_range: str
    file_bytes: int
    source_group: str  # a hash; clips of one group stand in one split
    licence: str | None
    character_tags: list[str] | None  # ours, from here on
    captions: list[str] | None  # as the captioner gave them, in the order of time
    rating: Rating | None  # the highest of the ratings
    text_kinds: list[TextKind] | None
    frames: int
    keyframes: int
    keyframe_numbers: Counts  # drawing frames, counted from the clip's start
    holds: Counts
    drawings: Counts
    exposure: int
    timing: str
    timing_class: Timing
    mixed_timing: bool
    cel_exposure: int
    cel_keyframe_numbers: Counts  # keyframe_numbers on which a drawing changed, not only the view
    pulldown: bool
    film_rate: Fraction
    carried: str
    clock_confidence: float
    harmed: str
    camera: CameraMove
    camera_x: float
    camera_y: float
    camera_zoom: float
    camera_shake: float
    opens: Boundary
    opens_confidence: float
    closes: Boundary
    closes_confidence: float
    body_start: (
        int  # counted from the clip's start: frames [body_start, body_end) bear no transition
    )
    body_end: int
    short: bool
    split: Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One item that a stage could not work on."""

    of: ClassVar[str] = "failure"
    id: str
    stage: str
    reason: str
    message: str
