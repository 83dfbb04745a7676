"""The exporter of RFC 8446 section 7.5 over a given exporter_master_secret: for recordings, where there is no connection."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from .authenticator import Export
from .wire import uint, vector


def of_secret(master_secret: bytes, hash_: hashes.HashAlgorithm) -> Export:
    def digest(data: bytes) -> bytes:
        state = hashes.Hash(hash_)
        state.update(data)
        return state.finalize()

    def expand_label(secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        """HKDF-Expand-Label (section 7.1)."""
        info = uint(length, 2) + vector(1, b"tls13 " + label) + vector(1, context)
        return HKDFExpand(hash_, length, info).derive(secret)

    def export(label: str, context: bytes, length: int) -> bytes:
        derived = expand_label(master_secret, label.encode(), digest(b""), hash_.digest_size)
        return expand_label(derived, b"exporter", digest(context), length)

    return export
