"""`build`, `plan` and `status` on small films: what is printed, and the exit codes."""

from __future__ import annotations

import errno
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from sakuga.build.scan import Scan
from sakuga.cli.progress import Parts
from sakuga.core.guard import WorldError
from sakuga.core.plan import Plan
from sakuga.core.records import Video
from sakuga.core.stage import Job, Outcome
from sakuga.core.store import Part, Store
from tests.films import pictures, write
from tests.tables import filled
from tests.unit.cli.test_requests import refused, run
from tests.unit.core.test_containers import animated_webp


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    write(folder / "good.mp4", list(pictures(12)))
    (folder / "notes.txt").write_text("no film")
    return folder


def test_a_build_says_what_it_made_and_what_it_skipped(films: Path, tmp_path: Path) -> None:
    result = run("build", films, "--out", tmp_path / "out", "--workers", "0")
    assert result.exit_code == 0, result.output
    assert "Made 1 video" in result.stdout
    assert "Skipped 1 file that no shots are made from: 1 text." in result.stdout
    again = run("build", films, "--out", tmp_path / "out", "--workers", "0")
    assert "Nothing to do" in again.stdout


def test_failed_items_exit_3_and_say_where_to_look(films: Path, tmp_path: Path) -> None:
    (films / "bad.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(range(256)) * 8)
    out = tmp_path / "out"
    result = run("build", films, "--out", out, "--workers", "0")
    assert result.exit_code == 3, result.output
    assert "1 item failed: 1 " in result.stdout
    assert f"see: sakuga status {out}" in result.stdout
    status = run("status", out)
    assert status.exit_code == 0
    assert "bad.mp4" in status.stdout
    assert f"sakuga build --out {out} --retry" in status.stdout


def animation(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr8"
        for image in pictures(6, 64, 48):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame.reformat(format="bgr8")))
        container.mux(stream.encode(None))
    return path


def test_a_named_file_that_is_skipped_exits_3_and_its_mend_works(tmp_path: Path) -> None:
    gif, out = animation(tmp_path / "a.gif"), tmp_path / "out"
    result = run("build", gif, "--out", out, "--workers", "0")
    assert result.exit_code == 3, result.output
    assert f"Not built from {gif}: gif is an animated image" in result.stdout
    assert "1 item failed: 1 not_chosen" in result.stdout
    flag = "--set collect.animated=true"
    assert flag in result.stdout
    mended = run("build", gif, "--out", out, "--workers", "0", *flag.split())
    assert mended.exit_code == 0, mended.output
    assert "Made 1 video" in mended.stdout


def test_an_animated_webp_is_a_video_when_asked_for(tmp_path: Path) -> None:
    film, out = animated_webp(tmp_path / "a.webp", 12), tmp_path / "out"
    told = ("build", film, "--out", out, "--workers", "0", "--set", "collect.animated=true")
    result = run(*told)
    assert result.exit_code == 0, result.output
    store = Store(str(out))
    [video] = store.read_part(store.parts("videos")[0], Video)
    assert (video.container, video.codec, video.ground) == ("animated_webp", "webp", "white")


def test_a_kind_that_is_not_chosen_is_built_from_by_what_is_said_to_do(
    tmp_path: Path,
) -> None:
    film, out = write(tmp_path / "a.mkv", list(pictures(6))), tmp_path / "out"
    told = ("build", film, "--out", out, "--workers", "0", "--set", 'collect.kinds=["mp4"]')
    result = run(*told)
    assert result.exit_code == 3, result.output
    [flag] = re.findall(r"--set '(.*?)'", result.stdout)
    assert run(*told, "--set", flag).exit_code == 0


@pytest.mark.parametrize(
    ("files", "what", "do"),
    [
        ({}, "the folder is empty", "name a folder or file of footage"),
        ({"a.txt": b"x", "b.png": b"\x89PNG"}, "(1 text, 1 png)", "name a folder"),
        ({"a.gif": b"GIF89a"}, "(1 gif)", "--set collect.animated=true"),
    ],
)
def test_a_folder_without_video_is_said_to_be_one(
    tmp_path: Path, files: dict[str, bytes], what: str, do: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    refused(run("build", folder, "--out", folder / "out"), what, do)
    refused(run("build", folder, "--out", folder / "out"), str(folder), what)


def test_json_is_all_that_is_printed(films: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    planned = json.loads(run("plan", films, "--out", out, "--json").stdout)
    assert {room["room"]: room["missing"] for room in planned["rooms"]}["scan"] >= 1
    built = json.loads(run("build", films, "--out", out, "--workers", "0", "--json").stdout)
    assert built["skipped"] == {"text": 1}
    assert built["rows"]["collect"] == 1
    state = json.loads(run("status", out, "--json").stdout)
    assert {t["table"]: t["rows"] for t in state["tables"]}["videos"] == 1


def test_a_plan_says_what_is_stale_and_why(films: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("build", films, "--out", out, "--workers", "0")
    result = run("plan", "--out", out, "--set", "split.min_length=7", "--json")
    rooms = {room["room"]: room for room in json.loads(result.stdout)["rooms"]}
    assert rooms["scan"]["stale"] == 0
    assert rooms["split"]["why"] == "min_length 18 -> 7"
    assert rooms["split"]["stale"] == rooms["publish"]["stale"] > 0
    assert "made again" in rooms["publish"]["why"]
    told = run("plan", "--out", out, "--set", "split.min_length=7")
    assert "add --remake split" in told.stdout


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (WorldError("OSError: disk full"), 1, "goes on from there"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "goes on from there"),
        (MemoryError(), 1, "MemoryError"),
        (KeyboardInterrupt(), 130, "goes on from there"),
    ],
)
def test_a_stopped_build_says_how_it_goes_on(
    films: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def stopped(*_: Any) -> None:
        raise error

    monkeypatch.setattr("sakuga.core.engine.Inline.run", stopped)
    result = run("build", films, "--out", tmp_path / "out", "--workers", "0")
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_our_own_bugs_are_not_hidden(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sakuga.core.engine.Inline.run", broken)
    result = run("build", films, "--out", tmp_path / "out", "--workers", "0")
    assert isinstance(result.exception, ZeroDivisionError)


def test_a_part_that_is_being_decoded_counts_for_what_is_done(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    video = filled(Video, id="a", duration=10.0, frame_rate=Fraction(24))
    of_video = Part("videos", 0, "0" * 16)
    with store.writing(of_video, Video, {}) as out:
        out.add([video], [])
    job = Job(str(tmp_path), Scan(), Part("signals", 0, "0" * 16), (of_video,))
    told: list[tuple[str, float, int]] = []
    parts = Parts(lambda *each: told.append(each))
    parts.planned(Plan(store, [job.stage], {}, {}, [job]))
    parts.working(job, 60)
    parts.working(job, 500)
    parts.done(job, Outcome(1, 0, 1.0))
    assert told == [("scan", 0, 1), ("scan", 0.25, 1), ("scan", 0.98, 1), ("scan", 1, 1)]
