"""`generate.provenance` and `.marked`: films and pictures say that they are generated, by what."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sakuga import __version__
from sakuga.generate.identity import Model, identified, sha256
from sakuga.generate.marked import write_film, write_picture
from sakuga.generate.provenance import DIGITAL_SOURCE, NAMESPACE, Provenance
from sakuga.models.public import SVD

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
TOLD = Provenance(
    prompt='a<b>&"c".png',
    prompt_sha256="ab" * 32,
    model=Model("svd", "cd" * 32, "01" * 32, "l.safetensors", "ef" * 32, "23" * 32),
    seed=7,
    settings={},
    settings_hash="0123456789abcdef",
    timing={"class": "twos"},
)
FACTS = {
    "tool": f"sakuga {__version__}", "model": "svd", "weights": "cd" * 32, "lora": "l.safetensors",
    "loraWeights": "ef" * 32, "lineage": "01" * 32, "loraLineage": "23" * 32, "seed": "7",
    "settings": "0123456789abcdef", "prompt": "ab" * 32,
}  # fmt: skip


def _read(packet: str) -> dict[str, str]:
    """The properties of an XMP packet."""
    [about] = ElementTree.fromstring(packet.encode()).iter(f"{RDF}Description")
    return dict(about.attrib)


def _check(packet: str) -> None:
    found = _read(packet)
    assert found[f"{IPTC}DigitalSourceType"] == DIGITAL_SOURCE
    assert {name: found[f"{{{NAMESPACE}}}{name}"] for name in FACTS} == FACTS


@pytest.fixture
def keyframes() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 32, 64, 3), dtype=np.uint8)


def test_a_film_bears_the_packet_and_tags(keyframes: np.ndarray, tmp_path: Path) -> None:
    write_film(tmp_path / "f.mp4", keyframes, np.array([2, 2, 2]), TOLD, "t (generated)")
    with av.open(str(tmp_path / "f.mp4"), options={"export_xmp": "1"}) as film:
        found = film.metadata
        assert len(list(film.decode(video=0))) == 6
    _check(found["xmp"])
    assert found["digitalSourceType"] == DIGITAL_SOURCE
    assert {name: found[f"sakuga.{name}"] for name in FACTS} == FACTS
    assert (found["title"], found["comment"]) == ("t (generated)", TOLD.sentence)


def test_the_boxes_of_a_film_fill_it_and_its_index_is_first(
    keyframes: np.ndarray, tmp_path: Path
) -> None:
    write_film(tmp_path / "f.mp4", keyframes, np.array([1, 1, 1]), TOLD, "t")
    content, kinds, at = (tmp_path / "f.mp4").read_bytes(), [], 0
    while at < len(content):
        kinds.append(content[at + 4 : at + 8])
        at += int.from_bytes(content[at : at + 4], "big")
    assert at == len(content)
    assert (kinds[:2], kinds[-1]) == ([b"ftyp", b"moov"], b"uuid")


def test_a_picture_bears_the_packet_and_its_pixels(keyframes: np.ndarray, tmp_path: Path) -> None:
    write_picture(tmp_path / "p.png", keyframes[0], TOLD)
    with Image.open(tmp_path / "p.png") as image:
        image.load()
        _check(image.info["XML:com.adobe.xmp"])
        assert np.array_equal(np.asarray(image), keyframes[0])


@given(name=st.text(max_size=30), seed=st.integers(0, 2**63 - 1))
def test_a_packet_is_whole_whatever_the_names(name: str, seed: int) -> None:
    model = dataclasses.replace(TOLD.model, name=name)
    told = dataclasses.replace(TOLD, prompt=name, model=model, seed=seed)
    assert _read(told.xmp())[f"{{{NAMESPACE}}}seed"] == str(seed)
    assert all("\0" not in tag and tag.encode() is not None for tag in told.tags(name).values())


def test_what_there_is_not_is_not_told() -> None:
    plain = dataclasses.replace(TOLD, model=Model("svd", "cd" * 32))
    assert plain.facts().keys() == FACTS.keys() - {"lora", "loraWeights", "loraLineage", "lineage"}
    assert plain.page()["model"]["lora"] is None


def test_a_model_is_known_by_its_weights_and_what_it_learned_from(
    model: Path, tmp_path: Path
) -> None:
    lora = tmp_path / "l.safetensors"
    lora.write_bytes(b"low rank")
    found = identified(str(model), model, lora)
    assert (found.name, found.lora, found.lineage) == (model.name, "l.safetensors", "")
    assert found.weights == sha256(model / "unet" / "diffusion_pytorch_model.safetensors")
    assert found.lora_weights == sha256(lora)


def test_what_a_run_left_is_named_by_the_run(tmp_path: Path) -> None:
    for folder in ("pipeline/unet", "lora"):
        (tmp_path / "cats" / folder).mkdir(parents=True)
        (tmp_path / "cats" / folder.split("/")[0] / "lineage.parquet").write_text(folder)
    (tmp_path / "cats/pipeline/unet/diffusion_pytorch_model.safetensors").touch()
    lora = tmp_path / "cats/lora/adapter_model.safetensors"
    lora.touch()
    found = identified(str(tmp_path / "cats"), tmp_path / "cats" / "pipeline", lora)
    assert found.name == "cats/pipeline"
    assert found.lora == "cats/lora/adapter_model.safetensors"
    assert len({found.lineage, found.lora_lineage, ""}) == 3


def test_a_model_of_the_hub_is_named_with_its_revision(tmp_path: Path) -> None:
    folder = tmp_path / "0123abcd"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "diffusion_pytorch_model.safetensors").touch()
    (folder / "lineage.parquet").write_bytes(b"clips")
    assert identified("svd", folder).name == f"{SVD.repo}@{SVD.revision}"
    assert identified("me/mine", folder).name == "me/mine@0123abcd"
    assert identified("me/mine", folder).lineage == sha256(folder / "lineage.parquet")
    assert identified("tiny", None) == Model("tiny (random weights)", "")
