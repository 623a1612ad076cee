"""The wear of the world on a drawn film, its truth carried along exactly.

A film of `studio.styles` is converted to another rate, framed, written over, damaged and encoded
as ordinary files are. Kinds compose: `lot` draws a plausible list of them, `wear` writes the file.

>>> truth = wear(sequence(seed=5), Path("film"), ["telecine", "grain_light", "x264_crf28"], seed=5)
"""

from sakuga.studio.wear.kinds import KINDS
from sakuga.studio.wear.lots import lot
from sakuga.studio.wear.worn import wear

__all__ = ["KINDS", "lot", "wear"]
