"""Net `i3d`: the network of FVD (§5.2), I3D trained on Kinetics-400, as a TorchScript file.

Two conventions are known from the file itself. `i3d_torchscript.pt` (StyleGAN-V's evaluation) is
called with (B, 3, T, H, W) of 0 to 255 and the flags rescale, resize and return_features, and gives
400 numbers. Any other module is called with (B, 3, T, side, side) of -1 to 1 and gives (B, D).

I3D halves time thrice and then wants two steps: under 9 frames it has no answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.evaluate.extractors import Extract, Seen, Sees, Vectors
from sakuga.evaluate.extractors.place import by_clips, placed

FLAGS = ("rescale", "resize", "return_features")
FEWEST = 9


@dataclass(frozen=True, slots=True)
class I3d:
    """file: the TorchScript module. side: frames are resized to it, bilinear and antialiased, for a
    module that does not do it itself. fewest: frames that it can do with. batch: frames at once."""

    file: str = ""
    side: Annotated[int, Ge(8)] = 224
    fewest: Annotated[int, Ge(1)] = FEWEST
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages."""
        return Needs("metrics", ("torch",))

    @property
    def files(self) -> tuple[Path, ...]:
        """What is read."""
        return (Path(self.file),)

    @property
    def sees(self) -> Sees:
        """Clips."""
        return "clips"

    @property
    def called(self) -> str:
        """By the file's name: nothing in it says what it was trained on."""
        return f"TorchScript {Path(self.file).name}"

    def check(self, frames: int) -> None:
        """The file is there, and clips are long enough."""
        if not self.file:
            raise RequestError(
                'I3D: name its TorchScript file: file = "i3d_torchscript.pt" (StyleGAN-V\'s), or '
                'take another net: use = "videomae", "random", or "none"'
            )
        if not Path(self.file).is_file():
            raise RequestError(f"I3D: {self.file} is not there: name a TorchScript file")
        if frames < self.fewest:
            raise RequestError(
                f"I3D has no answer for {frames} frames, {self.fewest} are the fewest. What works, "
                "on all sides alike: every frame twice (--set clips.expand=repeat), every drawing "
                "held as its clip's timing class says (--set clips.expand=timing), or longer clips "
                "(--set clips.frames=16)"
            )

    def load(self) -> Extract:
        """The worker."""
        place = placed(self.device, self.batch)
        net = _opened(Path(self.file), place.device)
        called = _with_flags(net) if _has_flags(net) else _plainly(net, self.side)
        look = _guarded(called, self.file, place.device)

        def extract(clips: Sequence[Picture]) -> list[Seen]:
            return [Seen(vector) for vector in by_clips(clips, look, place.batch)]

        return extract


def _opened(file: Path, device: Any) -> Any:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript is no longer grown
            return torch.jit.load(str(file), map_location=device).eval()
    except (RuntimeError, ValueError, OSError) as error:
        first = (str(error).strip().splitlines() or ["it can't be read"])[0]
        raise RequestError(f"{file} is no TorchScript module: {first[:160]}") from error


def _has_flags(net: Any) -> bool:
    names = {argument.name for argument in net.forward.schema.arguments}
    return names.issuperset(FLAGS)


def _with_flags(net: Any) -> Callable[[Any], Any]:
    """It brings 0 to 255 to -1 to 1 and frames to 224 by itself."""
    return lambda video: net(video.float(), **dict.fromkeys(FLAGS, True))


def _plainly(net: Any, side: int) -> Callable[[Any], Any]:
    from torch.nn.functional import interpolate

    def look(video: Any) -> Any:
        batch, channels, frames, *size = video.shape
        flat = video.float().transpose(1, 2).reshape(-1, channels, *size)
        flat = interpolate(flat, (side, side), mode="bilinear", antialias=True)
        shown = flat.reshape(batch, frames, channels, side, side).transpose(1, 2)
        return net(shown / 127.5 - 1)

    return look


def _guarded(look: Callable[[Any], Any], file: str, device: Any) -> Callable[[Picture], Vectors]:
    """(B, T, H, W, 3) to (B, D). What the module can't do is said in a line."""
    import torch

    def seen(clips: Picture) -> Vectors:
        video = torch.from_numpy(clips).to(device).permute(0, 4, 1, 2, 3)
        try:
            with torch.inference_mode():
                found = look(video)
        except RuntimeError as error:
            last = (str(error).strip().splitlines() or ["RuntimeError"])[-1]
            raise RequestError(
                f"{file} can't do with clips of shape {tuple(video.shape)}: {last[:160]}"
            ) from error
        if not isinstance(found, torch.Tensor) or found.dim() != 2 or len(found) != len(video):
            raise RequestError(f"{file} gives no (clips, D) features: it is another model")
        return found.float().cpu().numpy()

    return seen
