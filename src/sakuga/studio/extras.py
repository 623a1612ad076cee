"""Small things on a picture: a distant bird, the shadow at someone's feet."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from sakuga.studio.brush import Cel, Drawn, Image, lay, oval
from sakuga.studio.palette import paint

_DARK: Final = paint("201a28")


@lru_cache(maxsize=32)
def _bird(size: int, wing: int) -> Drawn:
    cel = Cel((2 * size + 4, 2 * size + 4), (size + 2, size + 2), size, 1.0)
    rise = -0.35 if wing else 0.12
    line = np.array(
        [(-0.5, rise), (-0.2, rise * 0.3 - 0.08), (0, 0.08), (0.2, rise * 0.3 - 0.08), (0.5, rise)]
    )
    cel.stroke(line, _DARK, 0.22)
    return cel.finish()


def draw_bird(onto: Image, x: float, y: float, size: int, wing: int) -> None:
    """A bird `size` pixels wide at x, y pixels; wing: 0 down, 1 up."""
    cel = _bird(size, wing)
    lay(cel.image, onto, round(x) - size - 2 + cel.left, round(y) - size - 2 + cel.top)


@lru_cache(maxsize=32)
def _shadow(width: int, height: int) -> Drawn:
    cel = Cel((width + 4, height + 4), (width / 2 + 2, height / 2 + 2), 1.0, 1.0)
    cel.shape(oval(0, 0, width / 2, height / 2), (0, 0, 0), line=0)
    drawn = cel.finish()
    return Drawn(np.rint(drawn.image * 0.26).astype(np.uint8), drawn.left, drawn.top)


def draw_shadow(onto: Image, x: float, y: float, width: float) -> None:
    """The shadow at someone's feet. x, y, width: pixels."""
    wide, tall = max(2, round(width)), max(2, round(width * 0.2))
    cel = _shadow(wide, tall)
    lay(cel.image, onto, round(x - wide / 2) - 2 + cel.left, round(y - tall / 2) - 2 + cel.top)
