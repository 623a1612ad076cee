"""Effects over the whole picture: weather, smoke, fire, light, speed lines, flashes, covers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from sakuga.studio.styles.look import Colour, Image, Look, Points, Random, darker, grey, mixed
from sakuga.studio.styles.pen import oval
from sakuga.studio.styles.timing import Sheet, even

Draw = Callable[[Image, int], Image]


@dataclass(frozen=True, slots=True)
class Effect:
    """state: (T,) number of what it shows on each frame, -1: nothing, so that the picture stays
    as it is; draw: gives a new picture; flashes: (T,) it flashes."""

    kind: str
    state: Sheet
    draw: Draw
    flashes: Points


@dataclass(frozen=True, slots=True)
class Setting:
    """size: (width, height) pixels; frames, rate: of the shot."""

    look: Look
    size: tuple[int, int]
    frames: int
    rate: float

    @property
    def unit(self) -> float:
        """Pixels of a line of a picture 240 high."""
        return self.size[1] / 240

    def colour(self, colour: Colour) -> Colour:
        """The colour in the look of the film."""
        look = self.look
        if look.fill == "ink":
            return look.ink or (0, 0, 0)
        if look.fill in ("paper", "none"):
            return mixed(
                look.paper, look.ink or (0, 0, 0), 0.25 + 0.5 * (255 - grey(colour)[0]) / 255
            )
        return grey(colour) if look.ground in ("washed", "toned") else colour


def _effect(kind: str, state: Sheet, draw: Draw, flashes: Points | None = None) -> Effect:
    return Effect(kind, state, draw, np.zeros(len(state)) if flashes is None else flashes)


def _held(random: Random, frames: int, choices: tuple[int, ...]) -> Sheet:
    return even(frames, int(random.choice(choices)))


def _window(random: Random, state: Sheet, share: float = 0.5) -> Sheet:
    """Only from somewhere to somewhere, or through the whole shot."""
    frames = len(state)
    if random.random() < share or frames < 12:
        return state
    start = int(random.integers(0, frames // 2))
    end = start + int(random.integers(frames // 4, frames))
    t = np.arange(frames)
    return np.where((t >= start) & (t < end), state, -1).astype(np.int32)


def _kind(look: Look) -> int:
    return cv2.LINE_AA if look.smooth else cv2.LINE_8


def _rain(random: Random, on: Setting) -> Effect:
    many, long = int(random.integers(30, 140)), float(random.uniform(8, 26)) * on.unit
    slant = float(random.uniform(-0.5, 0.5))
    colour = on.colour(mixed(on.look.palette.low, (255, 255, 255), 0.5))
    seed = int(random.integers(2**31))

    def draw(image: Image, t: int) -> Image:
        drops = np.random.default_rng([seed, t]).random((many, 2)) * on.size
        ends = drops + np.array([slant * long, long])
        lines = np.rint(np.stack([drops, ends], 1) * 16).astype(np.int32)
        now = image.copy()
        cv2.polylines(now, list(lines), False, colour, max(1, round(on.unit)), _kind(on.look), 4)
        return now

    return _effect("rain", _window(random, _held(random, on.frames, (1, 2, 2, 3, 4)), 0.8), draw)


def _falling(random: Random, on: Setting) -> Effect:
    """Snow, petals, confetti, bubbles or sparks."""
    many, speed = int(random.integers(15, 90)), float(random.uniform(15, 90)) * on.unit
    start = random.random((many, 2)) * on.size
    radius = random.uniform(0.8, 3.4, many) * on.unit
    way = float(random.choice([1, 1, 1, -1]))
    tints = [mixed(a, (255, 255, 255), 0.3) for a in on.look.palette.accents]
    white = random.random() < 0.5
    colours = [on.colour((250, 250, 250) if white else tints[i % len(tints)]) for i in range(many)]

    def draw(image: Image, t: int) -> Image:
        now, s = image.copy(), t / on.rate
        sway = np.sin(s * 2 + np.arange(many)) * 4 * on.unit
        at = start + np.stack([sway, way * s * speed * (0.5 + radius / radius.max())], 1)
        at = np.mod(at, on.size) * 16
        for (x, y), r, colour in zip(
            np.rint(at).astype(int).tolist(), radius, colours, strict=True
        ):
            cv2.circle(now, (x, y), round(r * 16), colour, -1, _kind(on.look), 4)
        return now

    return _effect(
        "falling", _window(random, _held(random, on.frames, (1, 1, 2, 2, 3, 4)), 0.8), draw
    )


def _puff(image: Image, on: Setting, x: float, y: float, r: float, fill: Colour) -> None:
    fixed = (round(x * 16), round(y * 16)), max(round(r * 16), 1)
    if on.look.line:
        rim = round(fixed[1] + on.look.line * on.unit * 16)
        cv2.circle(image, fixed[0], rim, on.look.ink or darker(fill, 0.5), -1, _kind(on.look), 4)
    cv2.circle(image, fixed[0], fixed[1], fill, -1, _kind(on.look), 4)
    if on.look.shade and r > 3:
        up = round((x - r * 0.2) * 16), round((y - r * 0.2) * 16)
        tone = mixed(fill, (255, 255, 255), 0.3)
        cv2.circle(image, up, round(r * 11), tone, -1, _kind(on.look), 4)


def _smoke(random: Random, on: Setting) -> Effect:
    """Puffs that rise and grow; they may fill the picture."""
    many, width, height = int(random.integers(8, 30)), *on.size
    x0, spread = float(random.uniform(0.2, 0.8)) * width, float(random.uniform(0.05, 0.6)) * width
    born = np.sort(random.uniform(0, on.frames / on.rate, many))
    side, big = random.normal(0, 1, many), random.uniform(0.04, 0.2, many) * height
    fill = on.colour(mixed(on.look.palette.far, (225, 225, 225), 0.5))
    speed = float(random.uniform(0.2, 0.8)) * height

    def draw(image: Image, t: int) -> Image:
        now = image.copy()
        ages = t / on.rate - born
        for i in np.nonzero(ages > 0)[0].tolist():
            grown = big[i] * min(1.0, 0.3 + ages[i] * 1.4)
            y = height * 0.95 - speed * ages[i]
            x = x0 + side[i] * spread * (0.4 + ages[i]) + 6 * on.unit * np.sin(3 * ages[i] + i)
            _puff(now, on, float(x), float(y), float(grown), darker(fill, 0.05 * (i % 4)))
        return now

    return _effect("smoke", _held(random, on.frames, (1, 2, 2, 3, 4)), draw)


def _fire(random: Random, on: Setting) -> Effect:
    width, height = on.size
    high = float(random.uniform(0.15, 0.95)) * height
    tongues, seed = int(random.integers(5, 14)), int(random.integers(2**31))
    colours = [on.colour(c) for c in ((30, 60, 220), (30, 150, 250), (120, 230, 255))]
    at, wide = float(random.uniform(0.2, 0.8)) * width, float(random.uniform(0.2, 1.2)) * width

    def draw(image: Image, t: int) -> Image:
        now, lots = image.copy(), np.random.default_rng([seed, t])
        x = np.linspace(at - wide / 2, at + wide / 2, tongues * 2 + 1)
        for share, colour in zip((1.0, 0.66, 0.35), colours, strict=True):
            top = np.where(np.arange(len(x)) % 2 == 1, lots.uniform(0.6, 1.0, len(x)), 0.35)
            y = height * 1.02 - top * high * share
            ends = np.array([[x[-1], height * 1.1], [x[0], height * 1.1]])
            fixed = np.rint(np.vstack([np.stack([x, y], 1), ends]) * 16).astype(np.int32)
            cv2.fillPoly(now, [fixed], colour, _kind(on.look), 4)
        return now

    return _effect("fire", _window(random, _held(random, on.frames, (1, 2, 2, 3, 4)), 0.7), draw)


def _radial(size: tuple[int, int], x: float, y: float, reach: float) -> Image:
    """(H, W, 3) 255 in the middle, falling to 0."""
    v, u = np.mgrid[: size[1], : size[0]].astype(np.float32)
    far = np.sqrt((u - x) ** 2 + (v - y) ** 2) / reach
    light = np.asarray(np.clip(1 - far, 0, 1) ** 1.5 * 255, np.uint8)
    return np.asarray(cv2.merge([light, light, light]), np.uint8)


def _glow(random: Random, on: Setting) -> Effect:
    """A light that grows, pulses or fades, over a part or the whole of the picture."""
    width, height = on.size
    x, y = float(random.uniform(0.2, 0.8)) * width, float(random.uniform(0.2, 0.8)) * height
    lamp = _radial(on.size, x, y, float(random.uniform(0.4, 2.2)) * height)
    tint = on.colour(mixed(on.look.palette.accents[0], (255, 255, 255), 0.6))
    lamp = np.asarray(lamp * (np.array(tint) / 255), np.uint8)
    kind = str(random.choice(["grow", "grow", "pulse", "fade"]))
    beat, steps = float(random.uniform(0.5, 4)), int(random.choice([1, 1, 1, 2]))

    def draw(image: Image, t: int) -> Image:
        share = t / max(on.frames - 1, 1)
        waves = {
            "grow": 1.3 * share,
            "fade": 1.2 * (1 - share),
            "pulse": 0.5 + 0.45 * float(np.sin(t / on.rate * beat * 6.28)),
        }
        level = waves[kind]
        return np.asarray(cv2.scaleAdd(lamp, float(level), image), np.uint8)

    return _effect("glow", even(on.frames, steps), draw)


def _aura(random: Random, on: Setting) -> Effect:
    """Flames of light around the middle, drawn anew each time; they may grow over everything."""
    width, height = on.size
    tint = mixed(on.look.palette.accents[3], (255, 255, 255), 0.5)
    seed, grows = int(random.integers(2**31)), bool(random.random() < 0.5)
    size = float(random.uniform(0.3, 0.6)) * height
    colour = tuple(0.6 * c for c in on.colour(tint))

    def draw(image: Image, t: int) -> Image:
        lots, angles = np.random.default_rng([seed, t]), np.arange(64) * (2 * np.pi / 64)
        reach = size * (1 + (2.5 * t / on.frames if grows else 0))
        spikes = reach * np.where(np.arange(64) % 2, lots.uniform(1.0, 1.35, 64), 0.8)
        ring = np.stack([np.cos(angles) * spikes * 0.7, np.sin(angles) * spikes * 1.1], 1)
        layer = np.zeros_like(image)
        fixed = np.rint((ring + np.array([width / 2, height * 0.6])) * 16).astype(np.int32)
        cv2.fillPoly(layer, [fixed], colour, cv2.LINE_8, 4)
        layer = cv2.blur(layer, (max(round(9 * on.unit), 1),) * 2)
        return np.asarray(cv2.add(image, np.asarray(layer, np.uint8)), np.uint8)

    return _effect("aura", _window(random, _held(random, on.frames, (1, 2, 2, 3, 4)), 0.7), draw)


def _explosion(random: Random, on: Setting) -> Effect:
    """A ball of fire that grows until it fills the picture, and may clear again."""
    width, height = on.size
    start, takes = int(random.integers(0, max(on.frames // 3, 1))), int(random.integers(5, 24))
    x, y = float(random.uniform(0.3, 0.7)) * width, float(random.uniform(0.3, 0.8)) * height
    seed, most = int(random.integers(2**31)), float(random.choice([0.5, 0.9, 1.6, 2.2])) * height
    colours = [on.colour(c) for c in ((60, 60, 70), (30, 70, 230), (60, 190, 255), (230, 250, 255))]
    clears = bool(random.random() < 0.6)

    def draw(image: Image, t: int) -> Image:
        now, lots, share = image.copy(), np.random.default_rng([seed, t]), (t - start) / takes
        for i, colour in enumerate(colours):
            reach = most * min(share, 1.0) ** 0.6 * (1 - 0.24 * i)
            if clears and share > 1:
                reach *= max(0.0, 1 - (share - 1) * (0.35 + 0.2 * i))
            angles = np.arange(36) * (2 * np.pi / 36)
            ring = reach * (1 + 0.18 * np.abs(np.sin(angles * 4.5 + i)) + lots.uniform(0, 0.06, 36))
            points = np.stack([np.cos(angles) * ring + x, np.sin(angles) * ring + y], 1)
            fixed = np.rint(np.clip(points, -3000, 3000) * 16).astype(np.int32)
            cv2.fillPoly(now, [fixed], colour, _kind(on.look), 4)
        return now

    state = np.where(np.arange(on.frames) > start, _held(random, on.frames, (1, 1, 2)), -1)
    return _effect("explosion", np.where(state > start, state, -1).astype(np.int32), draw)


def _speed_lines(random: Random, on: Setting) -> Effect:
    width, height = on.size
    radial, seed = bool(random.random() < 0.6), int(random.integers(2**31))
    colour = on.colour(
        (250, 250, 250) if random.random() < 0.6 else on.look.ink or on.look.palette.ink
    )
    many, inner = int(random.integers(20, 70)), float(random.uniform(0.25, 0.5)) * height

    def draw(image: Image, t: int) -> Image:
        lots, now = np.random.default_rng([seed, t]), image.copy()
        if radial:
            a, w = lots.uniform(0, 6.283, many), lots.uniform(0.005, 0.04, many)
            r = inner * lots.uniform(0.8, 1.5, many)
            tips = np.stack([np.cos(a) * r, np.sin(a) * r], 1)
            one = np.stack([np.cos(a - w), np.sin(a - w)], 1) * width
            two = np.stack([np.cos(a + w), np.sin(a + w)], 1) * width
            wedges = np.stack([tips, one, two], 1) + np.array([width / 2, height / 2])
        else:
            y, h = lots.uniform(0, height, many), lots.uniform(0.3, 2.5, many) * on.unit
            x, long = lots.uniform(-0.3, 1, many) * width, lots.uniform(0.2, 0.8, many) * width
            wedges = np.stack(
                [
                    np.stack([x, y], 1),
                    np.stack([x + long, y - h], 1),
                    np.stack([x + long, y + h], 1),
                ],
                1,
            )
        for wedge in np.rint(wedges * 16).astype(np.int32):
            cv2.fillConvexPoly(now, wedge, colour, _kind(on.look), 4)
        return now

    return _effect(
        "speed lines", _window(random, _held(random, on.frames, (1, 1, 2, 3)), 0.6), draw
    )


def _flash(random: Random, on: Setting) -> Effect:
    """One frame or a few: white, black, negative or an impact drawing; several in a row strobe."""
    kind = str(random.choice(["white", "white", "black", "negative", "impact", "colour"]))
    t, state = np.arange(on.frames), np.full(on.frames, -1, np.int32)
    if random.random() < 0.3:
        start = int(random.integers(0, max(on.frames // 2, 1)))
        length = int(on.rate * random.uniform(0.2, 2.0))
        period = int(random.choice([2, 2, 3, 4, 6]))
        inside = (t >= start) & (t < start + length)
        state[inside & ((t - start) % period < max(period // 2, 1))] = 0
        covered = inside.astype(float)
    else:
        for start in random.integers(0, max(on.frames - 2, 1), int(random.integers(1, 3))):
            length = int(random.choice([1, 1, 2, 3, 4]))
            state[(t >= start) & (t < start + length)] = int(start)
        covered = (state >= 0).astype(float)
    tone = {"white": (255, 255, 255), "black": (0, 0, 0)}.get(kind, on.look.palette.accents[0])
    share, seed = float(random.choice([1.0, 1.0, 0.8, 0.6])), int(random.integers(2**31))

    def draw(image: Image, at: int) -> Image:
        if kind == "negative":
            return np.asarray(cv2.bitwise_not(image), np.uint8)
        if kind == "impact":
            return _impact(image, on, np.random.default_rng([seed, at]))
        full = np.full_like(image, on.colour(tone) if kind == "colour" else tone)
        return np.asarray(cv2.addWeighted(full, share, image, 1 - share, 0), np.uint8)

    return _effect("flash", state, draw, covered)


def _impact(image: Image, on: Setting, lots: Random) -> Image:
    """An impact frame: the picture in two tones and a burst of wedges."""
    flat = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    _, two = cv2.threshold(flat, float(np.mean(flat)), 255, cv2.THRESH_BINARY_INV)
    now = np.asarray(cv2.merge([two, two, two]), np.uint8)
    middle = lots.uniform(0.3, 0.7, 2) * on.size
    for angle in lots.uniform(0, 6.283, 18):
        far = np.array(
            [[np.cos(angle), np.sin(angle)], [np.cos(angle + 0.07), np.sin(angle + 0.07)]]
        )
        wedge = np.vstack([middle[None], middle + far * on.size[0] * 1.2])
        cv2.fillConvexPoly(
            now, np.rint(wedge * 16).astype(np.int32), (255, 255, 255), cv2.LINE_AA, 4
        )
    return now


def _whiteout(random: Random, on: Setting) -> Effect:
    """The picture goes to white or black and comes back, in one shot."""
    tone = float(random.choice([255, 255, 0]))
    up, hold, down = (
        int(on.rate * random.uniform(a, b)) for a, b in ((0.1, 0.8), (0, 0.5), (0.1, 1))
    )
    start = int(random.integers(0, max(on.frames - up - hold - down, 1)))
    t = np.arange(on.frames) - start
    level = np.clip(np.minimum((t + 1) / (up + 1), (up + hold + down - t) / (down + 1)), 0, 1)

    def draw(image: Image, at: int) -> Image:
        full, share = np.full_like(image, int(tone)), float(level[at])
        return np.asarray(cv2.addWeighted(full, share, image, 1 - share, 0), np.uint8)

    state = np.where(level > 0, np.arange(on.frames), -1).astype(np.int32)
    full = np.nonzero(level >= 1)[0]
    state[full] = full[0] if len(full) else state[full]
    return _effect("whiteout", state, draw, (level > 0).astype(float))


def _levels(kind: str, level: Points, flashes: Points | None = None) -> Effect:
    """The picture under light of a level for each frame, 1: unchanged."""

    def draw(image: Image, t: int) -> Image:
        return np.asarray(cv2.convertScaleAbs(image, alpha=float(level[t])), np.uint8)

    marks = np.rint(level * 50).astype(np.int64)
    first = {int(mark): t for t, mark in reversed(list(enumerate(marks.tolist())))}
    state = np.array([-1 if mark == 50 else first[mark] for mark in marks.tolist()], np.int32)
    return _effect(kind, state, draw, flashes)


def _lights(random: Random, on: Setting) -> Effect:
    """The light goes on or off, at once or within some frames."""
    at, takes = int(random.integers(1, max(on.frames, 2))), int(random.choice([1, 1, 1, 3, 10]))
    low = float(random.uniform(0.05, 0.5))
    share = np.clip((np.arange(on.frames) - at + 1) / takes, 0, 1)
    if random.random() < 0.5:
        share = 1 - share
    if random.random() < 0.3:
        share = np.roll(share, int(random.integers(on.frames)))
    return _levels("lights", low + (1 - low) * share)


def _lightning(random: Random, on: Setting) -> Effect:
    level, t = np.full(on.frames, float(random.uniform(0.35, 0.8))), 0
    flashes = np.zeros(on.frames)
    while t < on.frames:
        t += int(random.integers(6, 60))
        for k, bright in enumerate(random.choice([2.5, 1.0, 3.5, 1.6], int(random.integers(1, 5)))):
            if t + k < on.frames:
                level[t + k], flashes[t + k] = bright, 1.0
        t += 4
    return _levels("lightning", level, flashes)


def _flicker(random: Random, on: Setting) -> Effect:
    hold = int(random.choice([1, 1, 2, 3]))
    lots = random.uniform(1 - float(random.uniform(0.08, 0.5)), 1.1, on.frames // hold + 1)
    return _levels("flicker", np.repeat(lots, hold)[: on.frames])


def _cover(random: Random, on: Setting) -> Effect:
    """Something passes close to the camera and hides the whole picture for a moment."""
    width, height = on.size
    takes = max(int(on.rate * random.uniform(0.25, 1.2)), 4)
    start = int(random.integers(0, max(on.frames - takes, 1)))
    accents = on.look.palette.accents
    fill = on.colour(darker(accents[int(random.integers(len(accents)))], 0.3))
    stripe = on.colour(accents[int(random.integers(len(accents)))])
    way, kind = (
        float(random.choice([-1, 1])),
        str(random.choice(["wall", "round", "up", "stripes"])),
    )
    long = float(random.uniform(1.2, 2.0))

    def draw(image: Image, t: int) -> Image:
        now, share = image.copy(), (t - start) / takes
        x = (share * (1 + long) - long) if way > 0 else (1 - share * (1 + long))
        box = np.array([(x, -0.1), (x + long, -0.1), (x + long, 1.1), (x, 1.1)])
        if kind == "round":
            box = oval(x + long / 2, 0.5, long / 2, 1.4)
        if kind == "up":
            box = box[:, ::-1]
        fixed = np.rint(np.clip(box * (width, height), -3000, 3000) * 16).astype(np.int32)
        cv2.fillPoly(now, [fixed], fill, _kind(on.look), 4)
        if kind == "stripes":
            for k in np.arange(0.1, long, 0.25):
                bar = np.array(
                    [(x + k, -0.1), (x + k + 0.08, -0.1), (x + k + 0.08, 1.1), (x + k, 1.1)]
                )
                bars = np.rint(np.clip(bar * (width, height), -3000, 3000) * 16).astype(np.int32)
                cv2.fillPoly(now, [bars], stripe, _kind(on.look), 4)
        return now

    return _passing(random, on, "cover", start, takes, draw)


def _passing(random: Random, on: Setting, kind: str, start: int, takes: int, draw: Draw) -> Effect:
    t = np.arange(on.frames)
    held = even(on.frames, int(random.choice([1, 1, 2])))
    state = np.where((t >= start) & (t <= start + takes), np.maximum(held, start), -1)
    return _effect(kind, state.astype(np.int32), draw)


def _throw(random: Random, on: Setting) -> Effect:
    """A ball that crosses the picture in few frames, or comes at the camera and fills it."""
    width, height = on.size
    takes, towards = int(random.integers(3, 14)), bool(random.random() < 0.5)
    start = int(random.integers(0, max(on.frames - takes, 1)))
    accents = on.look.palette.accents
    fill = on.colour(accents[int(random.integers(len(accents)))])
    side, y0 = float(random.choice([-1, 1])), float(random.uniform(0.2, 0.7)) * height
    r0 = float(random.uniform(0.04, 0.3)) * height

    def draw(image: Image, t: int) -> Image:
        now, share = image.copy(), (t - start) / takes
        if towards:
            r = r0 * 0.3 + (height * 1.3 - r0 * 0.3) * share**2
            x, y = width * (0.5 + 0.3 * side * (1 - share)), y0 + (height / 2 - y0) * share
        else:
            r, x = r0, width * (0.5 + side * (share - 0.5) * 1.6)
            y = y0 - height * 0.35 * 4 * share * (1 - share) * 0.5
        _puff(now, on, x, y, r, fill)
        _puff(now, on, x - r * 0.3, y - r * 0.3, r * 0.25, mixed(fill, (255, 255, 255), 0.4))
        return now

    return _passing(random, on, "throw", start, takes, draw)


def _rings(random: Random, on: Setting) -> Effect:
    """Rings that run outwards."""
    width, height = on.size
    x, y = float(random.uniform(0.3, 0.7)) * width, float(random.uniform(0.3, 0.7)) * height
    speed, gap = float(random.uniform(0.3, 1.2)) * height, float(random.uniform(0.15, 0.4)) * height
    colour = on.colour(mixed(on.look.palette.accents[5], (255, 255, 255), 0.5))
    thick = max(1, round(on.unit * float(random.uniform(1, 4))))

    def draw(image: Image, t: int) -> Image:
        now = image.copy()
        for r in np.arange(t / on.rate * speed % gap, width * 0.7, gap):
            at = round(x * 16), round(y * 16)
            cv2.circle(now, at, round(float(r) * 16), colour, thick, _kind(on.look), 4)
        return now

    return _effect("rings", _window(random, _held(random, on.frames, (1, 2, 2, 3, 4)), 0.6), draw)


def _bolt(random: Random, on: Setting) -> Effect:
    """Jagged bolts of electricity, drawn anew each time."""
    width, height = on.size
    seed, many = int(random.integers(2**31)), int(random.integers(1, 5))
    colour = on.colour(mixed(on.look.palette.accents[2], (255, 255, 255), 0.7))

    def draw(image: Image, t: int) -> Image:
        now, lots = image.copy(), np.random.default_rng([seed, t])
        for _ in range(many):
            y = np.linspace(-0.05, float(lots.uniform(0.5, 1.1)), 12) * height
            x = lots.uniform(0.1, 0.9) * width + np.cumsum(lots.normal(0, 0.035 * width, 12))
            line = np.rint(np.stack([x, y], 1) * 16).astype(np.int32)
            cv2.polylines(now, [line], False, colour, max(1, round(2 * on.unit)), _kind(on.look), 4)
        return now

    return _effect("bolt", _window(random, _held(random, on.frames, (1, 2, 2)), 0.3), draw)


_EFFECTS: Final[dict[str, Callable[[Random, Setting], Effect]]] = {
    "rain": _rain,
    "falling": _falling,
    "smoke": _smoke,
    "fire": _fire,
    "glow": _glow,
    "aura": _aura,
    "explosion": _explosion,
    "speed lines": _speed_lines,
    "flash": _flash,
    "whiteout": _whiteout,
    "lights": _lights,
    "lightning": _lightning,
    "flicker": _flicker,
    "cover": _cover,
    "throw": _throw,
    "rings": _rings,
    "bolt": _bolt,
}
KINDS: Final = tuple(_EFFECTS)
DRAWN: Final = (
    "rain",
    "falling",
    "smoke",
    "fire",
    "glow",
    "aura",
    "explosion",
    "speed lines",
    "rings",
    "bolt",
)
LIGHTS: Final = ("flash", "whiteout", "lights", "lightning", "flicker")
PASSING: Final = ("cover", "throw")


def effect(random: Random, kind: str, on: Setting) -> Effect:
    """An effect of a kind by lot."""
    return _EFFECTS[kind](random, on)
