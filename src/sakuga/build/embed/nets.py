"""Encoders with our own nets: 8 keyframes of a clip, unmasked, and 32 tokens of its text (§4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sakuga.build.embed import Shown, Vector, Vectors
from sakuga.build.local_model import Place, in_batches
from sakuga.core.errors import ItemError, RequestError
from sakuga.core.pulse import alive
from sakuga.core.weights import Weights, located
from sakuga.models.public import CHECKPOINTS

if TYPE_CHECKING:
    from sakuga.models.contrastive import DualEncoder

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as both nets'
Encode = Callable[[Iterable[Shown]], Iterator[Vectors | ItemError]]
Tokens = Callable[[Sequence[str]], Any]


@dataclass(frozen=True, slots=True)
class Blend:
    """A checkpoint, or WiSE-FT's mean of two (arXiv 2109.01903), as upstream tests zero-shot.

    other: the checkpoint that the first was trained from, "" for none; share: of the first.
    """

    checkpoint: str
    other: str = ""
    share: float = 0.5


def weights_of(*checkpoints: str) -> tuple[Weights, ...]:
    """What is fetched for checkpoints: of those that are a public one's name."""
    return tuple(CHECKPOINTS[name] for name in checkpoints if name in CHECKPOINTS)


def check_checkpoints(*checkpoints: str) -> None:
    """Raise RequestError where one is neither a public one's name nor a file."""
    for name in checkpoints:
        if name and name not in CHECKPOINTS and not Path(name).exists():
            raise RequestError(
                f"[embed] checkpoint {name!r}: there is no such file; name one, or one of "
                f"{', '.join(CHECKPOINTS)}"
            )


def encoder(
    net: DualEncoder, blend: Blend, tokens: Tokens, cleaned: Callable[[str], str], *,
    place: Place, batch: int,
) -> Encode:  # fmt: skip
    """The worker. batch: clips at once."""
    check_checkpoints(blend.checkpoint, blend.other)
    _load(net, blend)
    net.requires_grad_(False).to(place.device, place.dtype).eval()

    def encode(clips: Iterable[Shown]) -> Iterator[Vectors | ItemError]:
        for some in in_batches(clips, batch):
            with alive():
                yield from _encoded(net, some, tokens, cleaned, place)

    return encode


def _load(net: DualEncoder, blend: Blend) -> None:
    from sakuga.models.weights import averaged, load

    load(net, _file(blend.checkpoint))
    if blend.other:
        trained = {name: value.clone() for name, value in net.state_dict().items()}
        load(net, _file(blend.other))
        net.load_state_dict(averaged(trained, net.state_dict(), blend.share))


def _file(checkpoint: str) -> Path:
    if not (public := weights_of(checkpoint)):
        return Path(checkpoint)
    return located(public[0]) / public[0].files[0]


def _encoded(
    net: DualEncoder,
    clips: Sequence[Shown],
    tokens: Tokens,
    cleaned: Callable[[str], str],
    place: Place,
) -> Iterator[Vectors]:
    import torch

    texts = [cleaned(clip.text) for clip in clips if clip.text is not None]
    with torch.inference_mode():
        seen = net.embed_video(_normalised(clips, place)).float().cpu().numpy()
        read: Iterator[Vector] = iter(
            net.embed_text(tokens(texts).to(place.device)).float().cpu().numpy() if texts else ()
        )
    for clip, vector in zip(clips, seen, strict=True):
        yield Vectors(vector, None if clip.text is None else next(read))


def _normalised(clips: Sequence[Shown], place: Place) -> Any:
    """(B, T, 3, H, W): RGB, ImageNet's mean and deviation."""
    import torch

    pixels = np.stack([np.stack(list(clip.pictures))[..., ::-1] for clip in clips])
    video = torch.from_numpy(np.ascontiguousarray(pixels)).to(place.device).permute(0, 1, 4, 2, 3)
    mean, deviation = (
        torch.tensor(each, device=place.device)[:, None, None] for each in (MEAN, DEVIATION)
    )
    return ((video.float() / 255 - mean) / deviation).to(place.dtype)
