"""The studio's own drawer as one more style."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from sakuga.studio.compose import FrameTruth, frames
from sakuga.studio.film import film
from sakuga.studio.sequence import Sequence, TransitionKind
from sakuga.studio.styles import edit
from sakuga.studio.styles.edit import Frame
from sakuga.studio.styles.films import random_of

_CAMERA: Final = frozenset({"camera", "pan_slow"})
_LENGTHS: Final = {"any": (16, 100), "fast": (4, 20), "slow": (70, 200), "plain": (24, 90)}
_SHARES: Final = {"any": 0.3, "fast": 0.05, "slow": 0.5, "plain": 0.0}
_KINDS: Final[dict[str, TransitionKind]] = {
    "dissolve": "dissolve", "fade_black": "fade_black", "fade_white": "fade_white",
}  # fmt: skip


def studio(
    seed: int, size: tuple[int, int], seconds: tuple[float, float], rate: Fraction, pace: str
) -> Sequence:
    """A film of `sakuga.studio.film`, its truth in the terms of a `Sequence`."""
    random = random_of(seed, "studio")
    total = float(random.uniform(*seconds)) * float(rate)
    lengths = _LENGTHS[pace]
    shots = max(1, round(total / ((lengths[0] + lengths[1]) / 2)))
    drawn = film(seed, shots, *size, shot_frames=lengths, transitions=_SHARES[pace])
    found: list[Frame] = []
    for image, truth in frames(drawn):
        found.append(_frame(image, truth, found))
    return edit.sequence(found, rate, "studio", seed, 1, size)


def _frame(image: edit.Image, truth: FrameTruth, before: list[Frame]) -> Frame:
    kind = _KINDS.get(truth.transition)
    span = -1
    if kind is not None:
        goes_on = bool(before) and before[-1].kind == kind
        span = before[-1].span if goes_on else len(before)
    moved = None if not truth.causes else not _CAMERA.issuperset(truth.causes)
    return Frame(image, truth.shot, moved, truth.flashed, kind, span)
