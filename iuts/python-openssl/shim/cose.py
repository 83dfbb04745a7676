"""COSE_Sign1 with the chain of its key in x5chain (RFC 9052 section 4.2, RFC 9360), by pycose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pycose.keys.cosekey import CoseKey
from pycose.messages.sign1message import Sign1Message

from . import paths, strict
from .refusal import Refused
from .schemes import public_key

TAG = 18
ALG, CRIT, CONTENT_TYPE, X5CHAIN = 1, 2, 3, 33
PEM = serialization.Encoding.PEM

ALGORITHMS: dict[int, Callable[[Any], bool]] = {
    -7: lambda key: isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1),
    -35: lambda key: isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1),
    -8: lambda key: isinstance(key, ed25519.Ed25519PublicKey),
    -37: lambda key: isinstance(key, rsa.RSAPublicKey),
}


@dataclass(frozen=True)
class Signed:
    """What a signature covers; `content_type` is that of the protected header, None without."""

    payload: bytes
    content_type: Any
    chain: list[x509.Certificate]


def sign(payload: bytes, key: Any, chain: list[bytes]) -> bytes:
    """Tag 18; alg in the protected header, x5chain in the unprotected one: bare where it is one certificate."""
    algorithm = next((code for code, fits in ALGORITHMS.items() if fits(key.public_key())), None)
    if algorithm is None:
        raise Refused("other", "no COSE algorithm of the Evidence profile fits the attestation key")
    pem = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    x5chain = chain[0] if len(chain) == 1 else chain
    message = Sign1Message(phdr={ALG: algorithm}, uhdr={X5CHAIN: x5chain}, payload=payload)
    message.key = CoseKey.from_pem_private_key(pem)
    return message.encode()


def verify(data: bytes, code: str) -> Signed:
    """Verifies with the key of the first certificate in x5chain, whose path is not validated here. Raises Refused, with `code`."""
    message = strict.cbor(data, "COSE_Sign1")
    if not isinstance(message, cbor2.CBORTag) or message.tag != TAG:
        raise Refused(code, "no COSE_Sign1 under its tag")
    parts = message.value
    if not isinstance(parts, list | tuple) or len(parts) != 4:
        raise Refused(code, "a COSE_Sign1 has four members")
    encoded, unprotected, payload, signature = parts
    if not (isinstance(encoded, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise Refused(code, "a member of COSE_Sign1 is no byte string")
    protected = strict.cbor(encoded, "protected header")
    if not isinstance(protected, Mapping) or not isinstance(unprotected, Mapping):
        raise Refused(code, "a header of COSE_Sign1 is no map")
    for label in protected:
        if strict.member(unprotected, label) is not None:
            raise Refused(code, f"the header parameter {label!r} stands in both headers")
    # RFC 9052 section 3.1: a critical parameter that is not understood. None beside alg and x5chain is.
    if strict.member(protected, CRIT) is not None or strict.member(unprotected, CRIT) is not None:
        raise Refused(code, "critical header parameters are not served")
    algorithm = strict.member(protected, ALG)
    chain = _chain(strict.member(protected, X5CHAIN) or strict.member(unprotected, X5CHAIN), code)
    key = public_key(chain[0])
    if type(algorithm) is not int or algorithm not in ALGORITHMS or not ALGORITHMS[algorithm](key):
        raise Refused(code, f"the algorithm {algorithm!r} is not known, or does not fit the key")
    pem = key.public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    try:
        sign1 = Sign1Message.from_cose_obj([encoded, {}, payload, signature], allow_unknown_attributes=True)
        sign1.key = CoseKey.from_pem_public_key(pem)
        right = sign1.verify_signature()
    except Exception as reason:  # pycose and the libraries below it raise many types on hostile input
        raise Refused(code, f"COSE_Sign1: {reason!r}") from reason
    if not right:
        raise Refused(code, "the signature of COSE_Sign1 does not verify")
    return Signed(payload, strict.member(protected, CONTENT_TYPE), chain)


def _chain(value: Any, code: str) -> list[x509.Certificate]:
    certificates = [value] if isinstance(value, bytes) else value
    if not isinstance(certificates, list | tuple) or not certificates or not all(isinstance(der, bytes) for der in certificates):
        raise Refused(code, "no x5chain with the certificate of the key")
    return [paths.load(der) for der in certificates]
