"""Net `encoder`: a video-language model of ours, as `sakuga train contrastive` left it (§4.1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from annotated_types import Ge

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.evaluate.extractors import Extract, Seen, Sees, Vectors
from sakuga.evaluate.extractors.place import by_clips, placed

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as both nets'
SIDES = {"tiny": 64, "nano": 64}  # of the sizes; of the public ones 224
VOCABULARIES = {"clip": 49408, "bert": 30522}


@dataclass(frozen=True, slots=True)
class Encoder:
    """run: the folder of a finished training. batch: frames at once, 0 as suits the device."""

    run: str = ""
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages."""
        return Needs("train", ("torch", "safetensors"))

    @property
    def files(self) -> tuple[Path, ...]:
        """What is read."""
        return (Path(self.run) / "model.safetensors",)

    @property
    def sees(self) -> Sees:
        """Clips."""
        return "clips"

    @property
    def called(self) -> str:
        """By the run's name."""
        return f"encoder of {Path(self.run).name}"

    def check(self, frames: int) -> None:
        """The run is there, and was trained on as many frames."""
        wanted = int(self._recipe()["clips"]["frames"])
        if frames != wanted:
            raise RequestError(
                f"{self.run} was trained on {wanted} frames, not {frames}: set "
                f"clips.frames={wanted}, and clips.expand=none"
            )

    def load(self) -> Extract:
        """The worker."""
        from sakuga.models.contrastive import ENCODERS
        from sakuga.models.weights import load

        recipe, place = self._recipe(), placed(self.device, self.batch)
        net, side = recipe["net"], _side(recipe["net"])
        changes: dict[str, Any] = {"vocabulary": VOCABULARIES[net["tokens"]]}
        if net["image"]:
            changes["image"] = net["image"]
        encoder = ENCODERS[net["family"]](net["size"], **changes)
        load(encoder, Path(self.run) / "model.safetensors")
        encoder.requires_grad_(False).to(place.device).eval()
        look = _looking(encoder, side, place.device)

        def extract(clips: Sequence[Picture]) -> list[Seen]:
            return [Seen(vector) for vector in by_clips(clips, look, place.batch)]

        return extract

    def _recipe(self) -> dict[str, Any]:
        """What run.json says. Raises RequestError."""
        file = Path(self.run) / "run.json"
        try:
            found: Any = json.loads(file.read_text(encoding="utf-8"))["recipe"]
            found = {"net": dict(found["net"]), "clips": dict(found["clips"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RequestError(
                f"encoder: {self.run or 'no run'} is no finished `sakuga train contrastive`: name "
                'its folder: run = "RUN"'
            ) from error
        return cast("dict[str, Any]", found)


def _side(net: dict[str, Any]) -> int:
    return int(net["image"] or SIDES.get(net["size"], 224))


def _looking(encoder: Any, side: int, device: Any) -> Any:
    """(B, T, H, W, 3) to (B, D), the mean over time where there are several vectors."""
    import torch
    from torch.nn.functional import interpolate

    mean, deviation = (torch.tensor(x, device=device)[:, None, None] for x in (MEAN, DEVIATION))

    def look(clips: Picture) -> Vectors:
        video = torch.from_numpy(clips).to(device).permute(0, 1, 4, 2, 3)
        flat = video.flatten(0, 1).float() / 255
        flat = interpolate(flat, (side, side), mode="bicubic", antialias=True).clamp(0, 1)
        shown = ((flat - mean) / deviation).unflatten(0, video.shape[:2])
        with torch.inference_mode():
            return encoder.embed_video(shown).float().cpu().numpy()

    return look
