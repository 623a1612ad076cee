"""The contact sheet: a strip for each shot, in which every drawing is as wide as it is held."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from itertools import groupby

from sakuga.report.about import content
from sakuga.report.cells import Cell, cells_of, first_whole, labels
from sakuga.report.names import harmless
from sakuga.report.pictures import HEIGHT, Pictures, focus_of, width_of
from sakuga.report.shots import Shot
from sakuga.report.words import (
    boundary_words,
    camera_arrow,
    camera_words,
    drawing_words,
    length_words,
    timing_words,
)

SHADES = {1: "h1", 2: "h2", 3: "h3"}  # the colour of a hold; longer ones are h4, then h9
LONG = 9  # frames: from here on a hold is a rest


def sheet(shots: Sequence[Shot], pictures: dict[str, Pictures]) -> str:
    """All strips, under the names of their films. `shots` are in order, as in `hero`."""
    parts: list[str] = []
    for _, of_film in groupby(enumerate(shots), lambda each: each[1].video.id):
        for place, (number, shot) in enumerate(of_film):
            if place == 0:
                parts.append(_film(shot))
            parts.append(_card(shot, pictures.get(shot.clip.id, {}), number))
    return "\n".join(parts)


def hero(shots: Sequence[Shot], pictures: dict[str, Pictures], most: int = 12) -> str:
    """A band of drawings, spread over the whole sheet; none that shows next to nothing."""
    sizes = sorted(len(image) for shot in shots for image in pictures[shot.clip.id].values())
    least = sizes[len(sizes) // 2] * 0.6 if sizes else 0
    drawn = [
        (_picture(number, drawing), width_of(shot.video))
        for number, shot in enumerate(shots)
        for drawing, image in sorted(pictures.get(shot.clip.id, {}).items())
        if len(image) > least
    ]
    few = min(most, len(drawn))
    chosen = [drawn[(2 * place + 1) * len(drawn) // (2 * few)] for place in range(few)]
    cells = [f'<i class="{name}" style="flex-grow:{wide}"></i>' for name, wide in chosen]
    return f'<div class="hero" aria-hidden="true">{"".join(cells)}</div>' if cells else ""


def _film(shot: Shot) -> str:
    video = shot.video
    rate = f"{float(video.frame_rate):.6g}" if video.frame_rate else "?"
    told = f"{video.width}×{video.height} · {harmless(video.codec)} · {rate} fps"
    return f'<h3 class="film"><span>{escape(shot.name)}</span> <small>{escape(told)}</small></h3>'


def _card(shot: Shot, pictures: Pictures, number: int) -> str:
    cells, wide = cells_of(shot), width_of(shot.video)
    frames = sum(cell.span for cell in cells)
    rate = frames / shot.seconds if shot.seconds else float(shot.video.frame_rate) or 24.0
    return (
        f'<article class="shot" style="--wide:{wide};--aspect:{wide}/{HEIGHT};'
        f'--at:{focus_of(pictures):.2f}" data-rate="{rate:.4f}">'
        f"<style>{_styles(number, pictures)}</style>"
        f"<header>{_caption(shot)}</header>"
        f'<div class="body">{_viewer(first_whole(cells, shot.clip.body_start), number)}'
        f"{_strip(shot, cells, pictures, number)}</div>{content(shot)}</article>"
    )


def _styles(number: int, pictures: Pictures) -> str:
    """One class for each picture, so that a drawing that returns costs nothing."""
    return "".join(
        f".{_picture(number, drawing)}{{background-image:"
        f"url(data:image/jpeg;base64,{base64.b64encode(image).decode()})}}"
        for drawing, image in pictures.items()
    )


def _picture(number: int, drawing: int) -> str:
    return f"p{number}-{drawing}"


def _caption(shot: Shot) -> str:
    clip, motion = shot.clip, shot.motion
    badges = [_badge(f"b-{clip.opens}", _sign(clip.opens), _opens(shot))]
    facts = [
        f"<b>{clip.index + 1}</b>",
        f'<span class="time">{shot.time_code}</span>',
        f"<span>{length_words(shot)}</span>",
        f"<span>{drawing_words(shot)}</span>",
    ]
    if motion is not None:
        style = "mixed" if motion.mixed else harmless(motion.timing)
        badges.append(_badge(f"timing t-{style}", "", timing_words(shot)))
        if motion.camera != "static":
            badges.append(_badge("camera", camera_arrow(motion), camera_words(motion)))
    if clip.short:
        badges.append(_badge("short", "", "short"))
    return f'<p class="facts">{"".join(facts)}</p><p class="badges">{"".join(badges)}</p>'


def _opens(shot: Shot) -> str:
    return boundary_words(shot.clip.opens, shot.clip.opens_confidence)


def _sign(kind: str) -> str:
    return {"cut": "✂", "dissolve": "⨉", "fade_black": "◣", "fade_white": "◺"}.get(kind, "▸")


def _badge(style: str, sign: str, text: str) -> str:
    mark = f'<i aria-hidden="true">{sign}</i>' if sign else ""
    return f'<span class="badge {escape(style)}">{mark}{escape(text)}</span>'


def _viewer(cell: Cell, number: int) -> str:
    """Where the drawing under the pointer is seen whole, and the shot is played."""
    return (
        f'<div class="viewer"><button type="button" class="screen {_picture(number, cell.drawing)}"'
        f' aria-label="play this shot"><i aria-hidden="true"></i></button>'
        f"<output>{cell.words}</output></div>"
    )


def _strip(shot: Shot, cells: Sequence[Cell], pictures: Pictures, number: int) -> str:
    parts: list[str] = []
    for place, (cell, labelled) in enumerate(zip(cells, labels(cells), strict=True)):
        styles = [SHADES.get(round(cell.span), "h9" if cell.span >= LONG else "h4")]
        styles += ["back"] * cell.returns + ["unsure"] * cell.unsure
        if cell.drawing in pictures:
            styles.append(_picture(number, cell.drawing))
        kept = ' class="k"' if cell.drawing % 5 == 0 else ""
        label = f"<b{kept}>{cell.drawing}</b>" if labelled else ""
        parts.append(
            f'<i class="{" ".join(styles)}" style="--h:{cell.span:g}{_shade(shot, cell)}" '
            f'tabindex="{-1 if place else 0}" role="listitem" title="{cell.words}" '
            f'data-h="{cell.span:g}">{label}</i>'
        )
    listed = "".join(parts)
    return f'<div class="strip" role="list" aria-label="drawings in time">{listed}</div>'


def _shade(shot: Shot, cell: Cell) -> str:
    """Which part of a cell a transition covers, in percent of its width."""
    opening = (shot.clip.body_start - cell.frame) / cell.hold
    closing = (shot.clip.body_end - cell.frame) / cell.hold
    style = f";--in:{min(1.0, opening):.0%}" if opening > 0 else ""
    return style + (f";--out:{1 - max(0.0, closing):.0%}" if closing < 1 else "")
