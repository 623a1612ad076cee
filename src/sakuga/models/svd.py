"""Stable Video Diffusion as diffusers publishes it: found, checked, opened (§4.2).

arXiv 2311.15127. The nets are diffusers' and transformers' own: a spatio-temporal UNet, an
autoencoder with a temporal decoder, CLIP's image tower. A folder in diffusers' layout, or the name
of a repository on the hub; or nets with random weights, in the public sizes (to measure what
training takes, with nothing downloaded) or tiny.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import nn

from sakuga.core.errors import RequestError
from sakuga.core.weights import fetch
from sakuga.models.public import SVD, SVD_FILES

PUBLIC = "svd"  # the public net's name in a profile
RANDOM, TINY = "random", "tiny"  # nets with random weights
SUBFOLDERS = ("unet", "vae", "image_encoder", "feature_extractor", "scheduler")

PUBLIC_VAE: dict[str, Any] = {
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "sample_size": 768,
}
PUBLIC_CLIP: dict[str, Any] = {
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_hidden_layers": 32,
    "num_attention_heads": 16,
    "patch_size": 14,
    "projection_dim": 1024,
    "hidden_act": "gelu",
}
# 64 where a net begins and ends: of 32 groups of one channel each, a norm leaves no brightness.
TINY_UNET: dict[str, Any] = {
    "sample_size": 24,
    "down_block_types": ("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
    "up_block_types": ("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
    "block_out_channels": (64, 64),
    "addition_time_embed_dim": 32,
    "projection_class_embeddings_input_dim": 96,
    "layers_per_block": 1,
    "cross_attention_dim": 32,
    "num_attention_heads": 2,
    "num_frames": 8,
}
TINY_VAE: dict[str, Any] = {
    "down_block_types": ("DownEncoderBlock2D",) * 3,
    "block_out_channels": (64, 32, 64),
    "layers_per_block": 1,
    "sample_size": 64,
}
TINY_CLIP: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "patch_size": 56,
    "projection_dim": 32,
}
EULER: dict[str, Any] = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "timestep_type": "continuous",
    "timestep_spacing": "leading",
    "steps_offset": 1,
    "use_karras_sigmas": True,
    "sigma_min": 0.002,
    "sigma_max": 700.0,
}


@dataclass(frozen=True, slots=True)
class Parts:
    """The nets, open, in fp32. folder: where they lie; None where they are random."""

    unet: Any
    vae: Any
    image_encoder: Any
    feature_extractor: Any
    scheduler: Any
    folder: Path | None

    @property
    def shrink(self) -> int:
        """Pixels of a picture for one of its latent, along a side."""
        return 2 ** (len(self.vae.config.block_out_channels) - 1)

    @property
    def embedding(self) -> int:
        """Length of the vector that CLIP makes of a picture."""
        return int(self.image_encoder.config.projection_dim)

    def pipeline(self) -> Any:
        """diffusers' pipeline of these very nets; makes no copy."""
        with quiet():
            made = _kinds()["pipeline"](**{name: getattr(self, name) for name in SUBFOLDERS})
        made.set_progress_bar_config(disable=True)
        return made

    def frozen(self) -> tuple[nn.Module, nn.Module]:
        """What never learns: the autoencoder and the image tower, told so."""
        for net in (self.vae, self.image_encoder):
            net.requires_grad_(False).eval()
        return self.vae, self.image_encoder


def folder_of(start: str, wanted_by: str) -> Path | None:
    """Where the nets lie, fetched if they are not there; None for those with random weights.

    Raises RequestError: what is missing, and where a gated repository's terms are accepted.
    """
    if start in (RANDOM, TINY):
        return None
    if start == PUBLIC:
        return fetch(SVD, wanted_by)
    if start.count("/") == 1 and not Path(start).expanduser().exists() and start[0] not in "./~":
        named = dataclasses.replace(SVD, repo=start, revision="main", gated=False)
        try:
            return fetch(named, wanted_by)
        except RequestError as error:
            raise RequestError(f"{error}. There is no folder {start} here") from error
    if not Path(start).expanduser().is_dir():
        raise RequestError(
            f"{wanted_by} = {start!r}: no such folder; name one in diffusers' layout, "
            f"a repository, or one of {PUBLIC}, {RANDOM}, {TINY}"
        )
    return fetch(dataclasses.replace(SVD, repo=start), wanted_by)


def opened(start: str, seed: int = 0, wanted_by: str = "net.start") -> Parts:
    """The nets of `start`, in fp32 on the CPU; random ones are the same for the same seed."""
    folder = folder_of(start, wanted_by)
    if folder is None:
        return drawn(start, seed)
    try:
        with quiet():
            kinds = _kinds()
            made = {n: kinds[n].from_pretrained(folder, subfolder=n) for n in SUBFOLDERS}
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise RequestError(f"{wanted_by}: {folder} can't be opened: {first}") from error
    _check_whole(made, folder, wanted_by)
    for each in made.values():
        if isinstance(each, nn.Module):
            each.float()
    return Parts(**made, folder=folder)


def _check_whole(made: dict[str, Any], folder: Path, wanted_by: str) -> None:
    """The libraries make up the tensors that a file lacks; such a net draws noise."""
    for name, file in SVD_FILES.items():
        if not (folder / file).exists():
            continue  # in several files: from_pretrained reads their index
        with safe_open(folder / file, "pt") as opened:
            there = set(opened.keys())
        if lacking := sorted(made[name].state_dict().keys() - there):
            raise RequestError(
                f"{wanted_by}: {folder / file} lacks {len(lacking)} tensors, {lacking[0]} "
                "among them: fetch it again"
            )


def drawn(sizes: str, seed: int) -> Parts:
    """Nets with random weights: `random` in the public sizes, `tiny` in small ones."""
    with torch.random.fork_rng([]), quiet():
        torch.manual_seed(seed)
        bare, kinds = drawn_nets(sizes), _kinds()
        return dataclasses.replace(
            bare,
            feature_extractor=kinds["feature_extractor"](
                crop_size=224, size={"shortest_edge": 224}
            ),
            scheduler=kinds["scheduler"](**EULER),
        )


def drawn_nets(sizes: str) -> Parts:
    """Those of `drawn` that have weights; on torch's current device."""
    from transformers import CLIPVisionConfig

    tiny, kinds = sizes == TINY, _kinds()
    vae, clip = (TINY_VAE, TINY_CLIP) if tiny else (PUBLIC_VAE, PUBLIC_CLIP)
    return Parts(
        # What diffusers builds unless told otherwise is the public net.
        unet=kinds["unet"](**(TINY_UNET if tiny else {"sample_size": 96})),
        vae=kinds["vae"](**vae),
        image_encoder=kinds["image_encoder"](CLIPVisionConfig(image_size=224, **clip)),
        feature_extractor=None,
        scheduler=None,
        folder=None,
    )


def alike(folder: Path) -> Parts:
    """As `drawn_nets`, in the sizes of the nets in a folder."""
    from transformers import CLIPVisionConfig

    with quiet():
        kinds = _kinds()
        unet, vae = (
            kinds[name].from_config(kinds[name].load_config(folder, subfolder=name))
            for name in ("unet", "vae")
        )
        seen = CLIPVisionConfig.from_pretrained(folder, subfolder="image_encoder")
        return Parts(unet, vae, kinds["image_encoder"](seen), None, None, None)


def dimensions(start: str) -> tuple[int, int, int]:
    """Channels of a latent, pixels for one of it along a side, length of CLIP's vector."""
    folder = None if start == PUBLIC else folder_of(start, "net.start")
    if folder is None:
        vae, clip = (TINY_VAE, TINY_CLIP) if start == TINY else (PUBLIC_VAE, PUBLIC_CLIP)
    else:
        vae, clip = (
            json.loads((folder / name / "config.json").read_text(encoding="utf-8"))
            for name in ("vae", "image_encoder")
        )
    shrink = 2 ** (len(vae["block_out_channels"]) - 1)
    return vae.get("latent_channels", 4), shrink, clip["projection_dim"]


def _kinds() -> dict[str, Any]:
    """The class of each part; imported here, since transformers talks while it is imported."""
    diffusers, transformers = (importlib.import_module(n) for n in ("diffusers", "transformers"))
    with quiet():
        return {
            "pipeline": diffusers.StableVideoDiffusionPipeline,
            "unet": diffusers.UNetSpatioTemporalConditionModel,
            "vae": diffusers.AutoencoderKLTemporalDecoder,
            "image_encoder": transformers.CLIPVisionModelWithProjection,
            "feature_extractor": transformers.CLIPImageProcessor,
            "scheduler": diffusers.EulerDiscreteScheduler,
        }


@contextmanager
def quiet() -> Generator[None]:
    """Without the bars and advice of diffusers, transformers and bitsandbytes while they load; what
    libraries that they bring in say on stdout goes to stderr."""
    eight_bits = logging.getLogger("bitsandbytes")
    with redirect_stdout(sys.stderr):
        names = ("diffusers.utils.logging", "transformers.utils.logging")
        logs = [importlib.import_module(name) for name in names]
        before = [(log.get_verbosity(), log.is_progress_bar_enabled()) for log in logs]
        heard = eight_bits.level
        eight_bits.setLevel(logging.ERROR)
        for log in logs:
            log.set_verbosity_error()
            log.disable_progress_bar()
        try:
            yield
        finally:
            eight_bits.setLevel(heard)
            for log, (level, shown) in zip(logs, before, strict=True):
                log.set_verbosity(level)
                if shown:
                    log.enable_progress_bar()
