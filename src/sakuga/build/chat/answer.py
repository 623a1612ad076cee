"""What a language model's answer is worth: a text of one line, or why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from sakuga.build.wording import one_line
from sakuga.core.errors import BadOutput, Refused, Truncated

_DECLINES = r"(?:can(?:no|')?t|can not|won't|will not|am unable to|am not able to|must decline)"
_ABOUT = (
    r"(?:assist|help|comply|provide|describe|discuss|create|write|generate|fulfil|do that|process"
    r"|answer|engage|continue|support|view|see)"
)
_REFUSAL = re.compile(
    rf"(?:(?:i'm|i am) (?:(?:very|so|really|truly) )?sorry\b"
    rf"|(?:sorry|apologies|unfortunately)\b[,.]? (?:but )?(?:i|as an ai)\b"
    rf"|i apologi[sz]e\b"
    rf"|i (?:\w+ )?{_DECLINES} (?:\w+ ){{0,2}}{_ABOUT}"
    rf"|i'm (?:unable|not able) to\b"
    rf"|as an? (?:ai|artificial intelligence|language model|assistant)\b)",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A text, and the tokens that it cost; 0 where the server did not tell."""

    text: str
    prompt_tokens: int
    completion_tokens: int


class Garbled(Exception):
    """What came is no answer at all; asking again may help."""


def answer_of(body: object) -> Answer:
    """The answer in a chat completion's JSON. Raises Refused, Truncated, BadOutput or Garbled."""
    choice = _choice(body)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise Garbled("a choice without a message")
    content = cast("dict[str, Any]", message).get("content")
    if not isinstance(content, str | None):
        raise Garbled(f"a content that is {type(content).__name__}")
    ending = str(choice.get("finish_reason"))
    refusal = cast("dict[str, Any]", message).get("refusal")
    if refusal:
        raise Refused(f"the model refused: {one_line(str(refusal), 200)}")
    if ending == "content_filter":
        raise Refused("the server's content filter stopped the answer")
    prompt, completion = usage_of(body)
    return Answer(judged(content or "", cut=ending == "length"), prompt, completion)


def judged(text: str, cut: bool) -> str:
    """A model's words as one line. Raises Refused, Truncated or BadOutput.

    `cut`: the model was stopped before it had ended.
    """
    line = _unquoted(one_line(_THOUGHT.sub("", text)))
    if _REFUSAL.match(line.replace("’", "'")):
        raise Refused(f"the model refused: {line[:200]}")
    if cut:
        raise Truncated(f"the answer was cut off after {len(line)} characters: ...{line[-60:]}")
    if not line:
        raise BadOutput("the answer is empty")
    return line


def usage_of(body: object) -> tuple[int, int]:
    """The tokens of question and answer, as the server counts them; 0 where it does not."""
    usage = cast("dict[str, Any]", body).get("usage") if isinstance(body, dict) else None
    if not isinstance(usage, dict):
        return 0, 0
    counts = cast("dict[str, Any]", usage)
    return _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _choice(body: object) -> dict[str, Any]:
    choices = cast("dict[str, Any]", body).get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list) or not choices:
        raise Garbled("a body without choices")
    first = cast("list[Any]", choices)[0]
    if not isinstance(first, dict):
        raise Garbled("a choice that is no object")
    return cast("dict[str, Any]", first)


def _unquoted(line: str) -> str:
    """Without the quotation marks that some models put around the whole."""
    if len(line) > 1 and _QUOTES.get(line[0]) == line[-1] and line.count(line[0]) <= 2:
        return line[1:-1].strip()
    return line
