"""Settle the weights that tell drawings and shots apart, on drawn films under every wear.

    python -m benchmarks.settle films FOLDER FIRST LAST   # draw, wear and scan seeds [FIRST, LAST)
    python -m benchmarks.settle fit FOLDER OUT.npz REAL   # fit the net; about 8 minutes on 2 cores

REAL: a folder with the clips of `benchmarks.real`; those of its part `tune` take part, those of its
part `report` never do. Films are drawn by seed: the same seeds give the same films. Seeds from
`HELD_OUT` on take no part: figures are measured on those.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.real.clips import Clip, clips, file_of
from benchmarks.scanned import scanned
from sakuga.core.records import Signals
from sakuga.studio import ENCODINGS, draw
from sakuga.studio import film as studio_film
from sakuga.studio.sequence import MIXED, NEW, REPEAT, UNSCORED, Sequence, WornTruth
from sakuga.studio.styles import STYLES, sequence
from sakuga.studio.wear import lot, wear
from sakuga.timing.features import features
from sakuga.timing.net import DILATIONS, HEADS, TAPS

HELD_OUT = 1_000_000
SIZES = ((426, 240), (320, 240), (568, 320), (480, 270), (640, 360))
SECONDS = (5.0, 12.0)
PACES = ("any", "any", "any", "plain", "fast", "slow")
CHANNELS = 48
CROP, BATCH, STEPS, RATE = 192, 24, 5000, 2e-3
REAL = 0.25  # of a batch
STUDIO = 8  # one film in so many is the studio's own
HARDLY = 0.01  # percent of the pixels changed: nobody is asked whether that is new
HIDDEN = "hidden"
STAYS = 0.4  # of the edges stay at a cut that nobody can see as one
POSITIVE = (1.0, 2.0, 1.0, 4.0, 1.5, 1.0)  # weight of each head's yes; taken back at the end
NEAR = 1  # frames beside a cut that bears two shots, of which none is asked


def film(folder: Path, seed: int) -> tuple[Path, WornTruth, np.ndarray]:
    """A film of a style, a pace, a size and wears, all drawn from its seed; and the number of the
    picture that each file frame shows. One in `STUDIO` is the studio's own."""
    if seed % STUDIO == 0:
        return studio(folder, seed)
    random = np.random.default_rng([seed, 77])
    style = str(random.choice([*STYLES]))
    size = SIZES[int(random.integers(len(SIZES)))]
    drawn = sequence(seed, style, *size, seconds=SECONDS, pace=str(random.choice(PACES)))
    truth = wear(drawn, folder / f"{seed}", lot(seed), seed)
    shown = drawn.picture[np.clip(np.rint(truth.source).astype(int), 0, len(drawn.picture) - 1)]
    return folder / truth.file, without_hidden_cuts(drawn, truth), shown


def without_hidden_cuts(drawn: Sequence, truth: WornTruth) -> WornTruth:
    """The truth without cuts at which most lines stay where they were: a character that jumps in
    front of its background looks the same. They become spans of kind `hidden`: nobody is asked."""
    film_cuts = np.flatnonzero(np.diff(drawn.shot)) + 1
    hidden: list[float] = []
    for cut in truth.cuts:
        shown = truth.source[min(int(np.ceil(cut)), len(truth.source) - 1)]
        at = int(film_cuts[np.abs(film_cuts - shown).argmin()])
        if _stays(drawn.frames[at - 1], drawn.frames[at]) > STAYS:
            hidden.append(cut)
    spans = [*truth.spans, *([int(c), int(np.ceil(c)) + 1, HIDDEN] for c in hidden)]
    return replace(truth, cuts=[c for c in truth.cuts if c not in hidden], spans=spans)


def _stays(before: np.ndarray, after: np.ndarray) -> float:
    """Share of the edges of two pictures that both have at the same place."""
    edges = [cv2.Canny(picture, 60, 120) > 0 for picture in (before, after)]
    fewest = min(int(e.sum()) for e in edges)
    return float((edges[0] & edges[1]).sum()) / fewest if fewest > 40 else 0.0


def studio(folder: Path, seed: int) -> tuple[Path, WornTruth, np.ndarray]:
    """A film of the studio's own drawer in one of its encodings, likewise."""
    random = np.random.default_rng([seed, 78])
    form = [*ENCODINGS.values()][int(random.integers(len(ENCODINGS) - 1))]
    size = SIZES[int(random.integers(len(SIZES)))]
    lengths = (8, 70) if random.random() < 0.5 else (20, 60)
    story = studio_film(seed, int(random.integers(3, 7)), *size, shot_frames=lengths)
    path = folder / f"{seed}.{form.container}"
    told = draw(story, path, form)
    lines = told.per_frame
    hardly = [line["new"] and line["pct_pixels_changed"] <= HARDLY for line in lines]
    states = [
        UNSCORED if h else NEW if line["new"] else REPEAT
        for h, line in zip(hardly, lines, strict=True)
    ]
    spans: list[list[int | str]] = [[t["start"], t["end"], t["kind"]] for t in told.transitions]
    truth = WornTruth(
        file=path.name, style="studio", seed=seed, wears=[form.codec], film_rate="24",
        file_rate=told.frame_rate, cuts=[*told.cuts], spans=spans, flashes=told.flashes,
        states=states, cel_states=[UNSCORED] * len(states), source=[*range(len(states))],
        exposures=[], cel_exposures=[],
    )  # fmt: skip
    numbers = {picture: i for i, picture in enumerate(dict.fromkeys(x["picture"] for x in lines))}
    return path, truth, np.array([numbers[line["picture"]] for line in lines])


def targets(truth: WornTruth, signals: Signals, shown: np.ndarray) -> np.ndarray:
    """(T, H) float32 in the order of `HEADS`: 0, 1, or NaN where nobody is asked."""
    frames = signals.frames
    table = np.zeros((frames, len(HEADS)), np.float32)
    for head, states in (("new", truth.states), ("cel", truth.cel_states)):
        state = np.full(frames, UNSCORED)
        state[: len(states)] = states[:frames]
        column = np.where(state == UNSCORED, np.nan, state == NEW)
        table[:, HEADS.index(head)] = np.where(state == MIXED, np.nan, column)
    state = np.array([*truth.states[:frames], *[UNSCORED] * (frames - len(truth.states))])
    table[:, HEADS.index("mixed")] = np.where(state == UNSCORED, np.nan, state == MIXED)
    for cut in truth.cuts:
        first = int(np.ceil(cut))
        if cut != first:
            table[max(first - NEAR, 0) : first + NEAR + 1, HEADS.index("cut")] = np.nan
        if first < frames:
            table[first, HEADS.index("cut")] = 1
    for start, end, kind in truth.spans:
        low, high = int(start), int(end)
        if kind == HIDDEN:
            table[max(low - 1, 0) : high + 1, HEADS.index("cut")] = np.nan
            table[max(low - 1, 0) : high + 1, HEADS.index("transition")] = np.nan
            continue
        table[max(low - 1, 0) : high + 1, HEADS.index("cut")] = np.nan
        table[low + 1 : high - 1, HEADS.index("cut")] = 0
        table[low:high, HEADS.index("transition")] = 1
    known = np.resize(shown, frames)
    back = np.where(signals.match >= 0, known[signals.match] == known, np.nan)
    whole = np.isfinite(table[:, 0]) & (table[:, 0] == 1)
    table[:, HEADS.index("back")] = np.where(whole, back, np.nan)
    return table


def _made(job: tuple[Path, int]) -> str:
    folder, seed = job
    done = folder / f"{seed}.npz"
    if done.exists():
        return ""
    try:
        path, truth, shown = film(folder, seed)
        signals, video = scanned(path)
        part = folder / f"part-{seed}.npz"
        x = features(signals, video.time_base).astype(np.float16)
        np.savez_compressed(part, x=x, y=targets(truth, signals, shown))
        part.rename(done)
    except Exception as error:  # noqa: BLE001  (one film of thousands: told, left out)
        return f"{seed}: {type(error).__name__}: {error}"
    return ""


def make(folder: Path, seeds: Iterable[int]) -> None:
    """Draw, wear and scan films; what is there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    with Pool(2) as pool:
        for n, trouble in enumerate(pool.imap_unordered(_made, [(folder, s) for s in seeds])):
            if trouble:
                print(trouble, flush=True)
            if n % 100 == 99:
                print(n + 1, flush=True)


def marked(clip: Clip, signals: Signals) -> np.ndarray:
    """(T, H) as `targets`, of a real clip: cuts and transitions everywhere, drawings in windows."""
    table = np.full((signals.frames, len(HEADS)), np.nan, np.float32)
    cut, inside, new = (HEADS.index(head) for head in ("cut", "transition", "new"))
    table[:, cut] = table[:, inside] = 0
    for at in clip.cuts:
        first = int(np.ceil(at))
        table[max(first - (at != first), 0) : first + 1 + (at != first), cut] = np.nan
        table[min(first, signals.frames - 1), cut] = 1
    for start, end, *_ in clip.spans:
        table[max(start - 1, 0) : end + 1, cut] = np.nan
        table[start:end, inside] = 1
    for at in clip.uncertain:
        table[max(int(at) - 2, 0) : int(at) + 3, [cut, inside]] = np.nan
    for window in clip.windows:
        part = np.arange(window.start, window.end)
        table[part, new] = np.isin(part, [*window.new_drawings])
        table[list(window.uncertain), new] = np.nan
    return table


def real_films(folder: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Features and targets of the real clips that may be tuned on."""
    made: list[tuple[np.ndarray, np.ndarray]] = []
    for clip in clips():
        path = file_of(clip, folder)
        if clip.part == "tune" and path is not None:
            signals, video = scanned(path)
            made.append((features(signals, video.time_base), marked(clip, signals)))
    return made


def fit(folder: Path, out: Path, real: Path) -> None:
    """Fit the net to the films of a folder and to real clips, and write its weights."""
    import torch

    torch.manual_seed(0)
    films = [np.load(p) for p in sorted(folder.glob("[0-9]*.npz"))]
    films = [(f["x"].astype(np.float32), f["y"]) for f in films]
    others = real_films(real)
    random = np.random.default_rng(0)
    every = np.concatenate([x[:: max(len(x) // 40, 1)] for x, _ in films])
    mean = every.mean(axis=0)
    scale = 1 / np.maximum(every.std(axis=0), 0.05)
    net = _net(torch, every.shape[1])
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, STEPS, pct_start=0.1)
    weight = torch.tensor([1.0, 1.0, 0.7, 3.0, 1.0, 0.3])
    positive = torch.tensor(POSITIVE)
    films, others = (
        [(np.clip((x - mean) * scale, -6, 6), y) for x, y in some] for some in (films, others)
    )
    total = 0.0
    for step in range(1, STEPS + 1):
        x, y = _batch(films, others, random)
        target = torch.from_numpy(y)
        asked = ~target.isnan()
        target = target.nan_to_num()
        logits = net(torch.from_numpy(x))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, target, pos_weight=positive, reduction="none"
        )
        loss = (loss * weight * asked).sum() / asked.sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.item()
        if step % 250 == 0:
            print(step, round(total / 250, 5), flush=True)
            total = 0.0
            _write(out, net, mean, scale)


def _batch(
    films: list[Any], others: list[Any], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Crops of films, zeros and nothing asked beyond their ends."""
    width = films[0][0].shape[1]
    x = np.zeros((BATCH, CROP, width), np.float32)
    y = np.full((BATCH, CROP, len(HEADS)), np.nan, np.float32)
    for row in range(BATCH):
        some = others if others and row < REAL * BATCH else films
        a, b = some[int(random.integers(len(some)))]
        start = int(random.integers(-CROP // 3, max(len(a) - CROP, 0) + CROP // 3))
        low, high = max(start, 0), min(start + CROP, len(a))
        if high > low:
            x[row, low - start : high - start] = a[low:high]
            y[row, low - start : high - start] = b[low:high]
    return x, y


def _net(torch: Any, width: int) -> Any:
    class Block(torch.nn.Module):
        def __init__(self, dilation: int) -> None:
            super().__init__()
            self.taps = torch.nn.Conv1d(
                CHANNELS, CHANNELS, TAPS, dilation=dilation, padding=dilation * (TAPS // 2)
            )
            self.mix = torch.nn.Conv1d(CHANNELS, CHANNELS, 1)
            self.drop = torch.nn.Dropout(0.05)

        def forward(self, x: Any) -> Any:
            return x + self.mix(self.drop(torch.relu(self.taps(x))))

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(width, CHANNELS)
            self.drop = torch.nn.Dropout(0.1)
            self.blocks = torch.nn.Sequential(*(Block(d) for d in DILATIONS))
            self.last = torch.nn.Linear(CHANNELS, len(HEADS))

        def forward(self, x: Any) -> Any:
            x = torch.relu(self.first(self.drop(x)))
            return self.last(self.blocks(x.transpose(1, 2)).transpose(1, 2))

    return Net()


def _write(out: Path, net: Any, mean: np.ndarray, scale: np.ndarray) -> None:
    def array(tensor: Any, *axes: int) -> np.ndarray:
        value = tensor.detach().numpy()
        return (value.transpose(axes) if axes else value).astype(np.float16)

    blocks = net.blocks
    np.savez(
        out,
        mean=mean.astype(np.float16),
        scale=scale.astype(np.float16),
        first=array(net.first.weight, 1, 0),
        first_bias=array(net.first.bias),
        blocks=np.stack([array(b.taps.weight, 2, 1, 0) for b in blocks]),
        block_biases=np.stack([array(b.taps.bias) for b in blocks]),
        mixes=np.stack([array(b.mix.weight, 2, 1, 0)[0] for b in blocks]),
        mix_biases=np.stack([array(b.mix.bias) for b in blocks]),
        last=array(net.last.weight, 1, 0),
        last_bias=array(net.last.bias) - np.log(POSITIVE).astype(np.float16),
    )


if __name__ == "__main__":
    command, folder, *rest = sys.argv[1:]
    if command == "films":
        make(Path(folder), range(int(rest[0]), int(rest[1])))
    else:
        fit(Path(folder), Path(rest[0]), Path(rest[1]))
