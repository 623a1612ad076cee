"""The card's head, as the Hugging Face Hub and `datasets` read it: licence, splits, features."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa

from sakuga.core.records import Row
from sakuga.core.schema import schema_of
from sakuga.dataset.publication import Publication

NAME = "Shots and drawings"
TAGS = ("animation", "anime", "cartoon", "sakuga", "shot-detection", "timing")
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"),
          (10**7, "1M<n<10M"), (10**8, "10M<n<100M"))  # fmt: skip
_ENGLISH = ("anime_tags", "character_tags", "captions", "text_description")
_HUB_LICENCES = frozenset(
    {
        *("apache-2.0", "mit", "cc0-1.0", "odbl", "odc-by", "pddl", "cc-by-2.0", "cc-by-2.5"),
        *("cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0"),
        *("cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0"),
        *("cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
    }
)


_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def front(publication: Publication) -> str:
    """The head, between its lines of dashes."""
    return f"---\n{to_yaml(head(publication))}---\n"


def head(publication: Publication) -> dict[str, Any]:
    """What the head says."""
    known, clips = publication.statistics.known, publication.statistics.whole.clips
    described = bool(known.get("text_description"))
    splits = publication.splits
    return {
        "pretty_name": NAME,
        **licence(publication.statistics.licences),
        # zxx: no linguistic content
        "language": ["en" if any(known.get(name) for name in _ENGLISH) else "zxx"],
        "task_categories": ["video-classification", *(["text-to-video"] if described else [])],
        "tags": list(TAGS),
        "size_categories": [next((name for below, name in _SIZES if clips < below), "n>1T")],
    } | ({"configs": [_config(splits)], "dataset_info": _described(publication)} if splits else {})


def licence(licences: Mapping[str | None, int]) -> dict[str, str]:
    """The footage's licence as the Hub names it: one, several, or unknown."""
    names = [name for name in licences if name is not None]
    if not names:
        return {"license": "unknown"}
    if len(licences) == 1 and names[0].lower() in _HUB_LICENCES:
        return {"license": names[0].lower()}
    several = ", ".join(sorted(names)) if None not in licences else "see the column licence"
    return {"license": "other", "license_name": several}


def _config(splits: Sequence[str]) -> dict[str, Any]:
    files = [{"split": split, "path": f"{split}-*.parquet"} for split in splits]
    return {"config_name": "default", "data_files": files}


def _described(publication: Publication) -> dict[str, Any]:
    files = publication.files
    splits = [
        {
            "name": split,
            "num_bytes": sum(file.unpacked for file in files if file.split == split),
            "num_examples": sum(file.rows for file in files if file.split == split),
        }
        for split in publication.splits
    ]
    return {
        "features": [{"name": f.name, **feature(f.type)} for f in schema_of(Row)],
        "splits": splits,
        "download_size": sum(file.bytes for file in files),
        "dataset_size": sum(file.unpacked for file in files),
    }


def feature(kind: pa.DataType) -> dict[str, Any]:
    """A column's type in the words of `datasets`."""
    if pa.types.is_list(kind):
        inner = feature(kind.value_type)
        return {"list": inner.get("struct", inner.get("dtype", inner))}
    if pa.types.is_struct(kind):
        return {"struct": [{"name": f.name, **feature(f.type)} for f in kind]}
    return {"dtype": {"double": "float64", "float": "float32"}.get(str(kind), str(kind))}


def to_yaml(value: Mapping[str, Any]) -> str:
    """Mappings and lists of texts, whole numbers and booleans as YAML; all but words are quoted."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            if isinstance(inner, (Mapping, list)):
                yield f"{key}:"
                deeper = "  " if isinstance(inner, Mapping) else ""
                yield from (f"{deeper}{line}" for line in _lines(inner))
            else:
                yield f"{key}: {_scalar(inner)}"
    else:
        for item in cast("list[Any]", value):
            lines = list(_lines(item)) if isinstance(item, Mapping) else [_scalar(item)]
            yield f"- {lines[0]}"
            yield from (f"  {line}" for line in lines[1:])


def _scalar(value: Any) -> str:
    """A word as it is, unless it is one that YAML reads as something else; other texts quoted."""
    if isinstance(value, str) and _WORD.fullmatch(value) and value.lower() not in _NOT_WORDS:
        return value
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    kept = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(kept)}"'
