"""Paths that OpenSSL alone would let pass, and some that have to."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from shim import paths
from shim.refusal import Refused

from . import published

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def der(name: str) -> bytes:
    return base64.b64decode(published.pki(name)["certificate"])


def validate(*names: str, root: str = "identity-root-p256", now: datetime = NOW) -> None:
    paths.validate([paths.load(der(name)) for name in names], [der(root)], now)


def chain(name: str) -> list[str]:
    """The entity and its issuers, without the root."""
    issuer = published.pki(name)["issuer"]
    return [name] if issuer.startswith("identity-root-") else [name, *chain(issuer)]


@pytest.mark.parametrize("family", ["p256", "p384", "ed25519", "rsa-pss-sha256"])
def test_right(family: str) -> None:
    validate(f"identity-{family}", f"identity-intermediate-{family}", root=f"identity-root-{family}")


def test_order_and_needless_certificates_do_not_matter() -> None:
    leaf, *issuers = chain("identity-deep-p256")
    validate(leaf, "attestation-p256", *reversed(issuers), "identity-root-p256")


@pytest.mark.parametrize(
    "kind",
    [
        "no-basic-constraints",
        "not-ca",
        "no-cert-sign",
        "version-1",
        "path-length",
        "expired",
        "permitted-elsewhere",
        "permitted-organisation",
    ],
)
def test_issuer_is_none(kind: str) -> None:
    with pytest.raises(Refused):
        validate(*chain(f"identity-under-{kind}-p256"))


@pytest.mark.parametrize("kind", ["no-digital-signature", "version-1", "unknown-critical", "expired", "future"])
def test_end_entity_is_none(kind: str) -> None:
    with pytest.raises(Refused):
        validate(*chain(f"identity-{kind}-p256"))


@pytest.mark.parametrize("name", ["md5", "sha1"])
def test_old_hashes(name: str) -> None:
    names = chain(f"identity-{name}-p256")
    root = published.pki(names[-1])["issuer"]
    with pytest.raises(Refused, match=name):
        validate(*names, root=root)


def test_no_root_trusts_nothing() -> None:
    with pytest.raises(Refused):
        paths.validate([paths.load(der("identity-root-p256"))], [], NOW)
