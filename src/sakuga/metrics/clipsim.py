"""CLIPSIM (§5.2, Table 3): how well frames fit their caption, by CLIP's cosine.

The mean over a clip's frames, then over clips; a cosine, not multiplied by 100 as CLIPScore is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sakuga.metrics.frechet import Features, Groups, checked
from sakuga.metrics.resample import Estimate, Floats, mean_with_interval


def clipsim(
    frames: Sequence[Features], texts: Features, groups: Groups = None, seed: int = 0
) -> Estimate:
    """frames: (T, D) of each clip; texts: (clips, D) of their captions; any lengths of vectors.

    Raises ValueError for NaN, a vector of length 0, or other counts or widths.
    """
    told = _unit(checked(texts, least=1))
    if len(frames) != len(told):
        raise ValueError(f"{len(frames)} clips and {len(told)} captions")
    if any(clip.shape[1] != told.shape[1] for clip in frames):
        raise ValueError(f"frames and captions ({told.shape[1]} numbers) are of other models")
    seen = [
        float((_unit(checked(clip, least=1)) @ text).mean())
        for clip, text in zip(frames, told, strict=True)
    ]
    return mean_with_interval(np.array(seen), groups, seed)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.all():
        raise ValueError(f"{int((lengths == 0).sum())} vectors of length 0")
    return vectors / lengths
