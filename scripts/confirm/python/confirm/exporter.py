"""Exporters of TLS 1.3 (RFC 8446 section 7.5) and the three values that exported attestation takes from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from .refusal import NotUnderstood

# RFC 8446 appendix B.4: the hash of each suite.
HASH_OF_SUITE = {
    "TLS_AES_128_GCM_SHA256": "sha256",
    "TLS_AES_256_GCM_SHA384": "sha384",
    "TLS_CHACHA20_POLY1305_SHA256": "sha256",
}
HASHES: dict[str, hashes.HashAlgorithm] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def digest(name: str, data: bytes) -> bytes:
    """The hash `name` over `data`."""
    if name not in HASHES:
        raise NotUnderstood(f"hash {name!r}")
    return hashlib.new(name, data).digest()


def mac(name: str, key: bytes, data: bytes) -> bytes:
    """HMAC (RFC 2104) with the hash `name`."""
    h = hmac.HMAC(key, HASHES[name])
    h.update(data)
    return h.finalize()


def hkdf_label(label: str, context: bytes, length: int) -> bytes:
    """The structure HkdfLabel of RFC 8446 section 7.1."""
    full = b"tls13 " + label.encode()
    return length.to_bytes(2, "big") + bytes([len(full)]) + full + bytes([len(context)]) + context


@dataclass(frozen=True)
class Exported:
    """An exported value, and what is computed on the way to it (docs/vectors.md, stage `secrets`)."""

    label: str
    context: bytes
    length: int
    derived_secret_info: bytes
    derived_secret: bytes
    context_hash: bytes
    exported_value_info: bytes
    value: bytes

    def intermediates(self) -> dict[str, Any]:
        """The members under the names of docs/vectors.md."""
        return {
            "label": self.label,
            "context": self.context.hex(),
            "length": self.length,
            "derivedSecretInfo": self.derived_secret_info.hex(),
            "derivedSecret": self.derived_secret.hex(),
            "contextHash": self.context_hash.hex(),
            "exportedValueInfo": self.exported_value_info.hex(),
        }


def export(hash_name: str, master_secret: bytes, label: str, context: bytes, length: int) -> Exported:
    """TLS-Exporter(label, context, length) of RFC 8446 section 7.5 from the exporter_master_secret."""
    algorithm = HASHES[hash_name]
    secret_info = hkdf_label(label, digest(hash_name, b""), algorithm.digest_size)
    secret = HKDFExpand(algorithm, algorithm.digest_size, secret_info).derive(master_secret)
    context_hash = digest(hash_name, context)
    value_info = hkdf_label("exporter", context_hash, length)
    value = HKDFExpand(algorithm, length, value_info).derive(secret)
    return Exported(label, context, length, secret_info, secret, context_hash, value_info, value)


def secrets_of(connection: dict[str, Any], profile: dict[str, Any], sender: str, context: bytes) -> dict[str, Exported]:
    """Handshake context and finished key (RFC 9261 section 5.1) and exported value (expat section 5.1)."""
    name = HASH_OF_SUITE[connection["cipherSuite"]]
    secret = bytes.fromhex(connection["exporterMasterSecret"])
    size = HASHES[name].digest_size
    return {
        "handshakeContext": export(name, secret, f"EXPORTER-{sender} authenticator handshake context", b"", size),
        "finishedKey": export(name, secret, f"EXPORTER-{sender} authenticator finished key", b"", size),
        "exportedValue": export(name, secret, profile["exporterLabel"], context, profile["exporterLength"]),
    }
