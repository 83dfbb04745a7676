"""Signatures: schemes of TLS 1.3 (RFC 8446 section 4.2.3) and algorithms of COSE and JOSE, by `cryptography`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from .exporter import HASHES, digest


@dataclass(frozen=True)
class Algorithm:
    """How to sign: the family of the key, the curve, the hash, and whether ECDSA is r ‖ s (tokens) or DER (TLS)."""

    family: str
    hash: str = ""
    curve: str = ""
    raw: bool = False


P256, P384 = "secp256r1", "secp384r1"
SCHEMES = {
    0x0403: Algorithm("ec", "sha256", P256),
    0x0503: Algorithm("ec", "sha384", P384),
    0x0804: Algorithm("rsa", "sha256"),
    0x0805: Algorithm("rsa", "sha384"),
    0x0806: Algorithm("rsa", "sha512"),
    0x0807: Algorithm("ed25519"),
}
# RFC 9053 section 2 and RFC 8230, RFC 7518 section 3.1 and RFC 8037: those of docs/iut-protocol.md, Evidence profile.
TOKEN = {
    "ES256": Algorithm("ec", "sha256", P256, raw=True),
    "ES384": Algorithm("ec", "sha384", P384, raw=True),
    "EdDSA": Algorithm("ed25519"),
    "PS256": Algorithm("rsa", "sha256"),
}
COSE_NAMES = {-7: "ES256", -35: "ES384", -8: "EdDSA", -37: "PS256"}


def _pss(hash_name: str, salt: int | None) -> padding.PSS:
    algorithm = HASHES[hash_name]
    return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size if salt is None else salt)


def fits(algorithm: Algorithm, key: PublicKeyTypes) -> bool:
    """Whether a key is of the family, and the curve, of an algorithm."""
    if algorithm.family == "ec":
        return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == algorithm.curve
    if algorithm.family == "rsa":
        return isinstance(key, rsa.RSAPublicKey)
    return isinstance(key, ed25519.Ed25519PublicKey)


def verifies(algorithm: Algorithm, key: PublicKeyTypes, signature: bytes, content: bytes) -> bool:
    """Whether the signature is that of the key over the content. A key of another family verifies nothing."""
    if not fits(algorithm, key):
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            if algorithm.raw:
                half = (key.curve.key_size + 7) // 8
                if len(signature) != 2 * half:
                    return False
                r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
                signature = encode_dss_signature(r, s)
            key.verify(signature, content, ec.ECDSA(HASHES[algorithm.hash]))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, _pss(algorithm.hash, None), HASHES[algorithm.hash])
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def private_key(pkcs8: bytes) -> PrivateKeyTypes:
    """A secret key of a file's `keys`."""
    return serialization.load_der_private_key(pkcs8, None)


def token_algorithm(key: PrivateKeyTypes) -> str:
    """The algorithm of tokens that goes with a key (docs/iut-protocol.md, Evidence profile)."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return "ES256" if key.curve.name == P256 else "ES384"
    return "PS256" if isinstance(key, rsa.RSAPrivateKey) else "EdDSA"


def sign(algorithm: Algorithm, key: PrivateKeyTypes, content: bytes) -> bytes | None:
    """The signature, where it can come out in only one way: Ed25519, and ECDSA by RFC 6979. None for RSASSA-PSS."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        der = key.sign(content, ec.ECDSA(HASHES[algorithm.hash], deterministic_signing=True))
        if not algorithm.raw:
            return der
        half = (key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(der)
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(content)
    return None


# Schemes of RFC 8446 section 4.2.3 that TLS 1.3 does not allow in CertificateVerify, with which some vectors sign.
FORBIDDEN_HASHES = {0x0203: "sha1", 0x0401: "sha256"}


def deviating(key: PublicKeyTypes, signature: bytes, content: bytes, stage: dict[str, Any]) -> bool:
    """Whether a CertificateVerify was signed as its stage `signature-input` says that it deviates from its scheme.

    `prehash` is the hash in place of that of the scheme (of Ed25519: over the content, ahead of signing), `saltLength`
    the salt of RSASSA-PSS, `ecdsaEncoding` the form of the signature.
    """
    scheme = stage["scheme"]
    known = SCHEMES.get(scheme)
    name = stage["prehash"] or (known.hash if known else FORBIDDEN_HASHES.get(scheme, ""))
    algorithm = hashes.SHA1() if name == "sha1" else HASHES.get(name)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm:
            if stage["ecdsaEncoding"] == "ieee-p1363":
                return verifies(Algorithm("ec", name, key.curve.name, raw=True), key, signature, content)
            key.verify(signature, content, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm:
            salted = padding.PKCS1v15() if scheme == 0x0401 else _pss(name, stage["saltLength"])
            key.verify(signature, content, salted, algorithm)
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, digest(name, content) if name else content)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
