"""The places: what is painted behind the characters, far and near."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from sakuga.studio.brush import Image
from sakuga.studio.heights import far_mountains, far_snow, near_mountains, near_night, near_snow
from sakuga.studio.interiors import far_castle, far_room, near_castle, near_room
from sakuga.studio.landscapes import (
    far_beach,
    far_forest,
    far_hills,
    near_beach,
    near_forest,
    near_meadow,
)
from sakuga.studio.palette import LIGHTS
from sakuga.studio.plate import Extent, Plate
from sakuga.studio.skies import far_night
from sakuga.studio.towns import far_city, far_skyline, near_city, near_rooftop, near_street

Painter = Callable[[Plate], None]

PAINTERS: Final[dict[str, tuple[Painter, Painter]]] = {
    "city": (far_skyline, near_city),
    "street": (far_city, near_street),
    "forest": (far_forest, near_forest),
    "room": (far_room, near_room),
    "beach": (far_beach, near_beach),
    "mountains": (far_mountains, near_mountains),
    "meadow": (far_hills, near_meadow),
    "rooftop": (far_skyline, near_rooftop),
    "castle": (far_castle, near_castle),
    "snowfield": (far_snow, near_snow),
    "night sky": (far_night, near_night),
}
"""Each place's far layer and near layer."""


@lru_cache(maxsize=4)
def painted(place: str, time: str, seed: int, extent: Extent) -> tuple[Image, Image]:
    """The far layer (BGR) and the near layer (premultiplied BGRA) of a place. Read only."""
    layers: list[Image] = []
    for clear, painter in zip((False, True), PAINTERS[place], strict=True):
        plate = Plate(extent, LIGHTS[time], seed, clear)
        if not clear:
            plate.sky()
        painter(plate)
        plate.texture()
        plate.image.setflags(write=False)
        layers.append(plate.image)
    return layers[0], layers[1]
