"""Keyframes from an image prompt, by Stable Video Diffusion through diffusers' pipeline (§4.2).

arXiv 2311.15127. Upstream: stabilityai/stable-video-diffusion-img2vid on the Hugging Face hub,
gated and under a licence of Stability AI's own; or a folder that `sakuga train svd` wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from math import lcm
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
from annotated_types import Ge, Interval
from numpy.typing import NDArray

from sakuga.core.errors import BadOutput, RequestError
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.generate.identity import Model, identified
from sakuga.generate.lora import file_of
from sakuga.generate.pictures import Picture
from sakuga.models.svd_format import Format, Kind

MODULES = (
    "accelerate",
    "diffusers",
    "huggingface_hub",
    "PIL",
    "safetensors",
    "torch",
    "transformers",
)
Precision = Literal["auto", "float32", "bfloat16", "float16"]
Stepped = Callable[[], None]
"""Told after each step of denoising."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """keyframes: (K, H, W, 3) uint8 RGB. notes: what went otherwise than it should."""

    keyframes: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


class Draw(Protocol):
    """The worker."""

    @property
    def recipe(self) -> Svd:
        """How it draws, with nothing left to choose."""
        ...

    @property
    def format(self) -> Format:
        """How many keyframes of what size; the recipe's own five fields."""
        ...

    @property
    def model(self) -> Model:
        """What draws."""
        ...

    @property
    def kind(self) -> Kind:
        """What frames it learned from, and so what it draws."""
        ...

    def __call__(self, picture: Picture, stepped: Stepped = ..., /) -> Drawn:
        """A picture of the format's size to its keyframes; raises BadOutput where they are none."""
        ...


@dataclass(frozen=True, slots=True)
class Svd:
    """How keyframes are drawn.

    model: `svd` for the public one, a repository, or a folder (also a run's). lora: a file, or a
    folder as peft leaves it, to add to it lora_scale times. keyframes of width x height, and fps
    and motion_bucket, which the net is told: None is as the model was trained, or as in §5 where it
    does not say. guidance goes evenly from the first keyframe's to the last's, noise_aug is the
    noise on the prompt: both as upstream's pipeline has them. chunk: keyframes decoded at once, 0
    all; fewer take less memory and may flicker. The same seed gives every picture the same noise.
    """

    name: ClassVar[str] = "generate"
    version: ClassVar[int] = 1

    model: str = "svd"
    lora: str = ""
    lora_scale: float = 1.0
    seed: Annotated[int, Interval(ge=0, lt=2**63)] = 0
    width: Annotated[int, Ge(16)] | None = None
    height: Annotated[int, Ge(16)] | None = None
    keyframes: Annotated[int, Interval(ge=1, le=64)] | None = None
    steps: Annotated[int, Ge(1)] = 25
    guidance_min: Annotated[float, Ge(0)] = 1.0
    guidance_max: Annotated[float, Ge(0)] = 3.0
    fps: Annotated[int, Ge(1)] | None = None
    motion_bucket: Annotated[int, Interval(ge=0, le=255)] | None = None
    noise_aug: Annotated[float, Ge(0)] = 0.02
    chunk: Annotated[int, Ge(0)] = 0
    precision: Precision = "auto"
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages; the weights are found, or fetched, by `load`."""
        return Needs("svd", MODULES)

    def load(self) -> Draw:
        """The worker. Raises RequestError where the model or the file of LoRA can't be had, or
        draws no pictures of that size."""
        import torch

        from sakuga.generate.format import trained
        from sakuga.generate.lora import merge
        from sakuga.models.svd import opened, quiet

        _check_guidance(self)
        device, precision = placed(self.device, self.precision)
        lora = file_of(self.lora) if self.lora else None
        parts = opened(_place(self.model), wanted_by="generate.model")
        learned = trained(parts.unet.config, parts.folder, lora)
        format = _settled(self, learned.format)
        _check_size(format, parts.shrink)
        if lora:
            merge(parts.unet, lora, self.lora_scale)
        with quiet():
            pipeline = parts.pipeline().to(device, getattr(torch, precision))
        recipe = replace(self, precision=precision, **asdict(format))
        model = identified(self.model, parts.folder, lora)
        return _Drawer(pipeline, recipe, format, model, learned.kind)


def _unheard() -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Drawer:
    pipeline: Any
    recipe: Svd
    format: Format
    model: Model
    kind: Kind

    def __call__(self, picture: Picture, stepped: Stepped = _unheard, /) -> Drawn:
        import torch

        try:
            with torch.inference_mode():
                return _drawn(self.pipeline, self.recipe, self.format, picture, stepped)
        except torch.OutOfMemoryError as error:
            what = str(error).splitlines()[0]
            raise MemoryError(
                f"{what} Set generate.chunk=1, fewer keyframes, or generate.device=cpu"
            ) from None


def placed(device: str, precision: Precision) -> tuple[Any, Precision]:
    """torch's device and the name of its numbers; auto: bfloat16 on CUDA, float32 else. Raises
    RequestError where CUDA is asked for and not there."""
    import torch

    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise RequestError("generate.device = 'cuda': PyTorch finds none; or use 'cpu'")
    on_cuda = there and device != "cpu"
    name = precision if precision != "auto" else "bfloat16" if on_cuda else "float32"
    return torch.device("cuda" if on_cuda else "cpu"), name


def _place(model: str) -> str:
    """The model's folder: itself, or the pipeline in what a run of `train svd` left. Raises
    RequestError where a run left none."""
    folder = Path(model).expanduser()
    if not folder.is_dir() or (folder / "model_index.json").is_file():
        return model
    if (folder / "pipeline" / "model_index.json").is_file():
        return str(folder / "pipeline")
    if file_of(model) != folder:
        raise RequestError(
            f"generate.model = {model!r}: adapters alone; name them with --lora, and with --model "
            "the model that they were trained on"
        )
    if (folder / "checkpoints").is_dir():
        raise RequestError(
            f"generate.model = {model!r}: a run that is not finished; go on with `sakuga train svd`"
        )
    return model


def _check_guidance(recipe: Svd) -> None:
    """diffusers asks the last alone whether there is any, and then the largest."""
    if recipe.guidance_max < recipe.guidance_min:
        raise RequestError(
            f"generate.guidance_max = {recipe.guidance_max:g}: must not be under "
            f"guidance_min, {recipe.guidance_min:g}"
        )


def _settled(recipe: Svd, otherwise: Format) -> Format:
    """What the recipe asks for; what it leaves open is as otherwise."""
    own = {name: getattr(recipe, name) for name in asdict(otherwise)}
    return replace(otherwise, **{name: value for name, value in own.items() if value is not None})


def _check_size(format: Format, shrink: int) -> None:
    """diffusers' pipeline takes multiples of 8, of which each latent stands for `shrink`."""
    step = lcm(8, shrink)
    for name in ("width", "height"):
        if (side := getattr(format, name)) % step:
            near = max(step, round(side / step) * step)
            raise RequestError(
                f"generate.{name} = {side}: this model draws in multiples of {step}; use {near}"
            )


def _drawn(pipeline: Any, recipe: Svd, format: Format, picture: Picture, stepped: Stepped) -> Drawn:
    import torch
    from PIL import Image

    if picture.shape != (format.height, format.width, 3):
        raise ValueError(f"picture is {picture.shape}, not ({format.height}, {format.width}, 3)")

    def checked(_: Any, step: int, __: Any, made: dict[str, Any]) -> dict[str, Any]:
        stepped()
        if not bool(torch.isfinite(made["latents"]).all()):
            raise BadOutput(
                f"the net gave NaN at step {step + 1} of {recipe.steps}: draw with "
                "--set generate.precision=float32, or check the model's weights"
            )
        return made

    latents = pipeline(
        Image.fromarray(picture),
        height=format.height, width=format.width, num_frames=format.keyframes,
        num_inference_steps=recipe.steps,
        min_guidance_scale=recipe.guidance_min, max_guidance_scale=recipe.guidance_max,
        fps=format.fps, motion_bucket_id=format.motion_bucket,
        noise_aug_strength=recipe.noise_aug,
        generator=torch.Generator().manual_seed(recipe.seed),  # on the CPU: alike on any device
        output_type="latent", callback_on_step_end=checked,
    ).frames  # fmt: skip
    return _decoded(pipeline, latents, recipe.chunk or format.keyframes)


def _decoded(pipeline: Any, latents: Any, chunk: int) -> Drawn:
    """Latents as pictures. Where half numbers overflow in the decoder, again in whole ones: in
    diffusers' own pipeline such keyframes come out black."""
    import torch

    notes: list[str] = []
    count = latents.shape[1]
    pixels = pipeline.decode_latents(latents, count, chunk)
    before = pipeline.vae.dtype
    if not bool(torch.isfinite(pixels).all()) and before != torch.float32:
        notes.append(f"the decoder gave NaN in {before}: decoded again in float32")
        pipeline.vae.to(torch.float32)
        pixels = pipeline.decode_latents(latents.float(), count, chunk)
        pipeline.vae.to(before)
    if not bool(torch.isfinite(pixels).all()):
        raise BadOutput("the decoder gave NaN, in float32 too: check the model's weights")
    shown = ((pixels[0].permute(1, 2, 3, 0) / 2 + 0.5).clamp(0, 1) * 255).round()
    keyframes = shown.to(torch.uint8).cpu().numpy()
    if keyframes.min() == keyframes.max():
        notes.append("every keyframe is of one colour: check the model's weights")
    return Drawn(keyframes, tuple(notes))
