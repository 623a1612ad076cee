"""Draws cartoons with exact truth: known cuts, timing, characters, actions.

    >>> from sakuga.studio import draw, film
    >>> truth = draw(film(seed=1, shots=8), Path("film.mp4"))

A film is a recipe: the same seed gives the same pixels. `draw` writes the video and, beside it,
a JSON page of truth in the file's own frame numbers.
"""

from sakuga.studio.compose import FrameTruth, frames
from sakuga.studio.draw import Encoding, draw
from sakuga.studio.exercises import CASES, exercises
from sakuga.studio.film import ENCODINGS, film, suite
from sakuga.studio.lettered import lettered
from sakuga.studio.recipe import Boundary, Camera, Character, Effect, Film, Role, Shot
from sakuga.studio.reel import reel
from sakuga.studio.truth import Truth

__all__ = [
    "CASES",
    "ENCODINGS",
    "Boundary",
    "Camera",
    "Character",
    "Effect",
    "Encoding",
    "Film",
    "FrameTruth",
    "Role",
    "Shot",
    "Truth",
    "draw",
    "exercises",
    "film",
    "frames",
    "lettered",
    "reel",
    "suite",
]
