"""Generated rows: a dataset as the paper's profile would leave it, or as `lite` does, unread."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sakuga.core.records import Ratings, Row, Taxonomy
from sakuga.core.store import Part, Store
from tests.tables import digest, filled

WORDS = "a girl in red runs through rain while the camera slowly follows her past a window"
SCENES: Sequence[tuple[Sequence[str], Taxonomy]] = (
    (
        ("1girl", "solo", "long_hair", "red_eyes", "smile", "dress", "outdoors", "day", "sky"),
        Taxonomy("daylight", "outdoors", "others", "looking_at_viewer", "upper_body", "solo"),
    ),
    (
        ("1boy", "solo", "male_focus", "short_hair", "indoors", "desk", "looking_back"),
        Taxonomy("others", "indoors", "others", "looking_away", "upper_body", "solo"),
    ),
    (
        ("1girl", "1boy", "night", "moon", "city", "outdoors", "car", "full_body"),
        Taxonomy("night", "outdoors", "others", "others", "full_body", "multiple"),
    ),
    (
        ("no_humans", "dog", "tree", "sunset", "outdoors", "orange_sky", "animal_focus"),
        Taxonomy("sunset", "outdoors", "others", "others", "others", "no_humans"),
    ),
    (
        ("sketch", "lineart", "greyscale", "1girl", "upper_body"),
        Taxonomy("others", "others", "sketch", "others", "upper_body", "solo"),
    ),
)
SIZES = ((850, 480), (850, 480), (850, 480), (640, 480), (1280, 720), (1920, 1080))
RATINGS = ("general", "general", "general", "sensitive", "questionable", "explicit")


def known_row(number: int, rng: np.random.Generator) -> Row:
    """One row in which every column is filled."""
    tags, taxonomy = SCENES[rng.choice(len(SCENES), p=(0.4, 0.2, 0.15, 0.15, 0.1))]
    kept = [tag for tag in tags if rng.random() < 0.9]
    width, height = SIZES[rng.integers(len(SIZES))]
    rating = RATINGS[rng.choice(len(RATINGS), p=(0.5, 0.2, 0.1, 0.15, 0.04, 0.01))]
    words = int(np.clip(rng.normal(38, 14), 3, 90))
    has_text = rng.random() < 0.08
    film = digest(f"film{number // 12}")
    user = [f"{rng.integers(1960, 2024)}", ("japanese", "western", "chinese")[rng.integers(3)]]
    return filled(
        Row,
        id=digest(f"clip{number}"),
        video=film,
        url=f"https://{('films', 'archive')[number % 2]}.example.org/{film[:6]}.mp4",
        index=number % 12,
        width=width,
        height=height,
        anime_tags=kept,
        character_tags=[],
        user_tags=user if number % 3 else [],
        text_description=" ".join((WORDS.split() * 6)[:words]),
        aesthetic_score=float(rng.beta(6, 2.6)),
        ratings=Ratings(*(0.91 if name == rating else 0.03 for name in dict.fromkeys(RATINGS))),
        rating=rating,
        taxonomy=taxonomy,
        text_probability=0.9 if has_text else 0.1,
        text_kinds=["subtitle"] if has_text else [],
        captions=["a picture of something"],
        licence="CC-BY-4.0" if number % 4 else None,
    )


def unknown(row: Row) -> Row:
    """The same clip as a profile without models leaves it."""
    nulls = (
        *("anime_tags", "character_tags", "text_description", "aesthetic_score", "ratings"),
        *("rating", "taxonomy", "text_probability", "text_kinds", "captions"),
    )
    return dataclasses.replace(row, **dict.fromkeys(nulls))


def write_rows(root: str, rows: Iterable[Any], part: int = 0) -> None:
    """Rows as one part of their table."""
    made = list(rows)
    recipe = {"sakuga.recipe": '{"recipe": "hand:Made"}'}
    with Store(root).writing(Part("rows", part, "0" * 16), type(made[0]), recipe) as out:
        out.add(made, ())
