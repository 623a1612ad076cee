"""The picture of a file frame out of its film frames: blended, woven, or moved between two."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.studio.sequence import Image
from sakuga.studio.wear.schedule import Parts, Show

Flow = NDArray[np.float32]

_KEPT: Final = 6  # film frames that one file frame may ask for again


class Mixer:
    """Makes file frames. film: gives a film frame's picture, (H, W, 3) uint8 BGR."""

    def __init__(self, film: Callable[[int], Image]) -> None:
        self._film = film
        self._kept: OrderedDict[int, Image] = OrderedDict()
        self._flows: dict[tuple[int, int], tuple[Flow, Flow]] = {}
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def picture(self, show: Show) -> Image:
        """The picture of one file frame; a film frame that stands alone is given as it is."""
        if show.warped:
            return self._warped(show.upper)
        upper = self._blended(show.upper)
        if show.lower is None:
            return upper
        woven = upper.copy()
        woven[1::2] = self._blended(show.lower)[1::2]
        return woven

    def _frame(self, number: int) -> Image:
        if number not in self._kept:
            self._kept[number] = self._film(number)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[number]

    def _blended(self, parts: Parts) -> Image:
        pictures = [(self._frame(frame), weight) for frame, weight in parts]
        first = pictures[0][0]
        if all(picture is first for picture, _ in pictures):
            return first
        if len(pictures) == 2:
            (a, part_a), (b, part_b) = pictures
            return _uint8(cv2.addWeighted(a, part_a, b, part_b, 0))
        total = np.zeros(first.shape, np.float32)
        for picture, weight in pictures:
            total += np.float32(weight) * picture
        return np.rint(total).astype(np.uint8)

    def _warped(self, parts: Parts) -> Image:
        (first, before), (second, after) = parts
        a, b = self._frame(first), self._frame(second)
        if a is b:
            return a
        there, back = self._flows_between(first, second, a, b)
        moved_a = _moved(a, there, -after)
        moved_b = _moved(b, back, -before)
        return _uint8(cv2.addWeighted(moved_a, before, moved_b, after, 0))

    def _flows_between(self, first: int, second: int, a: Image, b: Image) -> tuple[Flow, Flow]:
        if (first, second) not in self._flows:
            self._flows = {(first, second): (self._motion(a, b), self._motion(b, a))}
        return self._flows[first, second]

    def _motion(self, a: Image, b: Image) -> Flow:
        """Where each pixel of `a` lies in `b`: (H, W, 2) steps across and down."""
        grey_a, grey_b = (cv2.cvtColor(x, cv2.COLOR_BGR2GRAY) for x in (a, b))
        return np.asarray(self._flow.calc(grey_a, grey_b, cast(Any, None)), np.float32)


def _moved(image: Image, flow: Flow, share: float) -> Image:
    height, width = image.shape[:2]
    across, down = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    where = np.float32(share)
    moved = cv2.remap(
        image,
        across + where * flow[..., 0],
        down + where * flow[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return _uint8(moved)


def _uint8(image: object) -> Image:
    return np.asarray(image, dtype=np.uint8)
