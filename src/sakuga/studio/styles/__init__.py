"""Drawn cartoon footage in many visual styles, quickly, with exact truth.

    >>> from sakuga.studio.styles import STYLES, sequence
    >>> film = sequence(seed=1, style="anime")

The same arguments give the same pixels. `pace`: any; fast (montage); slow; plain (only ordinary
cuts and actions).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Final

from sakuga.studio.sequence import Sequence
from sakuga.studio.styles.films import LOOKS, PACES, drawn
from sakuga.studio.styles.wrapped import studio

Drawer = Callable[[int, tuple[int, int], tuple[float, float], Fraction, str], Sequence]
"""Draws a film: seed, (width, height), (least, most) seconds, frames a second, pace."""


def _drawn(
    seed: int,
    size: tuple[int, int],
    seconds: tuple[float, float],
    rate: Fraction,
    pace: str,
    style: str,
) -> Sequence:
    return drawn(seed, style, size, seconds, rate, pace)


STYLES: Final[dict[str, Drawer]] = {
    **{name: partial(_drawn, style=name) for name in LOOKS},
    "studio": studio,
}
"""Every style by name."""


def sequence(
    seed: int,
    style: str,
    width: int = 426,
    height: int = 240,
    seconds: tuple[float, float] = (4, 12),
    rate: Fraction = Fraction(24),
    pace: str = "any",
) -> Sequence:
    """A film of several shots in a style.

    style: a key of STYLES; width, height: pixels; seconds: least and most that it is planned to
    last, before its last shot is drawn to its end; pace: any, fast, slow or plain.
    Raises ValueError for an unknown style or pace.
    """
    if style not in STYLES:
        raise ValueError(f"style = {style!r}: must be one of {', '.join(STYLES)}")
    if pace not in PACES:
        raise ValueError(f"pace = {pace!r}: must be one of {', '.join(PACES)}")
    return STYLES[style](seed, (width, height), seconds, rate, pace)


__all__ = ["STYLES", "sequence"]
