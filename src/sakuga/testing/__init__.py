"""The contracts of backends, as functions: whoever writes one runs them over it, as we do.

    from sakuga.testing import check_tagger

    def test_my_tagger() -> None:
        check_tagger(MyTagger(threshold=0.3))

Each raises `Broken`, an AssertionError that says which promise is not kept and with what. They need
no test runner, and whatever the backend itself needs must be there: its packages, its weights.
"""

from sakuga.testing.asking import Broken
from sakuga.testing.encoded import check_encoder
from sakuga.testing.recipes import check_recipe
from sakuga.testing.shown import check_aesthetic_judge, check_tagger, check_text_finder
from sakuga.testing.told import check_captioner, check_writer

__all__ = [
    "Broken",
    "check_aesthetic_judge",
    "check_captioner",
    "check_encoder",
    "check_recipe",
    "check_tagger",
    "check_text_finder",
    "check_writer",
]
