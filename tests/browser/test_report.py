"""The report in a real browser: it opens without a complaint, and its strips keep time."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.report import write_report
from tests.tables import Folder
from tests.unit.report.rows import known_row

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
PATIENT = 120_000  # milliseconds: a browser is slow on a machine with much to do
HOLDS = [[1, 2, 3, 9, 2, 2], [4, 1, 1, 30]]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("built")
    folder = Folder(str(root))
    folder.add_film("/films/<script>boom()<b>.mp4", HOLDS, transition=4)
    folder.add_film("/films/long.mkv", [[2] * 200])
    rng = np.random.default_rng(0)
    tags = [f"a_tag_as_long_as_{'they' * n}_come" for n in range(24)]
    rows = [dataclasses.replace(known_row(n, rng), anime_tags=tags) for n in range(3)]
    folder.add_film("/films/told.mkv", [[3, 3]] * 3, published=rows)
    return Path(write_report(str(root))[0]).as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        playwright.expect.set_options(timeout=PATIENT)
        opened = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENT)
        yield opened
        opened.close()


class Visit:
    """The page in one window, with all that it complained of and asked for."""

    def __init__(self, browser: Any, address: str, width: int, scripts: bool = True) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        view = {"width": width, "height": 800}
        self.context = browser.new_context(viewport=view, java_script_enabled=scripts)
        self.context.set_default_timeout(PATIENT)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)


@pytest.fixture(params=[1400, 400])
def visit(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Visit]:
    made = Visit(browser, address, request.param)
    yield made
    made.context.close()


def widths(page: Any, strip: int) -> list[float]:
    cells = page.locator(".strip").nth(strip).locator("i")
    return [cells.nth(n).bounding_box()["width"] for n in range(cells.count())]


def test_the_page_opens_without_a_complaint_and_asks_for_nothing(
    visit: Visit, address: str
) -> None:
    assert visit.said == []
    assert [url for url in visit.asked if not url.startswith("data:")] == [address]


def test_drawings_are_as_wide_as_they_are_held(visit: Visit) -> None:
    for strip, holds in enumerate(HOLDS):
        measured = widths(visit.page, strip)
        frame = measured[0] / holds[0]
        assert measured == pytest.approx([hold * frame for hold in holds], abs=0.1)


def test_time_runs_to_the_right_and_on_in_the_next_line(visit: Visit) -> None:
    boxes = visit.page.evaluate(
        "[...document.querySelectorAll('.strip')][2].querySelectorAll('i').values()"
        ".map(c => [c.offsetTop, c.offsetLeft]).toArray()"
    )
    assert boxes == sorted(boxes)
    assert len({top for top, _ in boxes}) > 1


def test_nothing_is_wider_than_the_window(visit: Visit) -> None:
    wide = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def test_pointing_at_a_drawing_tells_about_it(visit: Visit) -> None:
    visit.page.locator(".strip i").nth(3).hover()
    told = visit.page.locator(".shot output").first.inner_text()
    assert told.startswith("frame 6 · drawing 4 · held 9 frames")


def test_arrows_step_through_the_drawings(visit: Visit) -> None:
    visit.page.locator(".strip i").first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowRight")
    assert "drawing 3" in visit.page.locator(".shot output").first.inner_text()
    assert visit.page.locator(".strip i:focus").get_attribute("data-h") == "3"


def test_a_shot_plays_and_stops(visit: Visit) -> None:
    screen = visit.page.locator(".screen").first
    screen.click()
    playwright.expect(visit.page.locator(".shot").first).to_have_class("shot playing")
    playwright.expect(visit.page.locator(".shot output").first).to_contain_text("drawing 4")
    screen.click()
    playwright.expect(visit.page.locator(".shot").first).to_have_class("shot")


def test_the_rest_of_the_tags_unfolds(visit: Visit) -> None:
    rest = visit.page.locator("details .tags li").first
    assert not rest.is_visible()
    visit.page.locator("details summary").first.click()
    assert rest.is_visible()
    wide = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def test_every_link_of_the_navigation_leads_somewhere(visit: Visit) -> None:
    for link in visit.page.locator("nav a").all():
        assert visit.page.locator(link.get_attribute("href")).count() == 1


def test_the_sheet_is_whole_without_scripts(browser: Any, address: str) -> None:
    made = Visit(browser, address, 1400, scripts=False)
    assert made.page.locator(".strip i").count() == 6 + 4 + 200 + 3 * 2
    assert made.page.locator("figure svg").count() >= 5
    made.context.close()
