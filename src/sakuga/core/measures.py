"""How `scan` writes measures down as bytes, and how they are read again.

The measures of one frame stand side by side in `Signals.measures`, in the order of `NAMES`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

STEP: Final = (
    "step_max",  # change from the frame before, blocks of 8x8: the largest, squared grey levels
    "step_top",  # the fourth largest
    "step_q90",  # quantiles over the blocks
    "step_q50",
    "step_q10",
    "two_max",  # change from the frame before that one
    "two_q90",
    "two_q50",
    "lasting_max",  # the least of both, and of the next frame against the one before
    "ratio_max",  # change over what the same block changes by when it is quiet
    "ratio_q90",
    "shift_max",  # change of the blocks' brightness, squared grey levels
    "shift_q50",
    "box_top",  # where blocks changed, as shares of the picture
    "box_bottom",
    "box_left",
    "box_right",
    "box_share",  # of the blocks
)
BLEND: Final = (  # of the frame before: is it a mix of its neighbours?
    "blend_way",  # from the frame before it to the one after it, squared grey levels
    "blend_alpha",  # how far along that way it lies, -0.5 to 1.5 as 0 to 1
    "blend_rest",  # share of its change that the way does not explain
    "blend_top_way",  # the same where most changed
    "blend_top_alpha",
    "blend_top_rest",
)
CEL: Final = (
    "cel_max",  # change from the frame before once the camera's move is taken back
    "cel_top",
    "cel_q90",
    "cel_q50",
)
KIN: Final = (
    "kin_one",  # correlation of fine detail with the frame before, where pixels changed
    "kin_two",  # with the frame before that one
    "found_one",  # share of changed blocks found again near where they were in the frame before
    "found_one_low",  # the worst quarter
    "found_two",
    "found_two_low",
    "moved_share",  # of the picture that changed, pixels
    "intra",  # 1 where the codec drew the frame anew: it pops there, and often at a cut
)
NAMES: Final = STEP + BLEND + CEL + KIN
WIDTH: Final = len(NAMES)
"""Bytes of one frame's row."""
_LOG_OF: Final = ("step", "two", "lasting", "ratio", "shift", "cel")
LOG: Final = frozenset(
    name for name in NAMES if name.split("_")[0] in _LOG_OF or name.endswith("way")
)
"""Names of measures that are kept as logarithms; the others are shares, 0 to 1."""
_LEAST: Final = 0.02  # squared grey levels: less is nothing
_STEPS: Final = 11.5  # of a byte, for a doubling
_SHARES: Final = 200.0


def code_log(values: NDArray[Any]) -> NDArray[Any]:
    """Squared grey levels as bytes."""
    return np.clip(np.rint(_STEPS * np.log2(1 + np.maximum(values, 0) / _LEAST)), 0, 255)


def code_share(values: NDArray[Any]) -> NDArray[Any]:
    """Shares, 0 to 1, as bytes."""
    return np.clip(np.rint(_SHARES * values), 0, 255)


def read(measures: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """(T * WIDTH,) bytes to (T,) floats by name: the natural logarithm of 1 + 50 times squared
    grey levels, or a share."""
    table = measures.reshape(-1, WIDTH).astype(np.float32)
    scale = [np.log(2) / _STEPS if name in LOG else 1 / _SHARES for name in NAMES]
    table *= np.array(scale, np.float32)
    return {name: table[:, i] for i, name in enumerate(NAMES)}
