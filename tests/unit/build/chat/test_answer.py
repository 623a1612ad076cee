"""What a language model's answer is worth."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.chat.answer import Garbled, answer_of, judged, usage_of
from sakuga.core.errors import BadOutput, ItemError, Refused, Truncated
from tests.servers import said

REFUSALS = [
    "I'm sorry, but I can't assist with that request.",
    "I’m sorry, I cannot help with this.",
    "Sorry, but I can't describe that.",
    "I cannot provide a description of this content.",
    "I can't help with that.",
    "I am unable to describe this material.",
    "I'm unable to comply.",
    "As an AI language model, I do not see images.",
    "Unfortunately, I cannot create this.",
    "I apologize, but this falls outside of what I do.",
    "I must decline to write this.",
]
ANSWERS = [
    "A girl says that she is sorry, and cannot help it.",
    "Sorry-looking houses stand in the rain.",
    "An assistant robot opens a door; as an AI it glows.",
    "I is drawn on a blackboard while a cat watches.",
    "Unable to stop, a boy on skates falls into the snow.",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_no_description(text: str) -> None:
    with pytest.raises(Refused, match="refused"):
        judged(text, cut=False)


@pytest.mark.parametrize("text", ANSWERS)
def test_a_description_that_speaks_of_refusing_is_none(text: str) -> None:
    assert judged(text, cut=False) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  A cat\n\nsleeps.\t", "A cat sleeps."),
        ("A \x1b[31mcat\x00 sleeps.", "A [31mcat sleeps."),
        ("A cat\u202e sleeps\u200b.", "A cat sleeps ."),
        ('"A cat sleeps."', "A cat sleeps."),
        ('"A cat" and "a dog"', '"A cat" and "a dog"'),
        ("<think>a cat?\nyes</think>\n\nA cat sleeps.", "A cat sleeps."),
    ],
)
def test_an_answer_is_one_clean_line(text: str, line: str) -> None:
    assert judged(text, cut=False) == line


@given(st.text())
def test_whatever_is_said_comes_out_printable_or_not_at_all(text: str) -> None:
    try:
        line = judged(text, cut=False)
    except ItemError:
        return
    assert line == line.strip() != ""
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]", line)
    line.encode()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (said("A cat sle", "length"), Truncated),
        (said("<think>a cat or", "length"), Truncated),
        (said("A cat", "content_filter"), Refused),
        (said(None, refusal="I won't."), Refused),
        (said(None), BadOutput),
        (said(" \n"), BadOutput),
        (said("<think>hm</think>"), BadOutput),
        ({}, Garbled),
        ([], Garbled),
        ("<html>", Garbled),
        (None, Garbled),
        ({"choices": []}, Garbled),
        ({"choices": ["x"]}, Garbled),
        ({"choices": [{"message": None}]}, Garbled),
        ({"choices": [{"message": {"content": 5}}]}, Garbled),
    ],
)
def test_what_is_no_answer_is_told_by_its_reason(body: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        answer_of(body)


def test_tokens_are_the_server_s_count() -> None:
    answer = answer_of(said("A cat."))
    assert (answer.prompt_tokens, answer.completion_tokens) == (7, 3)


@pytest.mark.parametrize("usage", [None, {}, [], {"prompt_tokens": None}, {"prompt_tokens": "9"}])
def test_a_server_that_does_not_count_costs_nothing_known(usage: Any) -> None:
    assert usage_of(said("A cat.") | {"usage": usage}) == (0, 0)
