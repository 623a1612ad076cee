"""Weights come from the hub's cache, whole and undamaged, or it is said what to do."""

from __future__ import annotations

import dataclasses
import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import errors

from sakuga.core.errors import RequestError
from sakuga.core.weights import Weights, fetch, located
from tests.tiny.hub import hub_cache, offline, snapshot

REPO = "someone/something"
FILES = {
    "model.onnx": b"large and binary",
    "selected_tags.csv": b"name,category\n",
    "a/b.json": b"{}",
}
WANTED = Weights(REPO, "v2.0", ("model.onnx", "selected_tags.csv"), 370)
HOW = f"hf download {REPO} --revision v2.0 --include 'model.onnx' --include 'selected_tags.csv'"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An offline machine with an empty cache."""
    offline(monkeypatch, tmp_path)
    return tmp_path


def problem(weights: Weights = WANTED) -> str:
    with pytest.raises(RequestError) as told:
        fetch(weights, "[tag] wd14")
    return str(told.value)


@pytest.mark.parametrize("revision", ["v2.0", "main", "refs/pr/1", "0123456789" * 4])
def test_what_is_in_the_cache_is_found_without_network(cache: Path, revision: str) -> None:
    hub_cache(cache, REPO, revision, FILES)
    weights = Weights(REPO, revision, ("model.onnx", "a/*.json"), 1)
    folder = fetch(weights, "[tag] wd14")
    assert folder == located(weights) == snapshot(cache, REPO)
    assert (folder / "model.onnx").read_bytes() == FILES["model.onnx"]


def test_a_folder_of_ones_own_is_as_good_as_a_repository(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"mine")
    weights = Weights(str(tmp_path), "of no meaning here", ("model.onnx",), 1)
    assert fetch(weights, "[tag] wd14") == located(weights) == tmp_path


def test_what_a_folder_of_ones_own_lacks_is_said(tmp_path: Path) -> None:
    said = problem(Weights(str(tmp_path), "of no meaning here", ("model.onnx",), 1))
    assert said == f"[tag] wd14: the folder {tmp_path} has no model.onnx: put it there"


def test_what_is_missing_offline_is_said_with_its_size_and_how_to_get_it(cache: Path) -> None:
    said = problem()
    assert said.startswith(
        f"[tag] wd14 needs {REPO} at v2.0 (about 370 MB), which is not in {cache}"
    )
    assert HOW in said


def test_a_revision_that_is_not_in_the_cache_is_missing(cache: Path) -> None:
    hub_cache(cache, REPO, "v1.0", FILES)
    assert "at v2.0 (about 370 MB)" in problem()


def test_a_file_that_the_snapshot_lacks_is_said(cache: Path) -> None:
    hub_cache(cache, REPO, "v2.0", {"selected_tags.csv": b""})
    said = problem()
    assert said.startswith(f"[tag] wd14: {REPO} at v2.0 has no model.onnx in {cache}")
    assert HOW in said


def test_a_download_that_was_cut_off_is_said(cache: Path) -> None:
    """The library keeps a list of what a snapshot holds, and tells by it."""
    hub_cache(cache, REPO, "v2.0", {"selected_tags.csv": b""})
    home = cache / "models--someone--something"
    commit = (home / "refs" / "v2.0").read_text()
    listed = {name: {"size": 1, "blob_id": "0" * 40} for name in FILES}
    (home / "trees").mkdir()
    tree = json.dumps({"format_version": 1, "files": listed})
    (home / "trees" / f"{commit}.json").write_text(tree)
    assert "can't be fetched now" in problem()


@pytest.mark.parametrize("name", ["model.onnx", "selected_tags.csv"])
@pytest.mark.parametrize("content", [b"", b"large and binarz", b"large"])
def test_a_damaged_file_is_found_out_by_its_hash(cache: Path, name: str, content: bytes) -> None:
    hub_cache(cache, REPO, "v2.0", FILES)
    blob = (snapshot(cache, REPO) / name).resolve()
    blob.write_bytes(content)
    said = problem()
    assert said.startswith(f"[tag] wd14: {name} of {REPO} is damaged (its hash is ")
    assert f"delete {blob}" in said
    assert HOW in said


def test_a_damaged_file_that_is_not_wanted_is_no_matter(cache: Path) -> None:
    hub_cache(cache, REPO, "v2.0", FILES)
    (snapshot(cache, REPO) / "a" / "b.json").resolve().write_bytes(b"else")
    fetch(WANTED, "[tag] wd14")


def test_a_name_that_is_none_is_said(cache: Path) -> None:
    assert "'a/b/c'" in problem(Weights("a/b/c", "main", ("x",), 1))
    assert str(cache) not in problem(Weights("a/b/c", "main", ("x",), 1))


# ---- what the hub answers


def answers(kind: type[errors.HfHubHTTPError], status: int) -> errors.HfHubHTTPError:
    """The library's own exception, with a response such as it comes with."""
    http: Any = __import__(errors.HTTPError.__module__.partition(".")[0])
    request = http.Request("GET", f"https://huggingface.co/api/models/{REPO}")
    return kind("said the hub", response=http.Response(status, request=request))


def proxy_refuses() -> Exception:
    http: Any = __import__(errors.HTTPError.__module__.partition(".")[0])
    return http.ProxyError("403 Forbidden by the proxy")


TROUBLES: list[tuple[Callable[[], Exception], str]] = [
    (lambda: answers(errors.GatedRepoError, 403), f"{REPO} is gated: accept its terms on https"),
    (
        lambda: answers(errors.RevisionNotFoundError, 404),
        f"{REPO} has no revision 'v2.0': name one",
    ),
    (
        lambda: answers(errors.RepositoryNotFoundError, 404),
        f"there is no {REPO} on the hub, or it is",
    ),
    (lambda: answers(errors.HfHubHTTPError, 503), "can't be fetched now (said the hub)"),
    (
        lambda: errors.LocalEntryNotFoundError("a page of advice"),
        "can't be fetched now. Where there",
    ),
    (lambda: OSError(errno.ENOSPC, "No space left on device"), "(about 370 MB)"),
    (lambda: OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    (proxy_refuses, "can't be fetched now (403 Forbidden by the proxy)"),
    (lambda: RuntimeError("transfer broke off"), "can't be fetched now (transfer broke off)"),
]


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(("trouble", "said"), TROUBLES)
def test_each_trouble_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, trouble: Callable[[], Exception], said: str
) -> None:
    def refuses(*_: Any, **__: Any) -> str:
        raise trouble()

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuses)
    told = problem()
    assert told.startswith("[tag] wd14")
    assert said in told


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("gated", [False, True])
def test_without_network_too_it_is_said_whose_terms_to_accept(gated: bool) -> None:
    said = problem(dataclasses.replace(WANTED, gated=gated))
    terms = f"accept its terms on https://huggingface.co/{REPO} and give a token in HF_TOKEN"
    assert "can't be fetched" in said
    assert (terms in said) is gated


@pytest.mark.usefixtures("cache")
def test_a_token_is_never_part_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_verysecret")
    assert "verysecret" not in problem()
