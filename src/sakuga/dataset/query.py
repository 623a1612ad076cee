"""A query in a line of text: words that a clip's texts must hold, and conditions on its columns.

    smoke night timing_class=twos keyframes>=12 subset=aesthetic

Words are looked for, whole and in any case, in the description, the captions and all tags, where an
underscore stands for a space; "in quotes" they must follow each other. All terms must be met.
"""

from __future__ import annotations

import re
import shlex
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from sakuga.core.errors import RequestError
from sakuga.dataset.columns import meant, nested
from sakuga.dataset.where import between

if TYPE_CHECKING:
    from sakuga.dataset.published import Dataset

_functions: Any = pc  # they bear no types
_TERM = re.compile(r"(?P<name>[a-z_][a-z_.]*)(?P<sign>>=|<|=)(?P<value>.+)")
_TEXTS = ("text_description",)
_LISTS = ("captions", "anime_tags", "character_tags", "user_tags")
_STOP = "\x1f"  # stands between the items of a list


def matching(dataset: Dataset, query: str) -> Dataset:
    """The rows that answer a query. Raises RequestError for a term that can't be understood."""
    try:
        terms = shlex.split(query)
    except ValueError as error:
        raise RequestError(f"--query {query!r}: {error}; close the quotes") from error
    if not terms:
        raise RequestError("--query: no word and no condition in it; write: smoke timing=twos")
    return reduce(_met, terms, dataset)


def _met(dataset: Dataset, term: str) -> Dataset:
    found = _TERM.fullmatch(term)
    if found is None:
        return dataset.where(holds(term))
    name, sign, value = found["name"], found["sign"], found["value"]
    if name == "subset" and sign == "=":
        return dataset.subset(value)
    kinds = nested(dataset.schema)
    if name not in kinds:
        raise RequestError(f"--query {term!r}: there is no column {name!r}; {meant(name, kinds)}")
    wanted = _value(value, kinds[name], term)
    if sign == "=":
        return dataset.where(**{name: wanted})
    return dataset.where(**{name: between(wanted, None) if sign == ">=" else between(None, wanted)})


def holds(words: str) -> pc.Expression:
    """Whether any text of a row holds the words, whole, whatever their case."""
    pattern = r"(^|[^\pL\pN])" + r"[\s_]+".join(map(re.escape, words.split())) + r"($|[^\pL\pN])"
    texts = [pc.field(name) for name in _TEXTS]
    texts += [_joined(pc.field(name)) for name in _LISTS]
    return reduce(or_, [_matches(text, pattern) for text in texts])


def _matches(text: pc.Expression, pattern: str) -> pc.Expression:
    found = _functions.match_substring_regex(text, pattern, ignore_case=True)
    return cast("pc.Expression", _functions.coalesce(found, pc.scalar(False)))  # null holds nothing


def _joined(items: pc.Expression) -> Any:
    return _functions.binary_join(items.cast(pa.list_(pa.string())), pc.scalar(_STOP))


def _value(text: str, kind: pa.DataType, term: str) -> Any:
    """The text as a column of this kind holds it."""
    if pa.types.is_boolean(kind):
        if text not in ("true", "false"):
            raise RequestError(f"--query {term!r}: the column holds true or false")
        return text == "true"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        try:
            return int(text) if pa.types.is_integer(kind) else float(text)
        except ValueError as error:
            raise RequestError(f"--query {term!r}: the column holds numbers") from error
    return text
