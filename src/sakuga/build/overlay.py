"""Room `overlay`: whether a clip bears text, and of what kind, told from the whole video (§3.2).

Text that was laid over the picture keeps its place whatever is drawn beneath; text that was drawn
moves and goes with the drawing. What is looked at is where the boxes of all the video's samples
stand, nothing else:

- a *logo* is a small box, away from the middle, that stands in the same place in most of the video
- *credits* fill a picture of the first or last part of the video with many lines
- a *subtitle* is a line in the lower band, in the middle of the picture; in the video there are at
  least a few clips with one, and they are not all alike
- whatever is none of these was *drawn*

One clip alone proves no logo and no subtitle: without others it can't be told from a drawn sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, get_args

from annotated_types import Ge, Interval

from sakuga.core.records import Clip, FrameText, Text, TextBox, TextBoxes, TextKind
from sakuga.core.stage import WHOLE

Item = tuple[TextBoxes, Clip]
Share = Annotated[float, Interval(ge=0, le=1)]
KINDS: tuple[TextKind, ...] = get_args(TextKind)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Boxes are in shares of the picture, and so is all that is said of them here.

    logo_clips: there are at least so many clips, logo_most: and so large a share of them bear it,
    in one place: logo_alike is the least overlap, of their union; logo_largest: its area at most;
    logo_middle: it stays out of so much of the picture's middle. Subtitles: subtitle_band: begin no
    higher, subtitle_tall: no line is taller, subtitle_centred: nor further from the middle, at
    least subtitle_clips clips bear one, and no two of them alike. Credits: credits_lines in one
    picture, among the first or last credits_part of the frames.
    """

    name: ClassVar[str] = "overlay"
    reads: ClassVar[tuple[type, ...]] = (TextBoxes, Clip)
    writes: ClassVar[type] = Text
    version: ClassVar[int] = 1
    batch: ClassVar[int] = WHOLE

    logo_clips: Annotated[int, Ge(2)] = 4
    logo_most: Share = 0.5
    logo_alike: Share = 0.5
    logo_largest: Share = 0.04
    logo_middle: Share = 0.5
    subtitle_band: Share = 0.72
    subtitle_tall: Share = 0.12
    subtitle_centred: Share = 0.06
    subtitle_clips: Annotated[int, Ge(2)] = 2
    credits_lines: Annotated[int, Ge(2)] = 4
    credits_part: Share = 0.25

    def load(self) -> Callable[[Sequence[Item]], Iterable[Text]]:
        """The worker; it is given all clips of one video at once."""
        return self._work

    def _work(self, items: Sequence[Item]) -> Iterator[Text]:
        told = Told(self, items)
        for text, clip in items:
            kinds = [told.kinds(clip, sample) for sample in text.samples]
            standing = {kind for of_sample in kinds for kind in of_sample}
            drawn = (
                sample.probability
                for sample, of_sample in zip(text.samples, kinds, strict=True)
                if "drawn" in of_sample or not of_sample
            )
            yield Text(
                id=text.id,
                video=text.video,
                probability=max((sample.probability for sample in text.samples), default=0.0),
                drawn=max(drawn, default=0.0),
                kinds=[kind for kind in KINDS if kind in standing],
            )


class Told:
    """What the boxes of all clips of a video say together."""

    def __init__(self, rule: Overlay, items: Sequence[Item]) -> None:
        self.rule = rule
        self.frames = max(clip.end for _, clip in items)
        self.logos = _logos(rule, [text for text, _ in items])
        self.subtitled = self._are_subtitles(items)

    def kinds(self, clip: Clip, sample: FrameText) -> list[TextKind]:
        """The kind of each of a sample's boxes."""
        rolling = self._is_credits(clip, sample)
        return [self._kind(box, rolling) for box in sample.boxes]

    def _kind(self, box: TextBox, rolling: bool) -> TextKind:
        if self._is_logo(box):
            return "logo"
        if rolling:
            return "credits"
        return "subtitle" if self.subtitled and _is_subtitle(self.rule, box) else "drawn"

    def _is_logo(self, box: TextBox) -> bool:
        return any(overlap(box, logo) >= self.rule.logo_alike for logo in self.logos)

    def _is_credits(self, clip: Clip, sample: FrameText) -> bool:
        lines = [box for box in sample.boxes if not self._is_logo(box)]
        part = self.rule.credits_part * self.frames
        early, late = clip.start < part, clip.end > self.frames - part
        return len(lines) >= self.rule.credits_lines and (early or late)

    def _are_subtitles(self, items: Sequence[Item]) -> bool:
        """Whether there are enough clips with a line in the band, and no two of the same."""
        different: list[TextBox] = []
        for text, clip in items:
            line = self._widest_line(clip, text.samples)
            if line and all(_unlike(line, other) for other in different):
                different.append(line)
        return len(different) >= self.rule.subtitle_clips

    def _widest_line(self, clip: Clip, samples: Iterable[FrameText]) -> TextBox | None:
        """A clip's widest line that may be a subtitle."""
        lines = (
            box
            for sample in samples
            if not self._is_credits(clip, sample)
            for box in sample.boxes
            if _is_subtitle(self.rule, box) and not self._is_logo(box)
        )
        return max(lines, key=lambda box: box.right - box.left, default=None)


def _is_subtitle(rule: Overlay, box: TextBox) -> bool:
    low = box.top >= rule.subtitle_band and box.bottom - box.top <= rule.subtitle_tall
    return low and abs((box.left + box.right) / 2 - 0.5) <= rule.subtitle_centred


def _unlike(one: TextBox, other: TextBox) -> bool:
    """Whether two lines differ in length: other words are hardly ever just as long."""
    return abs((one.right - one.left) - (other.right - other.left)) > 0.01


def _logos(rule: Overlay, texts: Sequence[TextBoxes]) -> list[TextBox]:
    """Boxes that stand in one place in most clips of a video."""
    if len(texts) < rule.logo_clips:
        return []
    small = [
        [box for sample in text.samples for box in sample.boxes if _may_be_logo(rule, box)]
        for text in texts
    ]
    found: list[TextBox] = []
    for box in (box for of_clip in small for box in of_clip):
        if any(overlap(box, logo) >= rule.logo_alike for logo in found):
            continue
        bear = sum(any(overlap(box, b) >= rule.logo_alike for b in of_clip) for of_clip in small)
        if bear >= rule.logo_most * len(texts):
            found.append(box)
    return found


def _may_be_logo(rule: Overlay, box: TextBox) -> bool:
    """Whether a box is small, and no part of it in the picture's middle."""
    low, high = 0.5 - rule.logo_middle / 2, 0.5 + rule.logo_middle / 2
    inside = box.right > low and box.left < high and box.bottom > low and box.top < high
    return not inside and (box.right - box.left) * (box.bottom - box.top) <= rule.logo_largest


def overlap(one: TextBox, other: TextBox) -> float:
    """Intersection over union."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    both = max(0.0, across) * max(0.0, down)
    if both == 0:
        return 0.0
    areas = [(b.right - b.left) * (b.bottom - b.top) for b in (one, other)]
    return min(1.0, both / (sum(areas) - both))
