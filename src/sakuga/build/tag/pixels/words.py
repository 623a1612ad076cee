"""What each word of the backend `pixels` means: a definition that a count of pixels proves.

A definition gives a margin: how far a share is from where the word begins to be true to where it is
beyond doubt, so that 0.35 is a fixed share of the picture, written beside each word.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.tag.pixels.look import Bars, Look, Mask

Definition = Callable[[Look], float]

GREY = 14  # chroma: as much JPEG leaves in a grey picture
LIT = 48  # luma: what is darker looks grey, whatever it is
WHITE, INK = 232, 64  # luma
ALIKE = 8  # levels of blue, green or red: as far as JPEG strays in one flat colour
HUES: Final = {
    "red": (346, 12), "orange": (18, 42), "yellow": (46, 66), "green": (76, 156),
    "aqua": (166, 196), "blue": (206, 252), "purple": (262, 296), "pink": (304, 342),
}  # fmt: skip
"""Degrees, from and to; what lies between two of them is called neither."""
BROWN = (14, 44)  # degrees: an orange whose value is under ...
DIM = 150


def _margin(share: float, begins: float, beyond: float) -> float:
    """0 where a word begins to be true, 1 where it is beyond doubt."""
    return float(np.clip((share - begins) / (beyond - begins), 0, 1))


def _share(mask: Mask) -> float:
    return float(mask.mean())


def greyscale(look: Look) -> float:
    """At least 0.9935 of the pixels have no colour, and a tenth is light enough to show one."""
    if _share(look.luma > LIT) < 0.1:
        return 0.0
    return _margin(_share(look.chroma <= GREY), 0.99, 1.0)


def monochrome(look: Look) -> float:
    """Greyscale; or at least a fifth is coloured, and 0.993 of that within 24 degrees of hue."""
    tinted = look.chroma > 24
    if _share(tinted) < 0.2:
        return greyscale(look)
    return _margin(_within(look, tinted, 24), 0.99, 0.999)


def spot_color(look: Look) -> float:
    """At least 0.92 have no colour; 0.004 to 0.08 are vivid, and of one hue."""
    vivid = look.vivid
    lit = _share(look.luma > LIT) >= 0.1
    if not (lit and 0.004 <= _share(vivid) <= 0.08 and _within(look, vivid, 30) >= 0.95):
        return 0.0
    return _margin(_share((look.chroma <= GREY) | vivid), 0.88, 0.99)


def high_contrast(look: Look) -> float:
    """At least 0.87 are nearly black or nearly white, and of each there is an eighth."""
    dark, light = look.luma <= 40, look.luma >= 215
    if min(_share(dark), _share(light)) < 0.125:
        return 0.0
    return _margin(_share(dark | light), 0.8, 1.0)


def dark(look: Look) -> float:
    """Nine tenths of the pixels have a luma of at most 82."""
    return _margin(110 - float(np.percentile(look.luma, 90)), 0, 80)


def lineart(look: Look) -> float:
    """No colour; at least 0.77 is white, a hundredth or more is ink, nothing is filled with it."""
    inked = look.luma < INK
    if not (0.01 <= _share(inked) <= 0.12 and _share(look.chroma <= GREY) > 0.99):
        return 0.0
    return _margin(_share(look.luma > WHITE), 0.7, 0.9)


def letterboxed(look: Look) -> float:
    """Black bars above and below, as thick as each other, with a straight edge."""
    return max(0.5, look.across.evenness) if look.across.first else 0.0


def pillarboxed(look: Look) -> float:
    """Black bars to the left and right, as thick as each other, with a straight edge."""
    return max(0.5, look.upright.evenness) if look.upright.first else 0.0


def simple_background(look: Look) -> float:
    """At least 0.97 of the picture's rim, and 0.45 of the picture, are of one flat colour."""
    near = _like_the_ground(look)
    rim = np.abs(look.edge.astype(np.int16) - look.ground).max(axis=1) <= ALIKE
    return min(_margin(_share(rim), 0.96, 0.99), _margin(_share(near), 0.35, 0.64))


def background(look: Look, colour: str) -> float:
    """A simple background whose colour is that."""
    return simple_background(look) if called(look.ground) == colour else 0.0


def theme(look: Look, colour: str) -> float:
    """At least 0.7 of the pixels are of that colour, beyond doubt."""
    return _margin(_share(_of_colour(look, colour)), 0.6, 0.885)


def _within(look: Look, which: Mask, degrees: float) -> float:
    """The largest share of some pixels whose hues lie within so many degrees."""
    counts = np.bincount(look.hue[which].astype(int) % 360, minlength=360)
    ring = np.concatenate([counts, counts[: int(degrees)]]).cumsum()
    sums = ring[int(degrees) :] - ring[: -int(degrees)]
    return float(sums.max()) / max(1, int(counts.sum()))


def _of_colour(look: Look, colour: str) -> Mask:
    vivid = look.vivid
    if colour == "brown":
        return vivid & _between(look, *BROWN) & (look.value < DIM)
    bright = look.value >= DIM if colour == "orange" else look.value > LIT
    return vivid & _between(look, *HUES[colour]) & bright


def _between(look: Look, first: float, last: float) -> Mask:
    if first > last:
        return (look.hue >= first) | (look.hue <= last)
    return (look.hue >= first) & (look.hue <= last)


def _like_the_ground(look: Look) -> Mask:
    return np.abs(look.pixels.astype(np.int16) - look.ground).max(axis=2) <= ALIKE


def called(colour: NDArray[np.int16]) -> str:
    """The name of a flat colour (3,) BGR, empty where no one name is beyond doubt."""
    blue, green, red = (int(part) for part in colour)
    return _name_of(blue, green, red)


@lru_cache(maxsize=256)
def _name_of(blue: int, green: int, red: int) -> str:
    least, most = min(blue, green, red), max(blue, green, red)
    if least >= 240:
        return "white"
    if most <= 24:
        return "black"
    if most - least <= GREY and 64 <= most <= 208:
        return "grey"
    one = Look(np.array([[[blue, green, red]]], np.uint8), Bars(), Bars())
    return next((name for name in (*HUES, "brown") if _of_colour(one, name).all()), "")


WORDS: Final[dict[str, Definition]] = {
    "greyscale": greyscale,
    "monochrome": monochrome,
    "spot_color": spot_color,
    "high_contrast": high_contrast,
    "dark": dark,
    "lineart": lineart,
    "letterboxed": letterboxed,
    "pillarboxed": pillarboxed,
    "simple_background": simple_background,
    **{
        f"{name}_background": partial(background, colour=name)
        for name in ("white", "black", "grey", *HUES, "brown")
    },
    **{f"{name}_theme": partial(theme, colour=name) for name in (*HUES, "brown")},
}
"""Every word that is ever said."""
