"""Figure 4 of Sakuga-42M: its bins, and the shares that the paper gives (§3.2), in percent."""

from __future__ import annotations

from sakuga.dataset.paper import INFINITE, LENGTH, TAXONOMY, WORDS, Bin

__all__ = ["LENGTH", "TAXONOMY", "WORDS", "Bin"]  # those that the dataset's card gives too

BEAUTY = (  # bins that overlap: "more than a half", 36.1%, and §5.1's aesthetic subset of train
    Bin("over 0.73", 0.73 + 1e-9, INFINITE, 50.0),
    Bin("over 0.8", 0.8 + 1e-9, INFINITE, 36.1),
    Bin("over 0.9", 0.9 + 1e-9, INFINITE, 12.52),
)
DYNAMIC = {  # classes of keyframes / frames; the paper's three shares sum to 98.0
    "threes": ("threes, below 0.33", 27.8),
    "twos": ("twos, 0.33 to 0.5", 21.3),
    "ones": ("ones, above 0.5", 48.9),
}
HEIGHT = (  # of the picture in pixels; "over 80%" are 480P: 60.3 and 21.1 of two sizes alone
    Bin("under 480", 0, 480),
    Bin("480", 480, 481, 81.4),
    Bin("481 to 720", 481, 721),
    Bin("721 to 1080", 721, 1081),
    Bin("1081 to 2160", 1081, 2161),
    Bin("over 2160", 2161, INFINITE),
)
ASPECT = (  # width to height as shown; the paper gives those of 850x480 and 640x480
    Bin("upright", 0, 1),
    Bin("1:1 to 4:3", 1, 1.3),
    Bin("4:3", 1.3, 1.37, 21.1),
    Bin("4:3 to 16:9", 1.37, 1.74),
    Bin("16:9", 1.74, 1.82, 60.3),
    Bin("wider", 1.82, INFINITE),
)
SAFE = "general or sensitive"  # what the paper calls generally safe: over 99.5%
RATING = {SAFE: 99.5, "questionable": 0.4, "explicit": 0.07}
TEXT = {"any text": 5.5}
BEARS_TEXT = 0.5  # probability from which a clip is taken to bear text; the paper names none
HOLDS = (  # of a drawing, in frames
    *(Bin(str(n), n, n + 1) for n in range(1, 7)),
    Bin("7-8", 7, 9),
    Bin("9-12", 9, 13),
    Bin("13-24", 13, 25),
    Bin("25+", 25, INFINITE),
)
SCORES = tuple(Bin(f"{n / 20:.2f}", n / 20, (n + 1) / 20 + (n == 19)) for n in range(20))
SECONDS = (  # of a shot
    Bin("under 1", 0, 1),
    *(Bin(str(n), n, n + 1) for n in range(1, 8)),
    Bin("8-11", 8, 12),
    Bin("12+", 12, INFINITE),
)
CONFIDENCE = tuple(  # of a boundary
    Bin(f"{n}%", n / 100, (n + 10) / 100 + (n == 90)) for n in range(50, 100, 10)
)
