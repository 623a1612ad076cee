"""The page: whole, harmless, and with the numbers of its JSON."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from sakuga.build.classify import taxonomy_text
from sakuga.core.records import Failure
from sakuga.dataset.taxonomy import AXES
from sakuga.report import write_report
from sakuga.report.cooccurrence import write_cooccurrence
from tests.tables import Folder, digest
from tests.unit.report.rows import known_row, unknown

HOSTILE = '/films/"><script>alert("1")<img src=x>&\u202e\x1b[31m.mp4'


class Reader(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Folder(str(tmp_path))
    failure = Failure(digest(HOSTILE), "clips", "<b>bad", "<img src=x onerror=alert(1)>")
    made.add_film(HOSTILE, [[2, 2, 4], [1] * 30], failures=[failure])
    made.add_film(
        "/films/two.mkv", [[3, 3, 9, 3]], drawings=[[1, 2, 3, 1]], motions=[{"camera": "pan"}]
    )
    made.add_skipped("/films/a.txt", "text")
    return tmp_path


def page_of(folder: Path, **options: int) -> str:
    address, _ = write_report(str(folder), **options)
    return Path(address).read_text(encoding="utf-8")


def test_names_and_messages_of_files_are_shown_and_never_obeyed(folder: Path) -> None:
    page = page_of(folder)
    read = Reader(page)
    assert len([tag for tag, _ in read.tags if tag == "script"]) == 1
    assert not [tag for tag, _ in read.tags if tag == "img"]
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert any('alert("1")' in text for text in read.text)


def test_the_page_asks_for_nothing_from_outside(folder: Path) -> None:
    page = page_of(folder)
    assert not re.findall(r"https?://", page)
    for _, attributes in Reader(page).tags:
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:"))


def test_strips_are_as_long_as_their_shots(folder: Path) -> None:
    held = [int(a["data-h"] or 0) for _, a in Reader(page_of(folder)).tags if "data-h" in a]
    assert sum(held) == 8 + 30 + 18


def test_a_drawing_that_returns_is_marked(folder: Path) -> None:
    assert page_of(folder).count("drawing 1 again") == 1


def test_pictures_come_from_samples_where_the_film_is_gone(folder: Path) -> None:
    assert page_of(folder).count("data:image/jpeg;base64,") >= 3


def test_the_json_has_the_same_numbers(folder: Path) -> None:
    _, told = write_report(str(folder))
    written = json.loads((folder / "report" / "report.json").read_text())
    assert written == json.loads(json.dumps(told))
    page = page_of(folder)
    for bar in written["charts"]["length"]:
        assert f"{bar['label']}: {bar['count']} shots, {bar['share']:.1f}%" in page
    assert f"<dd>{written['totals']['shots']}</dd>" in page
    assert [shot["name"] for shot in written["sheet"]][1:] and len(written["sheet"]) == 3


def test_shots_are_taken_from_every_film_in_turn(folder: Path) -> None:
    _, told = write_report(str(folder), max_shots=2)
    assert {shot["clip"]["index"] for shot in told["sheet"]} == {0}
    assert "2 shots are shown; 1 are not" in page_of(folder, max_shots=2).replace(
        "is not", "are not"
    )


def test_a_shot_is_told_with_its_description_and_tags(tmp_path: Path) -> None:
    row = dataclasses.replace(
        known_row(1, np.random.default_rng(0)),
        text_description="<script>alert(2)</script> runs \u202e away",
        anime_tags=[f"tag_{n}" for n in range(20)] + ["<b>bold"],
    )
    Folder(str(tmp_path)).add_film("/a.mp4", [[2, 2], [3]], published=[row, unknown(row)])
    page = page_of(tmp_path)
    assert "&lt;script&gt;alert(2)&lt;/script&gt; runs \ufffd away" in page
    assert page.count('<div class="content">') == 1
    assert "<summary>5 more tags</summary>" in page
    assert "<li>tag 3</li>" in page and "<li>&lt;b&gt;bold</li>" in page


def test_what_a_profile_does_not_know_is_said_and_never_nought(folder: Path) -> None:
    page = page_of(folder)
    assert page.count("Not known by this profile: paper or modern fills it") == 4 + len(AXES)
    assert "Not known by this profile: lite, paper or modern fills it" in page
    _, told = write_report(str(folder))
    assert told["known"]["words"] == 0 and told["totals"]["words"] is None


def test_tags_that_speak_of_no_one_tell_no_bias(tmp_path: Path) -> None:
    row = known_row(1, np.random.default_rng(0))
    Folder(str(tmp_path)).add_film(
        "/a.mp4", [[2]], published=[dataclasses.replace(row, taxonomy=None)]
    )
    assert "women or girls only" not in page_of(tmp_path)
    _, told = write_report(str(tmp_path))
    assert told["known"]["subjects"] == 0 and told["totals"]["tags"] > 0


def test_where_a_part_is_known_it_is_said_how_much(tmp_path: Path) -> None:
    row = known_row(1, np.random.default_rng(0))
    Folder(str(tmp_path)).add_film("/a.mp4", [[2]] * 3, published=[row, unknown(row), row])
    assert "known of 2 of 3 shots" in page_of(tmp_path)


def test_figure_4_is_drawn_where_it_is_asked_for(folder: Path) -> None:
    page_of(folder)
    assert not (folder / "report" / "figure4.png").exists()
    page_of(folder, png=True)
    assert (folder / "report" / "figure4.png").read_bytes().startswith(b"\x89PNG")


def test_tags_that_stand_together_are_shown_where_they_were_asked_for(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [known_row(n, rng) for n in range(60)]
    Folder(str(tmp_path)).add_film("/a.mp4", [[2]] * 60, published=rows)
    assert 'id="together"' not in page_of(tmp_path)
    together = write_cooccurrence(str(tmp_path), taxonomy_text(), "taxonomy.toml")
    address, told = write_report(str(tmp_path), together=together)
    page = Path(address).read_text(encoding="utf-8")
    assert 'id="together"' in page and "data:image/png;base64," in page
    assert told["together"]["pairs"] == together.pairs
    json.dumps(told)


def test_a_build_without_shots_has_a_page(tmp_path: Path) -> None:
    Folder(str(tmp_path)).add_skipped("/films/a.txt", "text")
    assert "No shots have been found yet." in page_of(tmp_path)


def test_failures_name_the_file_they_come_from(folder: Path) -> None:
    _, told = write_report(str(folder))
    (reason,) = told["failures"]
    assert reason["count"] == 1
    assert reason["examples"][0]["source"].endswith(".mp4")


def test_the_page_goes_where_it_is_told(folder: Path) -> None:
    out = folder / "elsewhere" / "page.html"
    assert write_report(str(folder), str(out))[0] == str(out)
    assert out.exists() and out.with_suffix(".json").exists()
