"""`generate.credentials`: signed statements, read back by the library that verifies them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from sakuga.core.errors import RequestError
from sakuga.generate.credentials import Credentials, Sign
from sakuga.generate.identity import Model
from sakuga.generate.marked import write_film, write_picture
from sakuga.generate.pictures import find
from sakuga.generate.provenance import DIGITAL_SOURCE, Provenance
from sakuga.generate.run import Made, Wanted, asked, generate
from tests.unit.generate.fakes import Roller, write_certificate

c2pa = pytest.importorskip("c2pa")

TOLD = Provenance("a.png", "ab" * 32, Model("svd", "cd" * 32), 7, {}, "0123", {"class": "twos"})
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 32, 64, 3), dtype=np.uint8)


def _signer(folder: Path, kind: str = "p256") -> Sign:
    chain, key = write_certificate(folder, kind)
    return Credentials(str(chain), str(key)).load()


def _statement(file: Path) -> dict:
    with c2pa.Reader(str(file)) as reader:
        assert reader.get_validation_state() == "Valid"
        return reader.get_active_manifest()


@pytest.mark.parametrize("kind", ["p256", "p384", "ed25519", "rsa"])
def test_a_film_and_a_picture_are_signed_with_keys_of_each_kind(tmp_path: Path, kind: str) -> None:
    sign = _signer(tmp_path, kind)
    film, picture = tmp_path / "f.mp4", tmp_path / "p.png"
    write_film(film, PIXELS, np.array([1, 1, 1]), TOLD, "t")
    write_picture(picture, PIXELS[0], TOLD)
    for file in (film, picture):
        sign(file, TOLD)
        manifest = _statement(file)
        made = next(a for a in manifest["assertions"] if a["label"].startswith("c2pa.actions"))
        [action] = made["data"]["actions"]
        assert (action["action"], action["digitalSourceType"]) == ("c2pa.created", DIGITAL_SOURCE)
        own = next(a for a in manifest["assertions"] if a["label"] == "org.sakuga.generated")
        assert own["data"] == TOLD.facts()


def test_what_is_signed_is_as_it_was_and_says_as_much(tmp_path: Path) -> None:
    sign = _signer(tmp_path)
    film, picture = tmp_path / "f.mp4", tmp_path / "p.png"
    write_film(film, PIXELS, np.array([1, 2, 1]), TOLD, "t")
    write_picture(picture, PIXELS[0], TOLD)
    with av.open(str(film)) as before:
        frames = [f.to_ndarray() for f in before.decode(video=0)]
    sign(film, TOLD)
    sign(picture, TOLD)
    with av.open(str(film), options={"export_xmp": "1"}) as after:
        assert all(
            np.array_equal(one, other.to_ndarray())
            for one, other in zip(frames, after.decode(video=0), strict=True)
        )
        assert DIGITAL_SOURCE in after.metadata["xmp"]
    with Image.open(picture) as image:
        image.load()
        assert DIGITAL_SOURCE in image.info["XML:com.adobe.xmp"]
        assert np.array_equal(np.asarray(image), PIXELS[0])


def test_a_change_after_signing_shows(tmp_path: Path) -> None:
    sign = _signer(tmp_path)
    picture = tmp_path / "p.png"
    write_picture(picture, PIXELS[0], TOLD)
    sign(picture, TOLD)
    content = bytearray(picture.read_bytes())
    content[content.index(b"IDAT") + 40] ^= 1
    picture.write_bytes(content)
    with c2pa.Reader(str(picture)) as reader:
        assert reader.get_validation_state() == "Invalid"


def test_all_results_of_a_run_are_signed(tmp_path: Path) -> None:
    Image.linear_gradient("L").save(tmp_path / "a.png")
    wanted = Wanted(str(tmp_path / "out"), keep=True)
    prompts = find([str(tmp_path / "a.png")])
    [made] = generate(prompts, Roller(), asked("ones"), wanted, _signer(tmp_path))
    assert isinstance(made, Made)
    assert [_statement(Path(file))["title"] for file in (made.film, made.drawings[0])] == [
        "a.generated.mp4",
        "A_0001.png",
    ]


def test_a_key_of_another_certificate_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    chain, _ = write_certificate(tmp_path)
    _, key = write_certificate(tmp_path / "other")
    with pytest.raises(RequestError, match="nothing can be signed with it"):
        Credentials(str(chain), str(key)).load()


def test_a_key_of_a_kind_that_does_not_serve_is_refused(tmp_path: Path) -> None:
    chain, key = write_certificate(tmp_path, "p192")
    with pytest.raises(RequestError, match="use P-256 or Ed25519"):
        Credentials(str(chain), str(key)).load()


@pytest.mark.parametrize(
    ("field", "content", "told"),
    [
        ("certificate", None, "--c2pa-cert .*: No such file"),
        ("certificate", b"none", "--c2pa-cert .*: no PEM file"),
        ("key", b"none", "--c2pa-key .*: no PEM file"),
        ("key", b"-----BEGIN PRIVATE KEY-----\nx\n", "no private key that can be read"),
        ("certificate", b"-----BEGIN CERTIFICATE-----\nx\n", "nothing can be signed with it"),
    ],
)
def test_files_that_do_not_serve_are_refused(
    tmp_path: Path, field: str, content: bytes | None, told: str
) -> None:
    chain, key = write_certificate(tmp_path)
    bad = tmp_path / "bad.pem"
    if content is not None:
        bad.write_bytes(content)
    whole = Credentials(str(chain), str(key))
    with pytest.raises(RequestError, match=told):
        dataclasses.replace(whole, **{field: str(bad)}).load()
