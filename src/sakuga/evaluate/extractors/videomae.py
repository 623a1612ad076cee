"""Net `videomae`: a second FVD, by VideoMAE, which looks more at motion than I3D does.

Upstream: MCG-NJU/videomae-base on the Hugging Face hub (CC-BY-NC-4.0), arXiv 2203.12602; that FVD
by it follows motion better: arXiv 2404.12391, whose own net is the giant one, so its numbers are
others. A clip's feature is the mean over its last layer's tokens. The commit is the one that mteb's
list of models (embeddings-benchmark/mteb, videomae_models.py) names. Its file calls the biases of
queries and values as transformers 4 did; a transformers 5 that does not know these names would
leave them 0, and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located
from sakuga.evaluate.extractors import Extract, Seen, Sees, Vectors
from sakuga.evaluate.extractors.place import by_clips, opened, placed, prepared_by

FILES = ("config.json", "preprocessor_config.json")


@dataclass(frozen=True, slots=True)
class VideoMae:
    """repo: on the hub, or a folder; weights: the file there. frames: that it was trained with, as
    its config says. batch: frames at once, 0 as suits the device."""

    repo: str = "MCG-NJU/videomae-base"
    revision: str = "dc740ceda42fce44faed2ea03c6d447db72f6af9"
    weights: str = "model.safetensors"
    frames: Annotated[int, Ge(2)] = 16
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        modules = ("huggingface_hub", "torch", "transformers", "PIL")
        weights = Weights(self.repo, self.revision, (*FILES, self.weights), 380)
        return Needs("metrics", modules, (weights,))

    @property
    def sees(self) -> Sees:
        """Clips."""
        return "clips"

    @property
    def called(self) -> str:
        """By its repository's name."""
        return f"VideoMAE {self.repo.rstrip('/').rpartition('/')[2]}"

    def check(self, frames: int) -> None:
        """It takes one number of frames."""
        if frames != self.frames:
            raise RequestError(
                f"VideoMAE takes {self.frames} frames, not {frames}: set clips.frames="
                f"{self.frames}, or clips.frames={self.frames // 2} and clips.expand=repeat"
            )

    def load(self) -> Extract:
        """The worker."""
        import torch

        place = placed(self.device, self.batch)
        folder = located(self.needs.weights[0])
        net = opened("VideoMAEModel", folder, place)
        _fits(net.config.num_frames, self.frames, folder)
        prepare = prepared_by(folder)

        def look(clips: Picture) -> Vectors:
            flat = prepare(clips.reshape(-1, *clips.shape[2:]))
            video = flat.reshape(*clips.shape[:2], *flat.shape[-3:]).to(place.device)
            with torch.inference_mode():
                return net(video).last_hidden_state.mean(1).cpu().numpy()

        def extract(clips: Sequence[Picture]) -> list[Seen]:
            return [Seen(vector) for vector in by_clips(clips, look, place.batch)]

        return extract


def _fits(theirs: int, ours: int, folder: Path) -> None:
    if theirs != ours:
        raise RequestError(f"{folder}: this VideoMAE takes {theirs} frames: set frames = {theirs}")
