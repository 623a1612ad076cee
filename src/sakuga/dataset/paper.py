"""What Sakuga-42M is made of (§3.2, Figure 4), in percent of its clips, to be set beside ours."""

from __future__ import annotations

from dataclasses import dataclass

INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Bin:
    """Values in [low, high); `share` is the paper's, where it gives one."""

    label: str
    low: float
    high: float
    share: float | None = None


LENGTH = (  # of a clip, in keyframes
    Bin("short: under 12", 0, 12, 23.02),
    Bin("medium: 12 to 23", 12, 24, 27.51),
    Bin("long: 24 to 47", 24, 48, 27.00),
    Bin("extra: 48 to 95", 48, 96, 15.99),
    Bin("infinite: from 96", 96, INFINITE, 6.48),
)
WORDS = (  # of a description
    Bin("short: under 20", 0, 20, 9.32),
    Bin("medium: 20 to 39", 20, 40, 29.27),
    Bin("long: 40 to 59", 40, 60, 54.20),
    Bin("infinite: from 60", 60, INFINITE, 7.22),
)
AESTHETIC = (  # 36.1% are above 0.8 (§3.2); above 0.9 is §5.1's subset, 139,989 of 1,117,898
    Bin("below 0.8", 0, 0.8, 63.9),
    Bin("0.8 to 0.9", 0.8, 0.9, 23.58),
    Bin("from 0.9", 0.9, INFINITE, 12.52),
)
TEXT = (Bin("below 0.5", 0, 0.5, 94.5), Bin("0.5 and over", 0.5, INFINITE, 5.5))
TIMING_CLASS = {"ones": 48.9, "twos": 21.3, "threes": 27.8}  # these sum to 98.0 there
RATING = {"general": None, "sensitive": None, "questionable": 0.4, "explicit": 0.07}
ASPECT = {"16:9": 60.3, "4:3": 21.1}  # of those in 850x480 and 640x480

COUNTS = {  # clips of the release, by axis and class
    "time": {"daylight": 251_515, "night": 284_179, "sunset": 61_605, "others": 640_034},
    "venue": {"outdoors": 540_697, "indoors": 297_682, "others": 398_954},
    "media": {"sketch": 145_803, "color_trace": 63_141, "others": 1_028_389},
    "filming": {"looking_at_viewer": 568_025, "looking_away": 103_036, "others": 566_272},
    "composition": {
        "full_body": 57_809,
        "upper_body": 744_137,
        "lower_body": 8_939,
        "out_of_frame": 132_422,
        "others": 294_026,
    },
    "character": {"no_humans": 114_152, "solo": 679_208, "multiple": 443_869, "others": 104},
}
TAXONOMY = {
    axis: {name: round(100 * n / sum(counts.values()), 2) for name, n in counts.items()}
    for axis, counts in COUNTS.items()
}
