"""Backend `blip2`: a caption of every sample by BLIP-2 (§3.1), by transformers.

Upstream on the Hugging Face hub: Salesforce/blip2-opt-2.7b (MIT; the OPT model in it has its own
licence, for research alone). Searched with five beams and at most 30 tokens, as its authors'
own code captions; §3.1 does not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Gt

from sakuga.build.caption import Said
from sakuga.build.local_model import generated, in_batches, opened, placed, preparer, quiet
from sakuga.core.errors import BadOutput, ItemError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.pulse import alive
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located

FILES = ("*.j[is]*", "*.safetensors")  # .json, and .jinja where there is one
Seen = tuple[int, Picture]  # which clip, and one of its samples


@dataclass(frozen=True, slots=True)
class Blip2:
    """repo: on the hub, or a folder. prompt: what the caption continues, such as "a cartoon of".

    beams: how many are searched, 1 is greedy. longest: tokens. batch: pictures at once.
    """

    repo: str = "Salesforce/blip2-opt-2.7b"
    revision: str = "59a1ef6c1e5117b3f65523d1c6066825bcf315e3"
    prompt: str = ""
    beams: Annotated[int, Gt(0)] = 5
    longest: Annotated[int, Gt(0)] = 30
    batch: Annotated[int, Gt(0)] = where(8)
    device: Literal["auto", "cpu", "cuda"] = where("auto")
    precision: Literal["auto", "float32", "bfloat16", "float16"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights; alone, for they are large."""
        modules = ("torch", "transformers", "PIL")
        return Needs("caption", modules, (self.weights,), alone=True)

    @property
    def weights(self) -> Weights:
        """What is fetched."""
        return Weights(self.repo, self.revision, FILES, 15_000)

    def load(self) -> Callable[[Sequence[Sequence[Picture]]], list[Said]]:
        """The worker."""
        captions = _captions_of(self)

        def say(clips: Sequence[Sequence[Picture]]) -> list[Said]:
            unseen: dict[int, ItemError] = {}
            texts: list[list[str]] = [[] for _ in clips]
            for some in in_batches(_opened(clips, unseen), self.batch):
                with alive():
                    said = captions([picture for _, picture in some])
                for (clip, _), text in zip(some, said, strict=True):
                    if isinstance(text, ItemError):
                        unseen.setdefault(clip, text)
                    else:
                        texts[clip].append(text)
            return [unseen.get(clip, own) for clip, own in enumerate(texts)]

        return say


def _opened(clips: Sequence[Sequence[Picture]], unseen: dict[int, ItemError]) -> Iterator[Seen]:
    """Every picture of every clip; a clip with one that is no image goes to `unseen` instead."""
    for number, clip in enumerate(clips):
        try:
            pictures = list(clip)
        except ItemError as error:
            unseen[number] = error
            continue
        yield from ((number, picture) for picture in pictures)


def _captions_of(recipe: Blip2) -> Callable[[Sequence[Picture]], list[str | ItemError]]:
    """BGR pictures to their captions. Pictures are prepared as the repository's own files say."""
    from transformers import AutoTokenizer, Blip2ForConditionalGeneration

    quiet()
    folder = located(recipe.weights)
    place = placed(recipe.device, recipe.precision)
    prepare = preparer(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = opened(Blip2ForConditionalGeneration, folder, place)
    start = _start(model.config, tokenizer, recipe.prompt)

    def captions(pictures: Sequence[Picture]) -> list[str | ItemError]:
        pixels = prepare(pictures)["pixel_values"]
        inputs = {
            "pixel_values": pixels.to(place.device, place.dtype),
            "input_ids": start.repeat(len(pictures), 1).to(place.device),
        }
        prompt = start.shape[1]
        said = generated(model, tokenizer, inputs, prompt, recipe.longest, recipe.beams)
        return [BadOutput("the model computes NaN") if s.broken else s.text for s in said]

    return captions


def _start(config: Any, tokenizer: Any, prompt: str) -> Any:
    """The tokens (1, P) before the caption: a place for each of the picture's, then the prompt.

    Older revisions name no such token: then it is the first that the tokenizer leaves free, whose
    own meaning is never looked at.
    """
    import torch

    if config.image_token_index is None:
        config.image_token_index = len(tokenizer)
    places = [config.image_token_index] * config.num_query_tokens
    words = tokenizer(prompt, add_special_tokens=False)["input_ids"] if prompt else []
    return torch.tensor([[*places, config.text_config.bos_token_id, *words]])
