"""Net `inception`: the Inception of FID and IS (§5.2), TensorFlow's of 2015, by torch-fidelity.

Upstream: toshas/torch-fidelity (Apache-2.0), whose port of the weights is a file of its releases.
Frames become 299x299 by Pillow's antialiased bicubic filter, as clean-fid does it (arXiv
2104.11222; there without rounding to 8 bits); `resize = "plain"` leaves it to the net's own
bilinear one, which is not antialiased and is what older FIDs are of. Never compare the two.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.evaluate.extractors import Extract, Seen, Sees, Vectors
from sakuga.evaluate.extractors.place import by_frames, placed

FILE = "weights-inception-2015-12-05-6726825d.pth"
URL = f"https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/{FILE}"
SIDE, WIDTH, CLASSES = 299, 2048, 1008


@dataclass(frozen=True, slots=True)
class Inception:
    """weights: the file; "" is where torch-fidelity keeps it. resize: see above. batch: frames at
    once, 0 as suits the device."""

    also: ClassVar[tuple[str, ...]] = ("torch_fidelity",)  # see `check`

    weights: str = ""
    resize: Literal["antialiased", "plain"] = "antialiased"
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages; `check` looks for the others, which no extra brings."""
        return Needs("metrics", ("torch", "PIL"))

    @property
    def files(self) -> tuple[Path, ...]:
        """What is read."""
        return (self._file(),)

    @property
    def sees(self) -> Sees:
        """Frames."""
        return "frames"

    @property
    def called(self) -> str:
        """With the way of resizing, which the number depends on."""
        return f"InceptionV3 (TF 2015), {WIDTH} numbers, {self.resize} resize to {SIDE}"

    def check(self, frames: int) -> None:
        """torch-fidelity and the file are there."""
        del frames
        if importlib.util.find_spec("torch_fidelity") is None:
            raise RequestError(
                "Inception needs torch-fidelity: pip install torch-fidelity (--no-deps will do), "
                'or take another net: use = "random", or "none"'
            )
        if not self._file().is_file():
            raise RequestError(
                f"Inception: {self._file()} is not there: fetch {URL} and put it there, or name "
                'the file: weights = "FILE"'
            )

    def load(self) -> Extract:
        """The worker."""
        import torch

        place = placed(self.device, self.batch)
        net = _net(self._file()).to(place.device)

        def seen(frames: Picture) -> Vectors:
            shown = frames if self.resize == "plain" else _resized(frames)
            with torch.inference_mode():
                moved = torch.from_numpy(shown).to(place.device).permute(0, 3, 1, 2)
                pooled, logits = net(moved)
            return torch.cat([pooled, logits], 1).cpu().numpy()

        def extract(clips: Sequence[Picture]) -> list[Seen]:
            both = by_frames(clips, seen, place.batch)
            return [Seen(each[:, :WIDTH], each[:, WIDTH:]) for each in both]

        return extract

    def _file(self) -> Path:
        if self.weights:
            return Path(self.weights).expanduser()
        import torch

        return Path(torch.hub.get_dir()) / "checkpoints" / FILE


def _net(file: Path) -> Any:
    """torch-fidelity's net. The file is read safely first: the library would run what it says."""
    import torch

    from sakuga.models.weights import read

    held = io.BytesIO()
    torch.save(read(file), held)
    held.seek(0)
    try:
        return _class()("inception-v3-compat", ["2048", "logits_unbiased"], held)
    except RuntimeError as error:
        raise RequestError(
            f"{file} holds another model: the weights of FID's Inception are {URL}"
        ) from error


def _class() -> Any:
    """The net's class. Other nets of its package want torchvision; where that is not installed the
    module is loaded without the package around it."""
    name = "torch_fidelity.feature_extractor_inceptionv3"
    if importlib.util.find_spec("torchvision") is not None or "torch_fidelity" in sys.modules:
        return importlib.import_module(name).FeatureExtractorInceptionV3
    found = importlib.util.find_spec("torch_fidelity")
    assert found is not None and found.submodule_search_locations is not None  # see `needs`
    package = ModuleType("torch_fidelity")
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["torch_fidelity"] = package
    try:
        return importlib.import_module(name).FeatureExtractorInceptionV3
    finally:
        for loaded in [key for key in sys.modules if key.partition(".")[0] == "torch_fidelity"]:
            del sys.modules[loaded]


def _resized(frames: Picture) -> Picture:
    from PIL import Image

    size, way = (SIDE, SIDE), Image.Resampling.BICUBIC
    return np.stack([np.array(Image.fromarray(frame).resize(size, way)) for frame in frames])
