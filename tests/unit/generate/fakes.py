"""A drawer that needs no net, and certificates that nobody trusts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import BadOutput
from sakuga.generate.identity import Model
from sakuga.generate.svd import Drawn, Svd
from sakuga.models.svd_format import Format, Kind

FORMAT = Format(4, 64, 32, 7, 127)
SMALL = Svd("m", seed=7, steps=2, **asdict(FORMAT))


@dataclass(frozen=True)
class Roller:
    """Each keyframe is the picture, moved on; a picture that is black everywhere gives NaN."""

    recipe: Svd = SMALL
    format: Format = FORMAT
    kind: Kind = "keyframes"
    model: Model = field(default_factory=lambda: Model("m", "ab" * 32))

    def __call__(
        self, picture: NDArray[np.uint8], stepped: Callable[[], None] = lambda: None, /
    ) -> Drawn:
        for _ in range(self.recipe.steps):
            stepped()
        if not picture.any():
            raise BadOutput("the net gave NaN")
        rolled = [np.roll(picture, 4 * n, axis=1) for n in range(self.format.keyframes)]
        return Drawn(np.stack(rolled), ("rolled",))


def write_certificate(folder: Path, kind: str = "p256") -> tuple[Path, Path]:
    """A certificate with the one above it, and its key; kind: p256, p384, ed25519, rsa, p192."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    keys = {
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "p192": lambda: ec.generate_private_key(ec.SECP192R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
    }
    above, own = keys["p256"](), keys[kind]()
    start = datetime.datetime(2026, 1, 1)

    def certificate(name: str, key: object, is_authority: bool) -> bytes:
        def named(called: str) -> x509.Name:
            maker = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")
            return x509.Name([maker, x509.NameAttribute(NameOID.COMMON_NAME, called)])

        uses = (not is_authority, *(False,) * 4, is_authority, is_authority, False, False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("above"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=36_500))
            .add_extension(x509.BasicConstraints(is_authority, None), True)
            .add_extension(x509.KeyUsage(*uses), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False
            )
        )
        if not is_authority:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(usage, False)
        return builder.sign(above, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate("own", own, False) + certificate("above", above, True))
    key.write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, key
