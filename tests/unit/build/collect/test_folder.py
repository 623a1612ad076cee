"""What lies in a folder is found, told apart by its content, and keeps its place for good."""

from __future__ import annotations

import dataclasses
import errno
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest

from sakuga.build.collect import Collect
from sakuga.build.collect.folder import find_sources
from sakuga.core.containers import kind_of
from sakuga.core.errors import NotChosen, RequestError
from sakuga.core.files import local_path
from sakuga.core.records import Source
from sakuga.core.store import Part, Store
from sakuga.dataset.release.importing import import_release
from tests.releases import row, write_rows

MP4 = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 20
MKV = b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska"
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"


def find(out: Path, *inputs: Path, recipe: Collect | None = None) -> dict[str, Source]:
    """Sources by file name."""
    store = Store(str(out))
    listing = find_sources([str(i) for i in inputs], recipe or Collect(), store, lambda *_: None)
    listing.write(store)
    parts = store.parts("sources")
    assert parts == listing.parts
    rows = [source for part in parts for source in store.read_part(part, Source)]
    assert {row.part for row in rows} <= {part.number for part in parts}
    return {Path(local_path(row.url)).name: row for row in rows}


def parts_of(out: Path) -> Sequence[Part]:
    return Store(str(out)).parts("sources")


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (MP4, "mp4"),
        (b"\x00\x00\x00\x08moov", "mp4"),
        (MKV, "matroska"),
        (WEBM, "webm"),
        (b"\x00\x00\x00\x14ftypqt  ", "quicktime"),
        (b"\x00\x00\x00\x14ftypavif", "heif"),
        (b"GIF89a\x01\x00", "gif"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"\x89PNG\r\n", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        ((b"\x47" + b"\x00" * 187) * 3, "mpegts"),
        ("Καρτούν\n".encode(), "text"),
        (b"", "unknown"),
        (b"\x00\xff\x13\x37" * 20, "unknown"),
    ],
)
def test_content_tells_the_kind(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


def test_names_don_t_decide(films: Path, tmp_path: Path) -> None:
    (films / "really.gif").write_bytes(MP4)
    (films / "lies.mp4").write_bytes(b"GIF89a\x01\x00")
    found = find(tmp_path / "out", films)
    assert found["really.gif"].skipped is None
    assert found["lies.mp4"].skipped == "gif"


def test_a_damaged_film_is_no_skipped_file(films: Path, tmp_path: Path) -> None:
    (films / "random.mp4").write_bytes(b"\x00\xff\x13\x37" * 20)
    (films / "empty.mkv").touch()
    (films / "notes").write_text("buy milk")
    found = find(tmp_path / "out", films)
    assert {name: row.skipped for name, row in found.items()} == {
        "random.mp4": None,
        "empty.mkv": None,
        "notes": "text",
    }


def test_one_film_under_two_names_is_one_video_and_two_sources(films: Path, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        (films / name).write_bytes(MP4)
    found = find(tmp_path / "out", films)
    assert found["a.mp4"].video == found["b.mp4"].video
    assert (found["a.mp4"].duplicate_of, found["b.mp4"].duplicate_of) == (None, found["a.mp4"].id)
    assert found["a.mp4"].part == found["b.mp4"].part


def test_a_later_twin_changes_nothing_that_is_built(films: Path, tmp_path: Path) -> None:
    (films / "b.mp4").write_bytes(MP4)
    find(tmp_path / "out", films)
    before = parts_of(tmp_path / "out")
    (films / "a.mp4").write_bytes(MP4)
    found = find(tmp_path / "out", films)
    assert parts_of(tmp_path / "out") == before
    assert found["a.mp4"].duplicate_of == found["b.mp4"].id


def test_new_films_get_new_parts_and_old_ones_stay(films: Path, tmp_path: Path) -> None:
    (films / "m.mp4").write_bytes(MP4)
    first = find(tmp_path / "out", films)
    (films / "a.mp4").write_bytes(MP4 + b"1")
    second = find(tmp_path / "out", films)
    assert second["m.mp4"] == first["m.mp4"]
    assert (second["m.mp4"].part, second["a.mp4"].part) == (0, 1)


def test_a_changed_file_is_a_new_video(films: Path, tmp_path: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    first = find(tmp_path / "out", films)
    (films / "a.mp4").write_bytes(MP4 + b"longer")
    second = find(tmp_path / "out", films)
    assert second["a.mp4"].video != first["a.mp4"].video
    assert len(second) == 1
    assert len(parts_of(tmp_path / "out")) == 2  # the old part stays, with nothing in it


def test_a_file_that_was_seen_is_not_read_again(films: Path, tmp_path: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    find(tmp_path / "out", films)
    read: list[int] = []
    find_sources(
        [str(films)], Collect(), Store(str(tmp_path / "out")), lambda done, _: read.append(done)
    )
    assert read == []


def test_a_file_that_was_only_touched_stays_where_it_is(films: Path, tmp_path: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    find(tmp_path / "out", films)
    before = parts_of(tmp_path / "out")
    os.utime(films / "a.mp4", (1, 1))
    find(tmp_path / "out", films)
    assert parts_of(tmp_path / "out") == before


def test_a_file_that_could_not_be_read_is_tried_again(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (films / "a.mp4").write_bytes(MP4)
    with monkeypatch.context() as patch:
        patch.setattr("sakuga.build.collect.folder.open_file", deny)
        first = find(tmp_path / "out", films)
        before = parts_of(tmp_path / "out")
        assert find(tmp_path / "out", films) == first
        assert parts_of(tmp_path / "out") == before
    assert first["a.mp4"].kind == "can't be read: Permission denied"
    second = find(tmp_path / "out", films)
    assert second["a.mp4"].video
    assert second["a.mp4"].kind == "mp4"


def deny(url: str) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", url)


def test_links_are_followed_once(films: Path, tmp_path: Path) -> None:
    (films / "deep").mkdir()
    (films / "deep" / "a.mp4").write_bytes(MP4)
    (films / "deep" / "loop").symlink_to(films, target_is_directory=True)
    (films / "self.mp4").symlink_to("self.mp4")
    found = find(tmp_path / "out", films)
    assert set(found) == {"a.mp4", "self.mp4"}
    assert found["self.mp4"].video is None
    assert found["self.mp4"].kind.startswith("can't be read")


def test_a_pipe_is_not_opened(films: Path, tmp_path: Path) -> None:
    os.mkfifo(films / "pipe.mp4")
    (films / "a.mp4").write_bytes(MP4)
    assert set(find(tmp_path / "out", films)) == {"a.mp4"}


@pytest.mark.parametrize("name", ["動画 – ünïcode.mp4", "x" * 250 + ".mp4", "a'b\"<c>&.mp4"])
def test_names_are_kept(films: Path, tmp_path: Path, name: str) -> None:
    (films / name).write_bytes(MP4)
    assert find(tmp_path / "out", films)[name].url == str(films / name)


def test_a_name_that_is_no_text_is_kept_as_a_uri(films: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.mp4")
    try:
        (films / name).write_bytes(MP4)
    except OSError:
        pytest.skip("this file system takes no such name")
    [row] = find(tmp_path / "out", films).values()
    assert row.url.startswith("file://")
    assert local_path(row.url) == str(films / name)


def test_a_missing_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no such file or folder"):
        find(tmp_path / "out", tmp_path / "nowhere")


def test_a_bucket_is_listed_like_a_folder(tmp_path: Path) -> None:
    import fsspec

    bucket = f"memory://{uuid.uuid4().hex}"
    with fsspec.open(f"{bucket}/a.mp4", "wb") as file:
        file.write(MP4)
    store = Store(str(tmp_path))
    [rows] = find_sources([bucket], Collect(), store, lambda *_: None).changed.values()
    [row] = rows
    assert row.url == f"{bucket.replace('//', '///')}/a.mp4"
    assert row.kind == "mp4"


def test_many_files_share_parts(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sakuga.build.collect.folder.PARTS_WANTED", 2)
    for n in range(5):
        (films / f"{n}.mp4").write_bytes(MP4 + bytes([n]))
    found = find(tmp_path / "out", films)
    assert [found[f"{n}.mp4"].part for n in range(5)] == [0, 0, 0, 1, 1]


def test_a_folder_can_be_the_group(films: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (films / f"{name}.mp4").write_bytes(MP4 + name.encode())
    found = find(tmp_path / "out", films, recipe=Collect(group="folder"))
    assert found["a.mp4"].group == found["b.mp4"].group
    found = find(tmp_path / "out2", films)
    assert found["a.mp4"].group != found["b.mp4"].group


def test_what_is_built_into_is_not_footage(films: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    assert set(find(films / "out", films)) == {"a.mp4"}
    assert set(find(films / "out", films)) == {"a.mp4"}


def test_a_listing_says_what_nothing_is_built_from(films: Path, tmp_path: Path) -> None:
    for name, content in (("a.mp4", MP4), ("b.mp4", MP4), ("c.gif", b"GIF89a\x01\x00")):
        (films / name).write_bytes(content)
    store = Store(str(tmp_path / "out"))
    listing = find_sources([str(films)], Collect(), store, lambda *_: None)
    assert (listing.duplicates(), listing.skipped()) == (1, {"gif": 1})
    assert list(listing.sources) == listing.parts


def test_looking_writes_nothing(films: Path, tmp_path: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    find_sources([str(films)], Collect(), Store(str(tmp_path / "out")), lambda *_: None)
    assert not (tmp_path / "out").exists()


def test_what_is_said_of_the_footage_may_change(films: Path, tmp_path: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    find(tmp_path / "out", films)
    found = find(tmp_path / "out", films, recipe=Collect(licence="CC0", user_tags=("cel",)))
    assert (found["a.mp4"].licence, found["a.mp4"].user_tags) == ("CC0", ["cel"])


def test_what_was_imported_keeps_its_group_and_tags(tmp_path: Path) -> None:
    release = write_rows(tmp_path, train_full=[row(0, user_tags="smoke"), row(1), row(9)])
    import_release(release, str(tmp_path / "out"))
    before = listed(tmp_path / "out")
    recipe = Collect(licence="CC0-1.0", user_tags=("mine",))
    find(tmp_path / "out", recipe=recipe)
    assert listed(tmp_path / "out") == before


def listed(out: Path) -> list[Source]:
    store = Store(str(out))
    return [source for part in store.parts("sources") for source in store.read_part(part, Source)]


GIF, MOV = b"GIF89a\x01\x00", b"\x00\x00\x00\x14ftypqt  " + b"\x00" * 9
THREE = Collect(kinds=("mp4", "matroska", "webm"))


def test_every_container_of_video_is_built_from_unless_kinds_are_named(
    films: Path, tmp_path: Path
) -> None:
    (films / "a.mov").write_bytes(MOV)
    (films / "b.gif").write_bytes(GIF)
    (films / "c.mp4").write_bytes(MP4)
    for out, recipe, built in (
        ("1", Collect(), {"a.mov", "c.mp4"}),
        ("2", THREE, {"c.mp4"}),
        ("3", Collect(animated=True), {"a.mov", "b.gif", "c.mp4"}),
    ):
        found = find(tmp_path / out, films, recipe=recipe)
        assert {name for name, row in found.items() if not row.skipped} == built


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'mkv'.*matroska"):
        Collect(kinds=("mkv",))


def test_what_is_asked_for_later_is_built_from_then(films: Path, tmp_path: Path) -> None:
    (films / "b.gif").write_bytes(GIF)
    (films / "c.mp4").write_bytes(MP4)
    before = find(tmp_path / "out", films)["b.gif"]
    asked = find(tmp_path / "out", films, recipe=Collect(animated=True))["b.gif"]
    after = find(tmp_path / "out", films)["b.gif"]
    assert (before.skipped, asked.skipped, after.skipped) == ("gif", None, "gif")
    assert asked.video
    assert after.video is None


def test_a_named_file_that_is_not_wanted_is_no_skipped_file(films: Path, tmp_path: Path) -> None:
    (films / "b.gif").write_bytes(GIF)
    named = find(tmp_path / "out", films / "b.gif")["b.gif"]
    assert (named.skipped, named.video, named.kind) == (None, None, "gif")
    with pytest.raises(NotChosen, match=r"--set collect.animated=true"):
        list(Collect().load()([(named,)]))
    for recipe, kind in ((THREE, "quicktime"), (Collect(), "png")):
        source = dataclasses.replace(named, kind=kind)
        with pytest.raises(NotChosen, match=kind):
            list(recipe.load()([(source,)]))
    assert find(tmp_path / "out", films)["b.gif"].skipped == "gif"
    assert find(tmp_path / "out", films / "b.gif", films)["b.gif"].skipped is None


def test_typescript_is_no_damaged_recording(films: Path, tmp_path: Path) -> None:
    (films / "index.ts").write_text("export const a = 1\n")
    (films / "damaged.ts").write_bytes(b"\x00\xff\x13\x37" * 20)
    found = find(tmp_path / "out", films)
    assert (found["index.ts"].skipped, found["damaged.ts"].skipped) == ("text", None)


def test_what_another_build_wrote_is_not_footage(films: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    find(films / "first", films)
    for name in ("dataset", "report", "failures"):
        (films / "first" / name).mkdir()
        (films / "first" / name / "notes.md").write_text("# notes")
    (films / "first" / "b.mp4").write_bytes(MP4 + b"b")
    assert set(find(films / "second", films)) == {"a.mp4", "b.mp4"}
    assert set(find(films, films)) == {"a.mp4", "b.mp4"}
    assert set(find(films, films)) == {"a.mp4", "b.mp4"}


def test_what_was_written_into_a_bucket_is_not_footage() -> None:
    import fsspec

    bucket = f"memory://{uuid.uuid4().hex}"
    with fsspec.open(f"{bucket}/a.mp4", "wb") as file:
        file.write(MP4)
    for _ in range(2):
        store = Store(bucket)
        listing = find_sources([bucket], Collect(), store, lambda *_: None)
        listing.write(store)
    assert [s.url for s in listing.given] == [f"{bucket.replace('//', '///')}/a.mp4"]


def test_a_listing_tells_what_the_inputs_held(films: Path, tmp_path: Path) -> None:
    (films / "a.mp4").write_bytes(MP4)
    store = Store(str(tmp_path / "out"))
    (films / "deep").mkdir()
    (films / "deep" / "c.gif").write_bytes(GIF)
    find_sources([str(films)], Collect(), store, lambda *_: None).write(store)
    listing = find_sources([str(films / "deep")], Collect(), store, lambda *_: None)
    assert [s.skipped for s in listing.given] == ["gif"]
    assert len([s for of_part in listing.sources.values() for s in of_part]) == 2
