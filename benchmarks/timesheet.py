"""How well timing is predicted from keyframes without their timing, on films of the studio.

Shots drawn by lot, four to a film; films, not shots, are dealt to train, validation and test. The
class is §3.2's, from the true drawings; shots of fewer than 8 are left out, as in the paper. A
clip's vector is no trained encoder's but a frozen measurement of 8 of its keyframes: what the mean
picture looks like, how much each differs from the next, and how far that moved. A caption's is a
frozen random projection of the words of the studio's own sentence. Keyframes are taken two ways:
the middle one of each eighth of the shot's, as `sakuga embed` takes them, and eight in a row from
the first, as a generator makes them. "camera" sees the true camera: `leaks.FEATURES`.

With the folder of a finished `sakuga train contrastive`, its vectors instead, all the way a user
goes (`benchmarks.timesheet_trained`):

    python -m benchmarks.timesheet RUN
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.films import KEPT
from benchmarks.table import Line, markdown
from sakuga.dataset.pick import pick
from sakuga.studio import film, frames
from sakuga.studio.cast import fill
from sakuga.studio.recipe import Camera
from sakuga.studio.sentences import sentence
from sakuga.train.timesheet.clips import Clips, from_arrays
from sakuga.train.timesheet.leaks import MOVES, tells_timing
from sakuga.train.timesheet.learning import TimesheetRecipe, learn

FILMS, SHOTS, SIZE, KEYFRAMES = 800, 4, (144, 80), 8
WAYS = {"spread": "spread over the shot", "row": "in a row"}
WORDS = 96
BAR = 0.15
NOTES = """Classes weigh alike in learning: it raises macro F1, and accuracy is like the majority's.
Test films had been looked at once, with 300 films, before how far things move became a
part of the vector; macro F1 was 0.220 (0.133 to 0.304) above the majority's then. These are films
of the studio, which moves the same on ones as on threes, only drawn less often: of hand-drawn
animation and of trained encoders nothing is measured here.
"""


def vector(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Of 8 keyframes (8, H, W, 3): how they look, how much changes to the next, and how far.

    How far: a block's change over its contrast, which is a shift in pixels where things move.
    """
    colour = cv2.resize(pictures.mean(0).astype(np.float32), (6, 4), interpolation=cv2.INTER_AREA)
    grey = pictures.astype(np.float32).mean(-1)
    steps = np.abs(np.diff(grey, axis=0))
    edges = np.abs(np.diff(grey, axis=1, append=0)) + np.abs(np.diff(grey, axis=2, append=0))
    blocks, contrast = (np.stack([_blocks(one) for one in each]) for each in (steps, edges[1:]))
    far = blocks / (contrast + 2)
    each = [steps.mean((1, 2)), blocks.max((1, 2)), 100 * (steps > 12).mean((1, 2))]
    each += [10 * far.mean((1, 2)), 10 * far.max((1, 2))]
    by_place = [blocks.mean(0), blocks.min(0), 10 * far.mean(0)]
    moved = np.concatenate([np.sort(np.stack(each), axis=1).ravel(), np.ravel(by_place)])
    return np.concatenate([colour.ravel() / 255, np.log1p(moved)]).astype(np.float32)


def _blocks(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(picture, (12, 8), interpolation=cv2.INTER_AREA), np.float32)


def words(text: str) -> NDArray[np.float32]:
    """Of a caption: the sum of a random direction for each of its words."""
    each = [
        np.random.default_rng(int(sha256(word.encode()).hexdigest()[:8], 16)).normal(size=WORDS)
        for word in text.lower().replace(",", "").replace(".", "").split()
    ]
    return np.sum(each, axis=0).astype(np.float32)


def camera(move: Camera) -> NDArray[np.float32]:
    """Like `train.timesheet.leaks.motion_features`, from the true camera; a whip is a pan."""
    name = "pan" if move.move == "whip" else move.move
    amounts = np.log1p(np.abs([move.dx, move.dy, 100 * move.zoom]))
    return np.array([*(name == m for m in MOVES), *amounts, name == "shake", 1.8], np.float32)


def shots(seed: int) -> Iterator[dict[str, object]]:
    """The shots of one film that have 8 drawings or more."""
    story = film(seed, SHOTS, *SIZE, shot_frames=(24, 61), transitions=0)
    story = replace(story, fade_in=0, fade_out=0)
    pictures: list[list[NDArray[np.uint8]]] = [[] for _ in story.shots]
    lengths = [0] * len(story.shots)
    for image, truth in frames(story):
        lengths[truth.shot] += 1
        if truth.new:
            pictures[truth.shot].append(image)
    for shot, drawn, length in zip(story.shots, pictures, lengths, strict=True):
        if len(drawn) >= KEYFRAMES:
            score, ready = len(drawn) / length, fill(shot)
            spread = pick(len(drawn), KEYFRAMES, "middle")
            yield {
                "spread": vector(np.stack([drawn[i] for i in spread])),
                "row": vector(np.stack(drawn[:KEYFRAMES])),
                "text": words(sentence(ready)),
                "label": 0 if score > 1 / 2 else 1 if score > 1 / 3 else 2,
                "split": "test" if seed % 5 == 0 else "validation" if seed % 5 == 1 else "train",
                "group": str(seed),
                "motion": camera(ready.camera),
                "telling": tells_timing(sentence(ready)),
            }


@cache
def drawn() -> dict[str, NDArray[np.generic]]:
    """All shots, drawn once and kept."""
    path = KEPT / f"timesheet-{FILMS}x{SHOTS}.npz"
    if not path.exists():
        rows = [shot for seed in range(FILMS) for shot in shots(seed)]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{name: np.array([row[name] for row in rows]) for name in rows[0]})
    with np.load(path) as arrays:
        return dict(arrays)


def clips(way: str) -> Clips:
    """The shots as clips, by one of WAYS."""
    return from_arrays({**drawn(), "video": drawn()[way]})


def lines() -> Iterator[Line]:
    """How far above the majority class each way is, and the lower end of its interval."""
    print(
        (__doc__ or "").strip().split("\n", 2)[2].partition("\n\nWith the")[0],
        NOTES,
        sep="\n\n",
        file=sys.stderr,
    )
    for way, name in WAYS.items():
        run = learn(clips(way), TimesheetRecipe(class_weights="balanced"))
        print(f"## Keyframes {name}", run.page.partition("\n\n")[2], sep="\n\n", file=sys.stderr)
        gain = run.figures[0].gain
        yield Line(f"macro F1 above the majority's, {name}", gain.value, ">=", BAR)
        yield Line("the lower end of its 95% interval", gain.low, ">=", BAR)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from benchmarks.timesheet_trained import lines_of

        print(markdown(lines_of(sys.argv[1])))
    else:
        print(markdown(lines()))
