"""Content Credentials (C2PA): a signed statement in a file that it was generated, and by what.

Built on c2pa-python (MIT or Apache-2.0). The certificate and its key are the user's own; no server
is asked for the time, so the statement bears none.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from sakuga import __version__
from sakuga.core.errors import RequestError
from sakuga.core.needs import Needs, lacking
from sakuga.generate.identity import Model
from sakuga.generate.provenance import DIGITAL_SOURCE, Provenance

KINDS: Final = {".mp4": "video/mp4", ".png": "image/png"}
Sign = Callable[[Path, Provenance], None]
"""Replaces a file by one that is signed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """certificate: PEM, the signer's own first, then those above it. key: its private key, PEM."""

    name: ClassVar[str] = "generate"

    certificate: str
    key: str

    @property
    def needs(self) -> Needs:
        """Packages."""
        return Needs("c2pa", ("c2pa", "cryptography"))

    def load(self) -> Sign:
        """The worker. Raises RequestError where the two are not there, or can sign nothing."""
        if problem := lacking(self):
            raise RequestError(problem)
        import c2pa

        chain, key = _pem(self.certificate, "--c2pa-cert"), _pem(self.key, "--c2pa-key")
        algorithm = _algorithm(key, self.key)

        def signed(content: bytes, kind: str, manifest: dict[str, Any]) -> bytes:
            made = io.BytesIO()
            signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(algorithm, chain, key, None))
            with signer, c2pa.Builder(manifest) as builder:
                builder.sign(signer, kind, io.BytesIO(content), made)
            return made.getvalue()

        _try(signed, self.certificate)

        def sign(file: Path, told: Provenance) -> None:
            content = signed(file.read_bytes(), KINDS[file.suffix], statement(file.name, told))
            file.write_bytes(content)

        return sign


def statement(title: str, told: Provenance) -> dict[str, Any]:
    """A manifest's definition: one action, the making."""
    action = {
        "action": "c2pa.created",
        "digitalSourceType": DIGITAL_SOURCE,
        "softwareAgent": {"name": told.model.name},
        "description": told.sentence,
    }
    return {
        "claim_generator_info": [{"name": "sakuga", "version": __version__}],
        "title": title,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [action]}},
            {"label": "org.sakuga.generated", "data": told.facts()},
        ],
    }


def _pem(file: str, flag: str) -> bytes:
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise RequestError(f"{flag} {file}: {error.strerror}; name a PEM file") from error
    if b"-----BEGIN" not in content:
        raise RequestError(f"{flag} {file}: no PEM file; it begins with -----BEGIN")
    return content


def _algorithm(key: bytes, file: str) -> str:
    """What a key signs with, of what C2PA allows."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        opened = serialization.load_pem_private_key(key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RequestError(
            f"--c2pa-key {file}: no private key that can be read ({error}); it must be without "
            "password"
        ) from error
    if isinstance(opened, ec.EllipticCurvePrivateKey):
        known = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
        if opened.curve.name in known:
            return known[opened.curve.name]
    if isinstance(opened, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(opened, rsa.RSAPrivateKey):
        return "ps256"
    raise RequestError(
        f"--c2pa-key {file}: of a kind that C2PA knows none of; use P-256 or Ed25519"
    )


def _try(signed: Callable[[bytes, str, dict[str, Any]], bytes], certificate: str) -> None:
    """Sign a picture of one pixel, so that a certificate that does not serve is told at once."""
    import c2pa
    from PIL import Image

    pixel = io.BytesIO()
    Image.new("RGB", (1, 1)).save(pixel, "PNG")
    nothing = Provenance("", "", Model("", ""), 0, {}, "", {})
    try:
        signed(pixel.getvalue(), "image/png", statement("a trial", nothing))
    except (c2pa.C2paError, ValueError) as error:
        raise RequestError(
            f"--c2pa-cert {certificate}: nothing can be signed with it ({error}); it must be for "
            "signing, of the key that was given, and not out of date"
        ) from error
