"""Backend `vlm`: one caption of all of a clip's samples, by any server that sees pictures.

Asked as OpenAI's chat completions are, by OpenAI's own client (Apache-2.0): vLLM, Ollama,
llama.cpp, OpenAI itself and others.

Differs from the paper: §3.1 captions each sample by itself; a model that sees them together can
tell what happens.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt

from sakuga.build.caption import Said
from sakuga.build.caption.moments import shown
from sakuga.build.chat.question import Manner, Question, Temperature, extra_of
from sakuga.build.chat.server import Server, server_of
from sakuga.build.prompt import prompt_digest, read_prompt, unchanged_prompt
from sakuga.core.errors import ItemError
from sakuga.core.images import Picture, to_jpeg
from sakuga.core.needs import Needs
from sakuga.core.recipe import where

ROOM = "caption"


@dataclass(frozen=True, slots=True)
class Vlm:
    """model: as the server names it. prompt: a file with what it is told, empty: the room's own.

    most_images: of a clip. side: pixels of a picture's longer side, at most. temperature: 0 to 2,
    or "default" for models that take only their own. max_tokens: of an answer. extra: JSON of
    further fields of the request. For the rest see `sakuga.build.chat.server`: where and how fast
    is asked, and what it may cost; none of that is compared, so a server may move.
    """

    model: str = "Qwen/Qwen3-VL-4B-Instruct"
    most_images: Annotated[int, Gt(0)] = 8
    side: Annotated[int, Gt(0)] = 768
    temperature: Temperature = 0.0
    max_tokens: Annotated[int, Gt(0)] = 256
    extra: str = ""
    prompt_sha256: str = field(init=False)  # of its text

    prompt: str = where("")
    base_url: str = where("http://localhost:8000/v1")
    key_variable: str = where("")
    concurrency: Annotated[int, Gt(0)] = where(16)
    requests_per_minute: Annotated[float, Ge(0)] = where(0.0)
    tokens_per_minute: Annotated[float, Ge(0)] = where(0.0)
    budget: Annotated[int, Ge(0)] = where(0)
    attempts: Annotated[int, Gt(0)] = where(6)
    timeout: Annotated[float, Gt(0)] = where(120.0)
    first_wait: Annotated[float, Ge(0)] = where(1.0)
    longest_wait: Annotated[float, Ge(0)] = where(120.0)
    cache: str = where("")

    def __post_init__(self) -> None:
        text = read_prompt(self.prompt, Path(__file__))
        object.__setattr__(self, "prompt_sha256", prompt_digest(text))
        extra_of(self.extra)

    @property
    def needs(self) -> Needs:
        """The client; alone, since what is spent is counted in one process."""
        return Needs(extra="describe", modules=("openai",), alone=True)

    @property
    def server(self) -> Server:
        """Where it asks."""
        return server_of(self, ROOM)

    def check(self) -> None:
        """The server answers, and to this key. Raises RequestError."""
        self.server.check()

    def load(self) -> Callable[[Sequence[Sequence[Picture]]], Iterator[Said]]:
        """The worker."""
        from sakuga.build.chat.asker import Asker

        server = self.server
        ask = Asker(server)
        prompt = unchanged_prompt(self.prompt, Path(__file__), self.prompt_sha256)
        manner = Manner(self.model, self.temperature, self.max_tokens, self.extra, server.official)

        def question(clip: Sequence[Picture]) -> Question | ItemError:
            try:
                return manner.ask(messages_of(shown(clip, self.most_images, self.side), prompt))
            except ItemError as error:
                return error

        def say(clips: Sequence[Sequence[Picture]]) -> Iterator[Said]:
            asked = [question(clip) for clip in clips]
            answers = iter(ask([one for one in asked if isinstance(one, Question)]))
            for one in asked:
                answer = one if isinstance(one, ItemError) else next(answers)
                yield answer if isinstance(answer, ItemError) else [answer.text]

        return say


def messages_of(pictures: Sequence[Picture], prompt: str) -> list[dict[str, Any]]:
    """The message of one question: the pictures in the order of time, and what to do."""
    parts: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": _inline(picture)}} for picture in pictures
    ]
    return [{"role": "user", "content": [*parts, {"type": "text", "text": prompt}]}]


def _inline(picture: Picture) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(to_jpeg(picture)).decode()
