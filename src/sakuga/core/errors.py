"""What can go wrong, as one tree.

    SakugaError
    ├── RequestError        the request is wrong: said before any work starts; exit code 2
    ├── StopBuild           no item is at fault, but to go on is no use now: a budget is spent
    └── ItemError           one item is bad: becomes a row of `failures`; the build goes on
        ├── Unreadable      its bytes can't be read
        ├── Unrecognised    its bytes are no video that we know
        ├── NotChosen       a file that was named is of a kind that is not built from
        ├── NoVideo         a container without a video stream
        ├── NoFrames        a video stream of which no frame decodes
        ├── TooLarge        a frame larger than the limit
        ├── BadOutput       a model gave what can't be: NaN, too few results, a score out of range
        ├── Refused         a language model or its server would not answer
        ├── Truncated       its answer was cut off
        ├── NoAnswer        its server gave none, however often it was asked
        ├── Stalled         no progress within the time limit; its process was ended
        └── Crashed         its process died, more than once

Everything else that is raised is either a bug of ours, which costs the item and is recorded as
`unexpected`, or the world (disk full, out of memory), which stops the part, as StopBuild does. See
`core.stage`.
"""

from __future__ import annotations

from typing import ClassVar


class SakugaError(Exception):
    """The root of all errors that sakuga raises on purpose."""


class RequestError(SakugaError):
    """The request can't be carried out as given; the message says what to do."""


class StopBuild(SakugaError):
    """The part can't be made now, and no item is at fault; the message says how to go on.

    The part writes nothing and the command ends; what was made before stays.
    """


class ItemError(SakugaError):
    """One item can't be worked on; `reason` is what is counted in reports."""

    reason: ClassVar[str] = "bad_item"


class Unreadable(ItemError):
    """The bytes can't be read."""

    reason = "unreadable"


class Unrecognised(ItemError):
    """The bytes are no video container that we know."""

    reason = "unrecognised"


class NotChosen(ItemError):
    """A file that was named itself is of a kind that is not built from; the message says why."""

    reason = "not_chosen"


class NoVideo(ItemError):
    """The container holds no video stream."""

    reason = "no_video"


class NoFrames(ItemError):
    """The video stream gives no frame."""

    reason = "no_frames"


class TooLarge(ItemError):
    """A frame is larger than the limit."""

    reason = "too_large"


class BadOutput(ItemError):
    """A model gave what can't be a result."""

    reason = "bad_output"


class Refused(ItemError):
    """A language model or its server declined to answer."""

    reason = "refused"


class Truncated(ItemError):
    """An answer was cut off before its end."""

    reason = "truncated"


class NoAnswer(ItemError):
    """A server gave no answer, however often it was asked."""

    reason = "no_answer"


class Stalled(ItemError):
    """No progress within the time limit."""

    reason = "stalled"


class Crashed(ItemError):
    """The process that worked on the item died more than once."""

    reason = "crashed"
