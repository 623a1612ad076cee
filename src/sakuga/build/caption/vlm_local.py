"""Backend `vlm-local`: one caption of all of a clip's samples by Qwen3-VL, by transformers.

Upstream on the Hugging Face hub: Qwen/Qwen3-VL-4B-Instruct (Apache-2.0), or another of its family
(Qwen2-VL and later): a model that counts a picture's tokens by a grid of patches. Its processor
wants torchvision for films alone; pictures need it not, so its parts are used by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Gt

from sakuga.build.caption import Said
from sakuga.build.caption.moments import shown
from sakuga.build.chat.answer import judged
from sakuga.build.local_model import Said as Spoken
from sakuga.build.local_model import generated, in_batches, opened, placed, preparer, quiet
from sakuga.build.prompt import prompt_digest, read_prompt, unchanged_prompt
from sakuga.core.errors import BadOutput, ItemError, RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.pulse import alive
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located

FILES = ("*.j[is]*", "*.safetensors")  # .json, and .jinja where there is one
Pictures = list[Picture]
Prepare = Callable[[Sequence[Picture]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class VlmLocal:
    """repo: on the hub, or a folder. prompt: a file with what it is told, empty: the room's own.

    most_images: of a clip. side: pixels of a picture's longer side, at most. longest: tokens of an
    answer. batch: clips at once.
    """

    repo: str = "Qwen/Qwen3-VL-4B-Instruct"
    revision: str = "ebb281ec70b05090aa6165b016eac8ec08e71b17"
    most_images: Annotated[int, Gt(0)] = 8
    side: Annotated[int, Gt(0)] = 768
    longest: Annotated[int, Gt(0)] = 256
    prompt_sha256: str = field(init=False)  # of its text

    prompt: str = where("")
    batch: Annotated[int, Gt(0)] = where(2)
    device: Literal["auto", "cpu", "cuda"] = where("auto")
    precision: Literal["auto", "float32", "bfloat16", "float16"] = where("auto")

    def __post_init__(self) -> None:
        text = read_prompt(self.prompt, Path(__file__))
        object.__setattr__(self, "prompt_sha256", prompt_digest(text))

    @property
    def needs(self) -> Needs:
        """Packages and weights; alone, for they are large."""
        modules = ("torch", "transformers", "PIL", "jinja2")
        return Needs("caption", modules, (self.weights,), alone=True)

    @property
    def weights(self) -> Weights:
        """What is fetched."""
        return Weights(self.repo, self.revision, FILES, 8_900)

    def load(self) -> Callable[[Sequence[Sequence[Picture]]], list[Said]]:
        """The worker."""
        captions = _captions_of(self)

        def say(clips: Sequence[Sequence[Picture]]) -> list[Said]:
            said: list[Said] = []
            for some in in_batches(clips, self.batch):
                opened = [self._opened(clip) for clip in some]
                with alive():
                    told = iter(captions([one for one in opened if not isinstance(one, ItemError)]))
                said += [one if isinstance(one, ItemError) else next(told) for one in opened]
            return said

        return say

    def _opened(self, clip: Sequence[Picture]) -> Pictures | ItemError:
        try:
            return shown(clip, self.most_images, self.side)
        except ItemError as error:
            return error


def _captions_of(recipe: VlmLocal) -> Callable[[Sequence[Pictures]], list[Said]]:
    """Clips of BGR pictures to their captions."""
    from transformers import AutoModelForImageTextToText, AutoTokenizer

    quiet()
    prompt = unchanged_prompt(recipe.prompt, Path(__file__), recipe.prompt_sha256)
    folder = located(recipe.weights)
    place = placed(recipe.device, recipe.precision)
    _refuse_others(folder, recipe.repo)
    prepare = preparer(folder)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = opened(AutoModelForImageTextToText, folder, place)

    def captions(clips: Sequence[Pictures]) -> list[Said]:
        if not clips:
            return []
        inputs = inputs_of(clips, prompt, prepare, tokenizer, model.config)
        inputs = {name: value.to(place.device) for name, value in inputs.items()}
        inputs["pixel_values"] = inputs["pixel_values"].to(place.dtype)
        length = inputs["input_ids"].shape[1]
        return [
            _caption(one) for one in generated(model, tokenizer, inputs, length, recipe.longest)
        ]

    return captions


def _refuse_others(folder: Path, repo: str) -> None:
    """Raise RequestError unless pictures are prepared as Qwen's vision family does."""
    file = folder / "preprocessor_config.json"
    kind = json.loads(file.read_bytes()).get("image_processor_type", "") if file.exists() else ""
    if not kind.startswith("Qwen2VLImageProcessor"):
        raise RequestError(
            f"[caption] {repo} is no model of Qwen's vision family: name one, or serve it with "
            'vLLM and set use = "vlm"'
        )


def _caption(one: Spoken) -> Said:
    if one.broken:
        return BadOutput("the model computes NaN")
    try:
        return [judged(one.text, cut=not one.ended)]
    except ItemError as error:
        return error


def inputs_of(
    clips: Sequence[Pictures], prompt: str, prepare: Prepare, tokenizer: Any, config: Any
) -> dict[str, Any]:
    """What the model takes: each picture's mark in the text is written once per token of it."""
    image, merged = config.image_token_id, config.vision_config.spatial_merge_size**2
    pixels = prepare([picture for clip in clips for picture in clip])
    counts = iter((pixels["image_grid_thw"].prod(1) // merged).tolist())
    mark = tokenizer.convert_ids_to_tokens(image)
    texts: list[str] = []
    for clip in clips:
        start, *rest = _chat(tokenizer, len(clip), prompt).split(mark)
        texts.append(start + "".join(mark * next(counts) + text for text in rest))
    tokens = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    kinds = (tokens["input_ids"] == image).long()  # 1 where a picture's token stands
    return {**tokens, "mm_token_type_ids": kinds, **pixels}


def _chat(tokenizer: Any, pictures: int, prompt: str) -> str:
    content = [*({"type": "image"} for _ in range(pictures)), {"type": "text", "text": prompt}]
    message = {"role": "user", "content": content}
    return tokenizer.apply_chat_template([message], tokenize=False, add_generation_prompt=True)
