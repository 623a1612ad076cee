"""How much of a bare model's throughput the rooms reach that run one, in one process, one thread.

Each row is a ratio of pictures a second, ours over a bare loop's, sides in turn, the best run of
each: other work on the machine only ever slows one down. Ours is the whole room: samples as JPEG
in, rows out. A bare loop is the same session with the same batch, on arrays prepared beforehand
("prepared"), or decoding and preparing them in turn with the model ("in turn"). The models are
random and cheaper than the real ones (`benchmarks/nets.py`), so what is not the model weighs more
than in earnest. Another room's rows are another function of `ROWS`.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.nets import conv_gflop, write_anime, write_cafe, write_tagger
from benchmarks.table import Line
from sakuga.build.pictures import batches
from sakuga.core.images import from_jpeg, to_jpeg
from sakuga.core.records import Samples

BAR = 0.9
RUNS = 8
COUNTS = (3, 1, 2, 4, 2, 4)  # samples a clip: 16 in all
THREADS = "1"


def clips() -> list[Samples]:
    """Flat drawings of 1024 x 576, as `sample` keeps them."""
    rng = np.random.default_rng(0)
    return [
        Samples(f"{n}", "v", [*range(count)], [to_jpeg(_drawing(rng)) for _ in range(count)])
        for n, count in enumerate(COUNTS)
    ]


def _drawing(rng: np.random.Generator) -> np.ndarray:
    picture = np.full((576, 1024, 3), rng.integers(0, 256, 3), np.uint8)
    for _ in range(40):
        centre = (int(rng.integers(0, 1024)), int(rng.integers(0, 576)))
        axes = (int(rng.integers(5, 200)), int(rng.integers(5, 120)))
        colour = [int(c) for c in rng.integers(0, 256, 3)]
        cv2.ellipse(picture, centre, axes, int(rng.integers(0, 180)), 0, 360, colour, -1)
        cv2.ellipse(picture, centre, axes, 0, 0, 360, (0, 0, 0), 2)
    return picture


@dataclass(frozen=True)
class Took:
    """Seconds of one run, by the clock and of the processor."""

    wall: float
    cpu: float


def turns(*sides: Callable[[], object]) -> list[list[Took]]:
    """Runs in which the sides take turns, after one that does not count."""
    for side in sides:
        side()
    return [[_took(side) for side in sides] for _ in range(RUNS)]


def _took(work: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


def lines() -> Iterator[Line]:
    """Every row of the table."""
    os.environ["SAKUGA_THREADS"] = THREADS
    cv2.setNumThreads(1)
    print(f"Convolutional model: {conv_gflop():.1f} GFLOP a picture.\n", file=sys.stderr)
    for rows in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            yield from rows(Path(folder))


def tagger_rows(folder: Path) -> Iterator[Line]:
    """`wd-eva02`, whose model takes any number at once, and `wd14`, whose takes one."""
    from sakuga.build.tag import Tag
    from sakuga.build.tag.wd14 import Wd14, WdEva02, prepared

    free = WdEva02(str(write_tagger(folder / "free")), batch=4, device="cpu")
    single = Wd14(str(write_tagger(folder / "single", batch=1)), device="cpu")
    for name, recipe, batch in (("wd-eva02, 4 at once", free, 4), ("wd14, 1 at once", single, 1)):
        path = Path(recipe.repo, "model.onnx")
        prepare = lambda pictures: prepared(pictures, 448, np.dtype(np.float32))  # noqa: E731
        yield from onnx_rows(f"tag, {name}", Tag(recipe), path, batch, prepare)


def anime_rows(folder: Path) -> Iterator[Line]:
    """`anime`."""
    from sakuga.build.aesthetic import Judge
    from sakuga.build.aesthetic.anime import Anime, prepared

    recipe = Anime(str(folder), batch=4, device="cpu")
    write_anime(folder, recipe.model)
    prepare = lambda pictures: prepared(pictures, 448, 448, np.dtype(np.float32))  # noqa: E731
    path = folder / recipe.model / "model.onnx"
    yield from onnx_rows("aesthetic, anime, 4 at once", Judge(recipe), path, 4, prepare)


def onnx_rows(
    what: str, stage: Any, path: Path, batch: int, prepare: Callable[[list[np.ndarray]], np.ndarray]
) -> Iterator[Line]:
    """A room beside a session of its own, opened as an example of ONNX Runtime's would."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(THREADS)
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    yield from room_rows(what, stage, batch, prepare, lambda x: session.run(None, {"input": x}))


def cafe_rows(folder: Path) -> Iterator[Line]:
    """`cafe`, beside the library's own processor and model."""
    import torch
    from transformers import AutoImageProcessor, BeitForImageClassification
    from transformers.utils.logging import disable_progress_bar

    from sakuga.build.aesthetic import Judge
    from sakuga.build.aesthetic.cafe import Cafe

    disable_progress_bar()
    stage = Judge(Cafe(str(write_cafe(folder)), batch=4, device="cpu"))
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    torch.set_num_threads(int(THREADS))
    model = BeitForImageClassification.from_pretrained(folder).eval()

    def prepare(pictures: list[np.ndarray]) -> Any:
        rgb = [cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) for picture in pictures]
        return processor(images=rgb, return_tensors="pt")["pixel_values"]

    def run(pixels: Any) -> Any:
        with torch.inference_mode():
            return model(pixel_values=pixels).logits.softmax(-1)

    yield from room_rows("aesthetic, cafe, 4 at once", stage, 4, prepare, run)


def room_rows(
    what: str,
    stage: Any,
    batch: int,
    prepare: Callable[[list[Any]], Any],
    run: Callable[[Any], Any],
) -> Iterator[Line]:
    """A room beside a bare loop over `run`, on prepared arrays and preparing them in turn."""
    shown = clips()
    work = stage.load()
    ready = [prepare(each) for each in batches(_decoded(shown), batch)]

    def ours() -> object:
        return list(work([(clip,) for clip in shown]))

    def on_prepared() -> object:
        return [run(each) for each in ready]

    def in_turn() -> object:
        return [run(prepare(each)) for each in batches(_decoded(shown), batch)]

    runs = turns(ours, on_prepared, in_turn)
    mine, bare, both = (min(run[side].wall for run in runs) for side in range(3))
    spent = statistics.median(run[0].cpu / run[2].cpu for run in runs)
    each = bare / sum(COUNTS) * 1000
    print(f"- {what}: bare {each:.0f} ms a picture; CPU {spent:.2f} of in turn", file=sys.stderr)
    yield Line(f"{what} / bare, in turn", both / mine, ">=", BAR)
    yield Line(f"{what} / bare, prepared", bare / mine, ">=", BAR)


def _decoded(shown: Sequence[Samples]) -> Iterator[np.ndarray]:
    return (from_jpeg(image) for clip in shown for image in clip.images)


ROWS: tuple[Callable[[Path], Iterator[Line]], ...] = (tagger_rows, anime_rows, cafe_rows)
