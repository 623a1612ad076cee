"""One question: the JSON that is sent, and the most that it may cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from annotated_types import Interval

from sakuga.core.errors import RequestError

IMAGE_TOKENS = 1500  # about what a picture of a thousand pixels costs at most
Body = dict[str, Any]  # a chat completion's JSON
Temperature = (
    Annotated[float, Interval(ge=0, le=2)] | Literal["default"]
)  # some models take no other than their own


@dataclass(frozen=True, slots=True)
class Question:
    """body: what is sent. most: tokens that it may cost, the answer's included; an estimate."""

    body: Body
    most: int


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model is to answer; part of a recipe, since answers depend on it.

    extra: JSON of further fields of the request, such as '{"reasoning_effort": "low"}'.
    """

    model: str
    temperature: Temperature
    max_tokens: int
    extra: str
    official: bool  # OpenAI's own server has another name for the limit

    def ask(self, messages: Sequence[dict[str, Any]]) -> Question:
        """The question that these messages are."""
        body: Body = {"model": self.model, "messages": list(messages)}
        if self.temperature != "default":
            body["temperature"] = self.temperature
        body["max_completion_tokens" if self.official else "max_tokens"] = self.max_tokens
        return Question(body | extra_of(self.extra), _cost(messages) + self.max_tokens)


def extra_of(extra: str) -> dict[str, Any]:
    """The further fields. Raises RequestError where they are no JSON object."""
    if not extra:
        return {}
    try:
        fields = json.loads(extra)
    except ValueError as error:
        raise RequestError(f"extra = {extra!r} is no JSON: {error}") from error
    if not isinstance(fields, dict) or {"model", "messages", "stream", "n"} & fields.keys():
        raise RequestError(
            f"extra = {extra!r}: must be a JSON object, without model, messages, stream and n"
        )
    return cast("dict[str, Any]", fields)


def harmless(body: Body) -> Body:
    """A question to the same model that nothing can be wrong with."""
    return body | {"messages": [{"role": "user", "content": "Answer with one word: yes."}]}


def _cost(messages: Sequence[dict[str, Any]]) -> int:
    """About how many tokens messages are at most: three bytes each, and pictures."""
    total = 0
    for message in messages:
        content = message["content"]
        parts: list[dict[str, Any]] = (
            [{"type": "text", "text": content}] if isinstance(content, str) else content
        )
        for part in parts:
            is_text = part["type"] == "text"
            total += len(part["text"].encode()) // 3 if is_text else IMAGE_TOKENS
        total += 10  # what marks who speaks
    return total
