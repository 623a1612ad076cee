"""Backend `rapidocr`: PP-OCRv6's text detector, which comes inside RapidOCR's package (Apache-2.0).

Only its detector runs; nothing is read, and nothing is downloaded. It is made for print and
photographs: on drawings it takes whole figures, windows and eyes for text. So what it finds is
believed only if it looks like a line of letters (longer than high, and no quarter of the picture
high), and if the detector finds it there again when it is shown that place alone, with its letters
at a height that it knows well. Drawings that deceive it once hardly do so twice.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast

import numpy as np
from annotated_types import Ge, Interval
from numpy.typing import NDArray

from sakuga.build.device import threads, wants_cuda
from sakuga.build.onnx import offers_cuda
from sakuga.build.text import Found
from sakuga.core.errors import RequestError
from sakuga.core.images import Picture, fit
from sakuga.core.needs import Needs
from sakuga.core.pulse import beat
from sakuga.core.recipe import where
from sakuga.core.records import TextBox

Quad = NDArray[np.float64]  # (4, 2) corners of a line, x and y in pixels
Look = Callable[[Picture], Sequence[tuple[Quad, float]]]

# PaddleOCR's own means and deviations, of BGR. RapidOCR's configuration says 0.5 for all: with that
# the detector finds as much, and a quarter more that is no text.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SEEN = 0.3  # the detector's own threshold for a pixel
CLEAN = 0.85  # the score of clean print; it seldom gives more
READABLE = (28, 52)  # pixels: heights of letters at which a line is looked at again, in turn ...
WIDEST = 1280  # ... unless the line were then longer than this
ROOM = 1.0  # of a line's height: what the second look sees around it
AGAIN = 0.5  # of their union: how far the two looks must agree
SMALLEST = 8  # pixels: RapidOCR can't detect in less


@dataclass(frozen=True, slots=True)
class RapidOcr:
    """model: one of those inside RapidOCR's package. longest: pixels of the longer side at the
    first look. highest: no line of text is higher, in shares of the picture. lengthy: nor shorter
    than so many times its own height. A line is believed from the score `surely` on.

    A frame bears text as probably as its surest line, whose score from 0.3 to 0.85 becomes 0 to 1.
    """

    needs: ClassVar[Needs] = Needs("text", ("onnxruntime", "rapidocr"))

    model: str = "PP-OCRv6_det_small.onnx"
    longest: Annotated[int, Interval(ge=64, le=WIDEST)] = 480
    highest: Annotated[float, Interval(gt=0, le=1)] = 0.25
    lengthy: Annotated[float, Ge(1)] = 1.5
    surely: Annotated[float, Interval(ge=SEEN, le=1)] = 0.5
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    def check(self) -> None:
        """The model is there, so that nothing has to be fetched. Raises RequestError."""
        _path(self.model)

    def load(self) -> Callable[[Iterable[Picture]], Iterable[Found]]:
        """The worker."""
        look = _detector(self)

        def find(pictures: Iterable[Picture]) -> Iterator[Found]:
            for picture in pictures:
                beat()
                yield _found(_lines(self, look, picture), picture)

        return find


def probability(score: float) -> float:
    """That a line with this score is text: 0 at 0.3, 1 from 0.85 on."""
    return min(1.0, max(0.0, (score - SEEN) / (CLEAN - SEEN)))


def _found(lines: Sequence[tuple[Quad, float]], picture: Picture) -> Found:
    height, width = picture.shape[:2]
    boxes = [_box(quad / (width, height), score) for quad, score in lines]
    return Found(max((probability(score) for _, score in lines), default=0.0), boxes)


def _lines(recipe: RapidOcr, look: Look, picture: Picture) -> list[tuple[Quad, float]]:
    """The lines of text in a picture that both looks see, with the second's score."""
    if min(picture.shape[:2]) < SMALLEST:
        return []
    small = fit(picture, recipe.longest)
    scale = picture.shape[0] / small.shape[0]
    likely = [q * scale for q, _ in look(small) if _is_line(recipe, q, small.shape[0])]
    scored = [(quad, _again(recipe, look, picture, quad)) for quad in likely]
    return [(quad, score) for quad, score in scored if score >= recipe.surely]


def _is_line(recipe: RapidOcr, quad: Quad, height: int) -> bool:
    short, long = _sides(quad)
    return 0 < short <= recipe.highest * height and long >= recipe.lengthy * short


def _again(recipe: RapidOcr, look: Look, picture: Picture, quad: Quad) -> float:
    """How surely the detector finds a line when it is shown that alone; 0 where it does not."""
    best = 0.0
    for tall in READABLE:
        best = max(best, _alone(look, picture, quad, tall))
        if best >= recipe.surely:
            break
    return best


def _alone(look: Look, picture: Picture, quad: Quad, tall: int) -> float:
    """What the detector scores a line with, shown it alone and `tall` pixels high."""
    import cv2

    short = _sides(quad)[0]
    low = np.maximum(quad.min(axis=0) - ROOM * short, 0).astype(int)
    high = np.ceil(quad.max(axis=0) + ROOM * short).astype(int)
    cut = picture[low[1] : high[1], low[0] : high[0]]
    scale = min(tall / short, WIDEST / max(cut.shape[:2]))
    size = [max(SMALLEST, round(side * scale)) for side in (cut.shape[1], cut.shape[0])]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown = cast(Picture, cv2.resize(cut, size, interpolation=how))
    there = _extent((quad - low) * scale)
    seen = [score for other, score in look(shown) if _overlap(_extent(other), there) >= AGAIN]
    return max(seen, default=0.0)


def _sides(quad: Quad) -> tuple[float, float]:
    """The shorter and the longer side of a line."""
    one, other = np.hypot(*(quad[1] - quad[0])), np.hypot(*(quad[2] - quad[1]))
    return float(min(one, other)), float(max(one, other))


def _extent(quad: Quad) -> NDArray[np.float64]:
    """Left, top, right, bottom."""
    return np.concatenate([quad.min(axis=0), quad.max(axis=0)])


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Intersection over union."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    both = float(np.prod(np.maximum(sides, 0)))
    areas = [float(np.prod(box[2:] - box[:2])) for box in (one, other)]
    return both / max(sum(areas) - both, 1e-9)


def _box(quad: Quad, score: float) -> TextBox:
    """A line in shares of its picture."""
    left, top, right, bottom = np.clip(_extent(quad), 0, 1).tolist()
    return TextBox(left, top, right, bottom, min(1.0, score))


def _detector(recipe: RapidOcr) -> Look:
    """RapidOCR with nothing but its detector, told where its model is: so it looks for none."""
    from rapidocr import RapidOCR

    wanted = {
        "Global.use_cls": False,
        "Global.use_rec": False,
        "Global.log_level": "critical",
        "Det.model_path": str(_path(recipe.model)),
        "Det.limit_type": "max",
        "Det.limit_side_len": WIDEST,  # no picture that it is shown is larger
        "Det.mean": list(MEAN),
        "Det.std": list(STD),
        "Det.thresh": SEEN,
        "Det.box_thresh": SEEN,  # what is doubtful at first is looked at again
        "EngineConfig.onnxruntime.intra_op_num_threads": threads() or -1,
        "EngineConfig.onnxruntime.use_cuda": wants_cuda(recipe.device) and offers_cuda(),
    }
    return functools.partial(_looked, RapidOCR(params=wanted))


def _looked(engine: Any, picture: Picture) -> list[tuple[Quad, float]]:
    seen = engine(picture)
    if seen.boxes is None or seen.scores is None:
        return []
    return [
        (np.asarray(box, np.float64), float(score))
        for box, score in zip(seen.boxes, seen.scores, strict=True)
    ]


def _path(model: str) -> Path:
    spec = importlib.util.find_spec("rapidocr")
    assert spec and spec.origin, "needs sees to it that rapidocr is installed"
    folder = Path(spec.origin).parent / "models"
    if not (folder / model).is_file():
        there = ", ".join(sorted(path.name for path in folder.glob("*det*.onnx"))) or "none"
        raise RequestError(
            f"[text] model = {model!r}: this RapidOCR brings no such detector, but {there}: name "
            "one of those, or install the version in constraints.txt"
        )
    return folder / model
