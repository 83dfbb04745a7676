"""What binds attestation to connection, request and key (expat section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .authenticator import Export
from .profile import Profile
from .schemes import public_key

SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


@dataclass(frozen=True)
class Binding:
    nonce: bytes
    aik_hash: bytes
    spki: bytes


def spki(certificate: x509.Certificate) -> bytes:
    encoded: bytes = public_key(certificate).public_bytes(serialization.Encoding.DER, SPKI)
    return encoded


def _bits(certificate: x509.Certificate) -> bytes:
    """The bits of subjectPublicKey alone: the point, the RSAPublicKey, or the octets of the curve's own encoding."""
    key = public_key(certificate)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    encoded: bytes = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return encoded


def compute(export: Export, hash_: hashes.HashAlgorithm, context: bytes, leaf: x509.Certificate, profile: Profile) -> Binding:
    """binding = Hash(public key || exported value) and AIK_pub_hash = Hash(public key), with the hash of the suite."""
    key = spki(leaf) if profile.publicKey == "spki-der" else _bits(leaf)
    exported = export(profile.exporterLabel, context, profile.exporterLength)
    return Binding(_digest(hash_, key + exported), _digest(hash_, key), spki(leaf))


def _digest(hash_: hashes.HashAlgorithm, data: bytes) -> bytes:
    digest = hashes.Hash(hash_)
    digest.update(data)
    return digest.finalize()
