"""A tiny film for tests: every picture has its own shade, and cel and camera change apart."""

from fractions import Fraction

import numpy as np

from sakuga.studio.sequence import Sequence, Span

SIZE = (64, 48)


def film(
    lengths=(12, 10, 14), holds=(2, 1, 3), rate=Fraction(24), spans=(), flashes=(), size=SIZE
) -> Sequence:
    """Shots of `lengths` frames, each drawing held for its shot's `holds`; the last one pans.

    Picture k is a ramp whose left half is grey 37 k (modulo 240), so that any two differ.
    """
    frames, picture, cel, shot, image = [], [], [], [], None
    drawing = view = -1
    for index, (length, hold) in enumerate(zip(lengths, holds, strict=True)):
        for frame in range(length):
            new = frame % hold == 0
            drawing += new
            if new or index == len(lengths) - 1:
                view += 1
                image = np.zeros((size[1], size[0], 3), np.uint8)
                patches = np.random.default_rng(view).integers(0, 240, (2, 2, 3), dtype=np.uint8)
                half = patches.repeat(size[1] // 2, 0).repeat(size[0] // 4, 1)
                image[:, : size[0] // 2] = half
                image[:, size[0] // 2 :] = (40 + 60 * index, 128, 30)
            frames.append(image)
            picture.append(view)
            cel.append(drawing)
            shot.append(index)
    labels = [np.array(values, np.int32) for values in (picture, cel, shot)]
    exposures = [*holds[:-1], 1]
    return Sequence(
        frames, rate, *labels, exposures, list(holds), "test", 3, list(spans), list(flashes)
    )


def fade(start: int, end: int) -> Span:
    return Span(start, end, "dissolve")
