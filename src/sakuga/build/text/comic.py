"""Backend `comic`: the comic text detector of manga-image-translator (§3.2: the paper's).

Upstream: dmMaze/comic-text-detector (GPL-3.0), trained on pages of manga and comics. No maintained
package brings it, so its ONNX export is run by ONNX Runtime; `mayocream/comic-text-detector-onnx`
on the Hugging Face hub holds the very file of manga-image-translator's own release, under another
name. Input `images` (1, 3, 1024, 1024): RGB, 0 to 1, the picture enlarged or reduced to fit into
the upper left corner of a black square. Output `blk` (1, 64512, 7): blocks of text as YOLOv5 tells
them, in pixels of that square: middle x and y, width, height, then how sure it is that it is a
block, English, Japanese. Blocks are chosen as upstream does. Of the two further outputs, a mask and
lines, nothing is needed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import cv2
import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from sakuga.build.ahead import ahead
from sakuga.build.device import wants_cuda
from sakuga.build.onnx import Net, open_net
from sakuga.build.text import Found
from sakuga.core.errors import BadOutput, RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.pulse import beat
from sakuga.core.recipe import where
from sakuga.core.records import TextBox
from sakuga.core.weights import Weights, located

MODEL = "comic-text-detector.onnx"
COLUMNS = 7
Blocks = NDArray[np.float32]  # (N, 7)


@dataclass(frozen=True, slots=True)
class Comic:
    """A frame bears text as probably as its surest block, of which those from `surely` on count,
    and of two that overlap by more than `apart` of their union only the surer.

    repo: on the hub, or a folder. device: where it runs.
    """

    repo: str = "mayocream/comic-text-detector-onnx"
    revision: str = "a5d67ec772adef819ef5b0e7aa701fcf4c8bf74a"
    surely: Annotated[float, Interval(gt=0, le=1)] = 0.4  # upstream's, as is the next
    apart: Annotated[float, Interval(gt=0, lt=1)] = 0.35
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        weights = Weights(self.repo, self.revision, (MODEL,), 95)
        modules = ("huggingface_hub", "onnxruntime")
        return Needs("text", modules, (weights,), alone=wants_cuda(self.device))

    def load(self) -> Callable[[Iterable[Picture]], Iterable[Found]]:
        """The worker; raises RequestError if the file is another model."""
        path = located(self.needs.weights[0]) / MODEL
        net = open_net(path, self.device, 1)
        side = _side(net, str(path))

        def find(pictures: Iterable[Picture]) -> Iterator[Found]:
            for shape, square in ahead(_prepared(pictures, side)):
                beat()
                yield found(net.run(square)[0], shape, side, self.surely, self.apart)

        return find


def _side(net: Net, path: str) -> int:
    side = net.shape[-1]
    if net.shape != (3, side, side) or side is None or net.width != COLUMNS:
        raise RequestError(
            f"{path}: takes {net.shape} and gives {net.width} columns; the comic text detector "
            "takes (3, 1024, 1024) and gives 7"
        )
    return side


def _prepared(pictures: Iterable[Picture], side: int) -> Iterator[tuple[tuple[int, int], Any]]:
    return ((picture.shape[:2], squared(picture, side)[None]) for picture in pictures)


def squared(picture: Picture, side: int) -> NDArray[np.float32]:
    """A picture (H, W, 3) uint8 BGR as the model wants it: (3, side, side) RGB, 0 to 1."""
    width, height = _fitted(picture.shape[:2], side)
    square = np.zeros((side, side, 3), np.uint8)
    square[:height, :width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
    rgb = np.ascontiguousarray(square[:, :, ::-1].transpose(2, 0, 1))
    return np.multiply(rgb, 1 / 255, dtype=np.float32)


def found(blocks: Blocks, shape: tuple[int, int], side: int, surely: float, apart: float) -> Found:
    """What the model's blocks say of a picture (H, W). Raises BadOutput where one is no number."""
    if not np.isfinite(blocks).all():
        raise BadOutput("the comic text detector gave blocks that are no numbers")
    scores = blocks[:, 4] * blocks[:, 5:].max(axis=1)
    kept = np.flatnonzero((blocks[:, 4] > surely) & (scores > surely))
    if not kept.size:
        return Found(0.0)
    middles, sizes, scores = blocks[kept, :2], blocks[kept, 2:4], scores[kept]
    rects = np.hstack([middles - sizes / 2, sizes])
    chosen = cv2.dnn.NMSBoxes(rects.tolist(), scores.tolist(), surely, apart)
    size = np.array(_fitted(shape, side), np.float32)
    corners = np.clip(np.hstack([rects[:, :2] / size, (middles + sizes / 2) / size]), 0, 1)
    boxes = [_box(corners[n].tolist(), scores[n]) for n in np.asarray(chosen, int).ravel()]
    return Found(max(box.score for box in boxes), boxes)


def _box(corners: list[float], score: float) -> TextBox:
    left, top, right, bottom = corners
    return TextBox(left, top, right, bottom, min(1.0, float(score)))


def _fitted(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Width and height of a picture (H, W) whose longer side is `side`."""
    height, width = shape
    scale = side / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))
