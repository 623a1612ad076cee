"""Named colours, and the light that a time of day throws on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]
"""Blue, green, red; 0 to 255."""


def _rgb(code: str) -> Colour:
    return int(code[4:6], 16), int(code[2:4], 16), int(code[0:2], 16)


COLOURS: Final[dict[str, Colour]] = {
    "red": _rgb("e2474b"),
    "orange": _rgb("f28c38"),
    "yellow": _rgb("f9cf4a"),
    "green": _rgb("5fb760"),
    "teal": _rgb("3aa6a0"),
    "blue": _rgb("4a7fd6"),
    "purple": _rgb("8c62c4"),
    "pink": _rgb("f397b6"),
    "white": _rgb("f7f4ee"),
    "black": _rgb("3a3844"),
    "brown": _rgb("8d5f3f"),
    "grey": _rgb("9aa0aa"),
}
"""Paint for hair, cloth and fur, under the names that sentences use."""

SKINS: Final = tuple(_rgb(code) for code in ("fde3cd", "f8d0b0", "e5b187", "b97d54", "8a5a3c"))
LINE: Final = _rgb("2b2230")
BLUSH: Final = _rgb("f08a86")
MOUTH: Final = _rgb("8e2f3c")
TONGUE: Final = _rgb("ee7f83")
WHITE: Final[Colour] = (255, 255, 255)


def paint(code: str) -> Colour:
    """A colour from its hexadecimal red, green, blue: `f7f4ee`."""
    return _rgb(code)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` (0 to 1) of `second` stirred in."""
    blue, green, red = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return blue, green, red


def shaded(colour: Colour) -> Colour:
    """The second tone of cel shading: darker, and a little towards violet."""
    blue, green, red = colour
    return round(blue * 0.80 + 10), round(green * 0.68), round(red * 0.74)


def lighter(colour: Colour) -> Colour:
    """The tone of a highlight."""
    return mix(colour, WHITE, 0.45)


@dataclass(frozen=True, slots=True)
class Light:
    """How a time of day colours what it falls on.

    gain: multiplies blue, green, red; sky: colours from the zenith to the horizon.
    """

    gain: tuple[float, float, float]
    sky: tuple[Colour, Colour, Colour]
    cloud: Colour
    glow: bool

    def on(self, colour: Colour) -> Colour:
        """The colour as it looks in this light."""
        blue, green, red = (
            min(255, round(part * gain)) for part, gain in zip(colour, self.gain, strict=True)
        )
        return blue, green, red

    def softly(self, colour: Colour) -> Colour:
        """As `on`, half as strong: characters stay readable at night."""
        return mix(colour, self.on(colour), 0.55)


LIGHTS: Final = {
    "morning": Light(
        (1.0, 0.99, 1.0),
        (_rgb("8fc9ee"), _rgb("c9e6f2"), _rgb("ffeccb")),
        _rgb("fff8ec"),
        False,
    ),
    "day": Light(
        (1.0, 1.0, 1.0),
        (_rgb("3f93e0"), _rgb("86c5f2"), _rgb("d8f0fb")),
        _rgb("ffffff"),
        False,
    ),
    "sunset": Light(
        (0.74, 0.80, 1.06),
        (_rgb("5b4b8f"), _rgb("ee7f63"), _rgb("ffd27a")),
        _rgb("ffb48a"),
        True,
    ),
    "night": Light(
        (0.72, 0.50, 0.42),
        (_rgb("0f1638"), _rgb("1f2f63"), _rgb("43588f")),
        _rgb("3b4a7c"),
        True,
    ),
}
