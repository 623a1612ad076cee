"""Figure 4 of Sakuga-42M: its bins, and the shares that the paper gives, in percent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bin:
    """Values in [low, high); `share` is the paper's, where it gives one."""

    label: str
    low: float
    high: float
    share: float | None = None


LENGTH = (  # of a clip, in keyframes
    Bin("short, under 12", 0, 12, 23.02),
    Bin("medium, 12 to 24", 12, 24, 27.51),
    Bin("long, 24 to 48", 24, 48, 27.00),
    Bin("extra, 48 to 96", 48, 96, 15.99),
    Bin("infinite, from 96", 96, float("inf"), 6.48),
)
DYNAMIC = {  # classes of keyframes / frames; the paper's three shares sum to 98.0
    "threes": ("threes, below 0.33", 27.8),
    "twos": ("twos, 0.33 to 0.5", 21.3),
    "ones": ("ones, above 0.5", 48.9),
}
HOLDS = (  # of a drawing, in frames
    *(Bin(str(n), n, n + 1) for n in range(1, 7)),
    Bin("7-8", 7, 9),
    Bin("9-12", 9, 13),
    Bin("13-24", 13, 25),
    Bin("25+", 25, float("inf")),
)
SCORES = tuple(Bin(f"{n / 20:.2f}", n / 20, (n + 1) / 20 + (n == 19)) for n in range(20))
SECONDS = (  # of a shot
    Bin("under 1", 0, 1),
    *(Bin(str(n), n, n + 1) for n in range(1, 8)),
    Bin("8-11", 8, 12),
    Bin("12+", 12, float("inf")),
)
CONFIDENCE = tuple(  # of a boundary
    Bin(f"{n}%", n / 100, (n + 10) / 100 + (n == 90)) for n in range(50, 100, 10)
)
