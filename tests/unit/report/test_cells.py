"""Exposure sheets as cells, and the pictures of a strip."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.core.images import to_jpeg
from sakuga.report.cells import FRAME, Cell, cells_of, first_whole, labels
from sakuga.report.names import harmless, shown_name
from sakuga.report.pictures import focus_of
from sakuga.report.shots import Shot, choose_shots, find_shot, read_shots
from sakuga.report.tables import Tables
from tests.tables import Folder, digest


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    folder = Folder(str(tmp_path))
    folder.add_film("/a.mp4", [[2, 3], [4, 1, 6]], drawings=[[1, 2], [1, 2, 1]], transition=5)
    folder.add_film("/b.mp4", [[10]])
    return Tables(str(tmp_path))


def test_cells_follow_each_other_without_a_gap(tables: Tables) -> None:
    shot = find_shot(tables, digest("/a.mp4") + ":1")
    cells = cells_of(shot)
    assert [(c.frame, c.hold, c.drawing, c.returns) for c in cells] == [
        (5, 4, 1, False),
        (9, 1, 2, False),
        (10, 6, 1, True),
    ]


def test_a_shot_whose_drawings_are_unknown_is_one_cell(tables: Tables) -> None:
    shot = find_shot(tables, digest("/a.mp4") + ":0")
    (cell,) = cells_of(Shot(shot.clip, shot.video, None, None))
    assert (cell.hold, cell.sure) == (5, None)


def test_where_a_file_leaves_repeats_out_a_drawing_is_as_wide_as_it_is_shown(
    tmp_path: Path,
) -> None:
    folder = Folder(str(tmp_path))
    pts = np.cumsum([0] + [40, 80, 80, 120] * 25)[:100]
    video = folder.add_film("/a.webm", [[1] * 100], pts=pts)
    cells = cells_of(find_shot(Tables(str(tmp_path)), f"{video}:0"))
    assert [cell.span for cell in cells[:8]] == [1, 2, 2, 3, 1, 2, 2, 3]
    assert cells[1].words == "frame 1 · drawing 2 · held 1 frame, as long as 2 · 100% sure"


def test_a_shot_is_shown_by_its_first_drawing_after_the_transition(tables: Tables) -> None:
    shot = find_shot(tables, digest("/a.mp4") + ":1")
    assert first_whole(cells_of(shot), shot.clip.body_start).frame == 10


def test_labels_never_overlap() -> None:
    cells = [Cell(n, 1 + n % 2, 1 + n % 2, 95 + n, n % 7 == 0, 0.6 + n / 100) for n in range(40)]
    free = at = 0
    for cell, shown in zip(cells, labels(cells), strict=True):
        if shown:
            assert at >= free
            free = at + cell.label_width
        at += cell.hold * FRAME
    assert free > 0


def test_a_narrow_strip_looks_where_drawings_differ() -> None:
    pictures = {}
    for number in range(1, 9):
        picture = np.full((96, 128, 3), 120, np.uint8)
        cv2.circle(picture, (100, 30 + 5 * number), 10, (0, 0, 255), -1)
        pictures[number] = to_jpeg(picture)
    assert focus_of(pictures) == pytest.approx(100 / 128, abs=0.06)
    assert focus_of({1: pictures[1]}) == 0.5


def test_films_take_turns_on_the_sheet(tables: Tables) -> None:
    shots = read_shots(tables, choose_shots(tables, 2))
    assert {shot.name for shot in shots} == {"a.mp4", "b.mp4"}


def test_a_clip_is_found_by_the_beginning_of_its_id(tables: Tables) -> None:
    clip = find_shot(tables, digest("/a.mp4")[:9] + ":0").clip
    assert find_shot(tables, clip.id[:20]).clip == clip


def test_what_names_no_clip_or_several_is_refused(tables: Tables) -> None:
    with pytest.raises(RequestError, match="no clip begins so"):
        find_shot(tables, "zz")
    with pytest.raises(RequestError, match="no clip begins so"):
        find_shot(tables, "")


def test_a_beginning_that_two_clips_share_is_refused(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    firsts = Counter(digest(f"{folder.add_film(f'/{n}.mp4', [[1]])}:0")[0] for n in range(17))
    shared, clips = firsts.most_common(1)[0]
    with pytest.raises(RequestError, match=f"{clips} clips begin so"):
        find_shot(Tables(str(tmp_path)), shared)


def test_names_lose_what_a_terminal_would_obey() -> None:
    assert shown_name("/films/\x1b[31mred\u202e.mp4") == "\ufffd[31mred\ufffd.mp4"
    assert shown_name("file:///films/%FFa.mp4").endswith("a.mp4")
    assert shown_name("C:\\films\\a.mp4") == "a.mp4"
    assert harmless("plain ü 漢字") == "plain ü 漢字"
