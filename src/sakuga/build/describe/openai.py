"""Backend `openai`: any server that speaks OpenAI's chat completions (§3.1: ChatGPT).

OpenAI itself, vLLM, Ollama, llama.cpp, `transformers serve` and others, asked by OpenAI's own
client (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Gt

from sakuga.build.chat.question import Manner, Temperature, extra_of
from sakuga.build.chat.server import OPENAI, Server, server_of
from sakuga.build.describe import Scene, Written
from sakuga.build.describe.facts import messages_of
from sakuga.build.prompt import prompt_digest, read_prompt, unchanged_prompt
from sakuga.core.errors import ItemError
from sakuga.core.needs import Needs
from sakuga.core.recipe import where

ROOM = "describe"


@dataclass(frozen=True, slots=True)
class OpenAi:
    """model: as the server names it. prompt: a file with what it is told, empty: the room's own.

    temperature: 0 to 2, or "default" for models that take only their own. max_tokens: of an answer.
    extra: JSON of further fields of the request. For the rest see `sakuga.build.chat.server`: where
    and how fast is asked, and what it may cost; none of that is compared, so a server may move.
    """

    model: str = "gpt-4o-mini"
    temperature: Temperature = 0.0
    max_tokens: Annotated[int, Gt(0)] = 160
    extra: str = ""
    prompt_sha256: str = field(init=False)  # of its text

    prompt: str = where("")
    base_url: str = where(OPENAI)
    key_variable: str = where("")
    concurrency: Annotated[int, Gt(0)] = where(16)
    requests_per_minute: Annotated[float, Ge(0)] = where(0.0)
    tokens_per_minute: Annotated[float, Ge(0)] = where(0.0)
    budget: Annotated[int, Ge(0)] = where(0)
    attempts: Annotated[int, Gt(0)] = where(6)
    timeout: Annotated[float, Gt(0)] = where(60.0)
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

    def load(self) -> Callable[[Sequence[Scene]], Iterable[Written | ItemError]]:
        """The worker."""
        from sakuga.build.chat.asker import Asker

        server = self.server
        ask = Asker(server)
        prompt = unchanged_prompt(self.prompt, Path(__file__), self.prompt_sha256)
        manner = Manner(self.model, self.temperature, self.max_tokens, self.extra, server.official)

        def write(scenes: Sequence[Scene]) -> Iterator[Written | ItemError]:
            questions = [manner.ask(messages_of(scene, prompt)) for scene in scenes]
            for answer in ask(questions):
                if isinstance(answer, ItemError):
                    yield answer
                else:
                    yield Written(answer.text, answer.prompt_tokens, answer.completion_tokens)

        return write
