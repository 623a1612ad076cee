"""Films that benchmarks are run on, drawn once and kept."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sakuga.studio import Encoding, draw, film

KEPT = Path(os.environ.get("SAKUGA_BENCH", Path(tempfile.gettempdir(), "sakuga-bench")))
ENCODINGS = {
    "h264": Encoding("h264", crf=23, container="mp4", preset="medium"),
    "vp9": Encoding("vp9", crf=32, container="webm"),
}


def minute(codec: str, seconds: int = 60, seed: int = 7) -> Path:
    """A film of about so many seconds, 854x480, 24 frames a second."""
    path = KEPT / f"{codec}-{seconds}s-{seed}.{ENCODINGS[codec].container}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shots = max(1, round(seconds * 24 / 70))
        lengths = (30, 110) if seconds > 1 else (24, 25)
        part = path.with_name(f"part-{path.name}")
        draw(film(seed, shots, shot_frames=lengths), part, ENCODINGS[codec])
        part.rename(path)
    return path
