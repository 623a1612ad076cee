"""Backend `local`: descriptions by a language model of transformers, in this process (§3.1).

Upstream on the Hugging Face hub: Qwen/Qwen3-4B-Instruct-2507 (Apache-2.0), or any causal language
model with a chat template.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Gt

from sakuga.build.chat.answer import judged
from sakuga.build.describe import Scene, Written
from sakuga.build.describe.facts import messages_of
from sakuga.build.local_model import Said, generated, in_batches, opened, placed, quiet
from sakuga.build.prompt import prompt_digest, read_prompt, unchanged_prompt
from sakuga.core.errors import BadOutput, ItemError, RequestError
from sakuga.core.needs import Needs
from sakuga.core.pulse import alive
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located

FILES = ("*.j[is]*", "*.safetensors")  # .json, and .jinja where there is one


@dataclass(frozen=True, slots=True)
class Local:
    """repo: on the hub, or a folder. prompt: a file with what it is told, empty: the room's own.

    longest: tokens of an answer. batch: scenes at once.
    """

    repo: str = "Qwen/Qwen3-4B-Instruct-2507"
    revision: str = "cdbee75f17c01a7cc42f958dc650907174af0554"
    longest: Annotated[int, Gt(0)] = 160
    prompt_sha256: str = field(init=False)  # of its text

    prompt: str = where("")
    batch: Annotated[int, Gt(0)] = where(8)
    device: Literal["auto", "cpu", "cuda"] = where("auto")
    precision: Literal["auto", "float32", "bfloat16", "float16"] = where("auto")

    def __post_init__(self) -> None:
        text = read_prompt(self.prompt, Path(__file__))
        object.__setattr__(self, "prompt_sha256", prompt_digest(text))

    @property
    def needs(self) -> Needs:
        """Packages and weights; alone, for they are large."""
        modules = ("torch", "transformers", "jinja2")
        return Needs("describe-local", modules, (self.weights,), alone=True)

    @property
    def weights(self) -> Weights:
        """What is fetched."""
        return Weights(self.repo, self.revision, FILES, 8_100)

    def load(self) -> Callable[[Sequence[Scene]], list[Written | ItemError]]:
        """The worker."""
        tell = _teller(self)
        prompt = unchanged_prompt(self.prompt, Path(__file__), self.prompt_sha256)

        def write(scenes: Sequence[Scene]) -> list[Written | ItemError]:
            messages = [messages_of(scene, prompt) for scene in scenes]
            alike = sorted(range(len(scenes)), key=lambda i: len(messages[i][-1]["content"]))
            written: dict[int, Written | ItemError] = {}
            for some in in_batches(alike, self.batch):  # of like length: little is padded
                with alive():
                    written |= zip(some, tell([messages[i] for i in some]), strict=True)
            return [written[i] for i in range(len(scenes))]

        return write


def _teller(recipe: Local) -> Callable[[Sequence[list[dict[str, Any]]]], list[Written | ItemError]]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    quiet()
    folder = located(recipe.weights)
    place = placed(recipe.device, recipe.precision)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")
    if tokenizer.chat_template is None:
        raise RequestError(
            f"[describe] {recipe.repo} has no chat template: name a model that is made to be told "
            "what to do, such as Qwen/Qwen3-4B-Instruct-2507"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = opened(AutoModelForCausalLM, folder, place)

    def tell(asked: Sequence[list[dict[str, Any]]]) -> list[Written | ItemError]:
        texts = [
            tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
            )
            for messages in asked
        ]
        tokens = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        inputs = {name: value.to(place.device) for name, value in tokens.items()}
        length = inputs["input_ids"].shape[1]
        prompts = inputs["attention_mask"].sum(1).tolist()
        said = generated(model, tokenizer, inputs, length, recipe.longest)
        return [_written(one, prompt) for one, prompt in zip(said, prompts, strict=True)]

    return tell


def _written(one: Said, prompt: int) -> Written | ItemError:
    if one.broken:
        return BadOutput("the model computes NaN")
    try:
        return Written(judged(one.text, cut=not one.ended), prompt, one.tokens)
    except ItemError as error:
        return error
