"""What a number is of: nets by their files' hashes, clips by their frames, runs that compare."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sakuga.core.needs import Needs
from sakuga.core.weights import Weights
from sakuga.evaluate import figure9, figure10, gap, generation, origin, table3, table4
from sakuga.evaluate.clips import Clips
from sakuga.evaluate.extractors.i3d import I3d
from sakuga.evaluate.extractors.inception import Inception
from sakuga.evaluate.extractors.random import Random
from sakuga.evaluate.extractors.videomae import VideoMae
from sakuga.evaluate.sources import open_source
from tests.builds import once
from tests.tiny.hub import hub_cache, offline, snapshot
from tests.unit.evaluate.sides import blobs

FILES = {"model.safetensors": b"weights", "config.json": b"{}", "other.bin": b"not asked for"}
SMALL = Clips(frames=4, height=16, width=24)
NETS: dict[str, Any] = {"fid": Random(width=4), "space": Random(width=4, seed=1)}


@dataclasses.dataclass(frozen=True, slots=True)
class OfHub:
    """A net of a repository."""

    repo: str
    called = "a net"
    sees = "frames"

    @property
    def needs(self) -> Needs:
        weights = Weights(self.repo, "main", ("*.safetensors", "config.json"), 1)
        return Needs("metrics", ("numpy",), (weights,))

    def check(self, frames: int) -> None: ...

    def load(self) -> Any: ...


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_net_of_the_hub_is_told_by_the_commit_that_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path)
    hub_cache(tmp_path, "some/net", "main", FILES)
    found = origin.net(OfHub("some/net"))
    assert found.weights == "some/net" and found.commit == snapshot(tmp_path, "some/net").name
    assert found.files == {name: sha(FILES[name]) for name in ("config.json", "model.safetensors")}
    assert set(found.packages) == {"numpy"} and found.recipe["repo"] == "some/net"


def test_a_net_of_ones_own_folder_has_no_commit_and_no_path_of_the_machine(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    found = origin.net(OfHub(str(folder)))
    assert (found.weights, found.commit) == ("mine", "")
    assert found.files["model.safetensors"] == sha(b"weights")
    assert str(tmp_path) not in json.dumps(dataclasses.asdict(found))


@pytest.mark.parametrize("recipe", [I3d, Inception])
def test_a_net_of_one_file_is_told_by_its_hash(recipe: Any, tmp_path: Path) -> None:
    (tmp_path / "net.pt").write_bytes(b"weights")
    found = origin.net(recipe(str(tmp_path / "net.pt")))
    assert found.files == {"net.pt": sha(b"weights")} and found.commit == ""
    assert "torch" in found.packages


def test_a_net_without_weights_says_so() -> None:
    told = origin.terms(SMALL, 9, {"fid": Random()})
    assert told.nets["fid"].files == {} and told.nets["fid"].packages == {}
    assert "reads no weights" in next(origin.sentences(told))
    assert {"sakuga", "av", "numpy"} <= set(told.packages)


def test_videomae_is_pinned_to_a_commit() -> None:
    [weights] = VideoMae().needs.weights
    assert origin.COMMIT.fullmatch(weights.revision)


def key(clips: Clips = SMALL, count: int = 9, **nets: Any) -> str:
    return origin.terms(clips, count, nets or {"fid": Random()}).key


def test_the_key_differs_with_all_that_a_number_depends_on(tmp_path: Path) -> None:
    same = key()
    assert key() == same == key(dataclasses.replace(SMALL, count=100))  # nine were measured
    assert (
        same != key(dataclasses.replace(SMALL, seed=1)) != key(dataclasses.replace(SMALL, span=8))
    )
    assert len({same, key(count=8), key(fid=Random(seed=1)), key(fvd=Random())}) == 4
    (tmp_path / "net.pt").write_bytes(b"weights")
    before = key(fvd=I3d(str(tmp_path / "net.pt")))
    assert before == key(fvd=I3d(str(tmp_path / "net.pt"), batch=3))  # how, not what
    (tmp_path / "net.pt").write_bytes(b"others")
    assert before != key(fvd=I3d(str(tmp_path / "net.pt")))


@pytest.fixture(scope="session")
def sides(shared: Path) -> list[Path]:
    def make(out: Path) -> None:
        blobs(out / "one", 8, length=6)
        blobs(out / "two", 8, seed=50, length=6)

    folder = once(shared / "origin", make)
    return [folder / "one", folder / "two"]


def test_a_page_tells_its_nets_its_terms_and_whose_clips_they_are(sides: list[Path]) -> None:
    sources = [open_source(str(side)) for side in sides]
    made, seen = generation.evaluate(sources, SMALL, {"fid": NETS["fid"]})
    again, _ = generation.evaluate(sources[::-1], SMALL, {"fid": NETS["fid"]})
    assert made.terms.key == again.terms.key
    assert (made.real.pixels, made.models[0].pixels) == (again.models[0].pixels, again.real.pixels)
    assert made.real.pixels != made.models[0].pixels
    told = " ".join(table3.notes(made))
    assert made.terms.key in told and made.real.pixels in told and "not comparable" in told
    page = figure9.html(made, seen)
    assert "<h2>Nets</h2>" in page and NETS["fid"].called in page
    assert json.loads(json.dumps(dataclasses.asdict(made)))["terms"]["clips"]["seed"] == 0


def test_a_gaps_page_tells_the_same(sides: list[Path]) -> None:
    pytest.importorskip("sklearn")
    made, seen = gap.evaluate([open_source(str(side)) for side in sides], SMALL, NETS)
    told = " ".join(table4.notes(made))
    assert made.terms.key in told and all(pixels in told for pixels in made.pixels.values())
    assert "perplexity 5, seed 0" in figure10.caption(made)
    assert "<h2>Nets</h2>" in figure10.html(made, seen)
    assert "## Nets" in figure10.markdown(made)


def test_pages_are_dark_where_the_reader_is(sides: list[Path]) -> None:
    pytest.importorskip("sklearn")
    made, seen = gap.evaluate([open_source(str(side)) for side in sides], SMALL, NETS)
    page = figure10.html(made, seen)
    assert ":root { color-scheme: light dark }" in page  # on the body alone the page stays white
    assert "prefers-color-scheme: dark" in page
    assert "prefers-color-scheme" not in figure10.svg(made.points, made.names)
