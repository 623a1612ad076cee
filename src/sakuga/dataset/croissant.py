"""The dataset described for machines: `croissant.json` (MLCommons Croissant 1.1 and its RAI part).

The same rows give the same bytes: no time is written, and the version says which content it is.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pyarrow as pa

from sakuga import __version__
from sakuga.core.records import Row
from sakuga.core.schema import schema_of
from sakuga.dataset import words
from sakuga.dataset.columns import MEANINGS
from sakuga.dataset.front import NAME, TAGS, head
from sakuga.dataset.publication import Publication

NOT_STATED = "not stated by every source; see the column licence"
_PARQUET = "application/x-parquet"  # as mlcroissant knows it
_TYPES = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "binary": "sc:Text",
    "float": "cr:Float32",
    "double": "cr:Float64",
    **{f"int{bits}": f"cr:Int{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"cr:UInt{bits}" for bits in (8, 16, 32, 64)},
}
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: {"@container": "@language"} for name in ("description", "name")},
    **{
        name: f"cr:{name}"
        for name in (
            *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract"),
            *("field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray"),
            *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source"),
            *("subField", "transform"),
        )
    },
}


def croissant(publication: Publication) -> bytes:
    """The metadata as JSON-LD."""
    return (json.dumps(described(publication), indent=1, ensure_ascii=False) + "\n").encode()


def described(publication: Publication) -> dict[str, Any]:
    """The metadata as plain data."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": NAME,
        "description": words.SUMMARY,
        "version": _version(publication),
        "license": licences(publication),
        "inLanguage": head(publication)["language"],
        "keywords": list(TAGS),
        "citeAs": words.CITATION,
        **_rai(publication),
        "distribution": _distribution(publication),
        "recordSet": _record_sets(publication),
    }


def licences(publication: Publication) -> list[str]:
    """What the footage's sources state, each once, ascending."""
    stated = publication.statistics.licences
    known = sorted(name for name in stated if name is not None)
    return known if known and None not in stated else [*known, NOT_STATED]


def _version(publication: Publication) -> str:
    """The version of what wrote the dataset, and after the plus a hash of what it wrote."""
    content = hashlib.sha256("".join(file.sha256 for file in publication.files).encode())
    return f"{__version__}+{content.hexdigest()[:12]}"


def _rai(publication: Publication) -> dict[str, Any]:
    return {
        "rai:dataCollection": words.COLLECTION,
        "rai:dataCollectionMissingData": words.MISSING,
        "rai:dataPreprocessingProtocol": publication.recipe_lines(),
        "rai:machineAnnotationTools": sorted(
            {f"{type(stage).__module__}:{type(stage).__qualname__}" for stage in publication.stages}
        ),
        "rai:dataBiases": list(words.BIASES),
        "rai:dataLimitations": list(words.LIMITS),
        "rai:dataUseCases": list(words.USES),
        "rai:personalSensitiveInformation": list(words.PERSONAL),
    }


def _distribution(publication: Publication) -> list[dict[str, Any]]:
    files = [
        {
            "@type": "cr:FileObject",
            "@id": file.name,
            "name": file.name,
            "description": f"{file.rows} rows of the split {file.split}",
            "contentUrl": file.name,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": _PARQUET,
            "sha256": file.sha256,
        }
        for file in publication.files
    ]
    every = {
        "@type": "cr:FileSet",
        "@id": "parquet",
        "name": "parquet",
        "description": "All of these files",
        "encodingFormat": _PARQUET,
        "includes": [f"{split}-*.parquet" for split in publication.splits],
    }
    return [*files, every] if files else []


def _record_sets(publication: Publication) -> list[dict[str, Any]]:
    if not publication.files:
        return []
    splits: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits that have rows",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"}
        ],
        "data": [{"splits/name": split} for split in publication.splits],
    }
    clips: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": "clips",
        "name": "clips",
        "description": "One record a clip",
        "key": {"@id": "clips/id"},
        "field": [_field(field.name, field.type) for field in schema_of(Row)],
    }
    return [splits, clips]


def _field(name: str, kind: pa.DataType, within: str = "") -> dict[str, Any]:
    """A column, or with `within` a field of the struct in that column."""
    column = within or name
    path = f"{within}.{name}" if within else name
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"clips/{path.replace('.', '/')}",
        "name": name,
        "description": MEANINGS[path].text,
    }
    if pa.types.is_struct(kind):
        return {**found, "subField": [_field(f.name, f.type, column) for f in kind]}
    if pa.types.is_list(kind):
        found |= {"isArray": True, "arrayShape": "-1"}
        kind = kind.value_type
    source: dict[str, Any] = {"fileSet": {"@id": "parquet"}, "extract": {"column": column}}
    if within:
        source["transform"] = {"jsonPath": name}
    if path == "split":
        found["references"] = {"field": {"@id": "splits/name"}}
    return {**found, "dataType": _TYPES[str(kind)], "source": source}
