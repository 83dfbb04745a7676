"""COSE_Sign1 (RFC 9052 section 4.2) with x5chain (RFC 9360): read, judged, and put before pycose and cwt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cwt import COSE, COSEKey
from pycose.keys.cosekey import CoseKey
from pycose.messages.cosemessage import CoseMessage
from pycose.messages.sign1message import Sign1Message

from . import certificates, signatures
from .opinions import Opinions
from .refusal import Malformed
from .strict_cbor import decode

ALG, CRIT, CONTENT_TYPE, KID, X5CHAIN, SIGN1 = 1, 2, 3, 4, 33, 18


@dataclass(frozen=True)
class Token:
    """A signed message of either kind, after its signature was verified."""

    protected: dict[Any, Any]
    payload: bytes
    chain: list[x509.Certificate]


def signed_content(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052 section 4.4, without external data."""
    return cbor2.dumps(["Signature1", protected, b"", payload])


def _headers(protected: bytes, unprotected: Any) -> dict[Any, Any]:
    header = decode(protected) if protected else {}
    if not isinstance(header, dict) or not isinstance(unprotected, dict):
        raise Malformed("header", "a header is no map")
    for label in [*header, *unprotected]:
        if not isinstance(label, (int, str)) or isinstance(label, bool):
            raise Malformed("header", f"the label {label!r} is neither integer nor text")
    if not all(isinstance(h.get(KID, b""), bytes) for h in (header, unprotected)):
        raise Malformed("header", "kid is no byte string (RFC 9052 section 3.1)")
    both = set(header) & set(unprotected)
    if both:
        raise Malformed("header", f"the labels {both} stand in both headers (RFC 9052 section 3)")
    if CRIT in unprotected:
        raise Malformed("header", "crit is not protected")
    if CRIT in header:
        critical = header[CRIT]
        if not isinstance(critical, list) or not critical:
            raise Malformed("header", "crit is no array of labels")
        for label in critical:
            if label not in (ALG, CONTENT_TYPE, X5CHAIN) or label not in header:
                raise Malformed("header", f"the critical parameter {label!r} is not understood, or not there")
    return header


def _chain(value: Any) -> list[x509.Certificate]:
    ders = [value] if isinstance(value, bytes) else value
    if not isinstance(ders, list) or not ders or not all(isinstance(d, bytes) for d in ders):
        raise Malformed("chain", "x5chain is missing, or neither a byte string nor an array of them")
    try:
        return [certificates.read(d) for d in ders]
    except Malformed as e:
        raise Malformed("chain", str(e)) from e


def verify(data: bytes, opinions: Opinions, question: str) -> Token:
    """A tagged COSE_Sign1 whose signature is that of the first key of its chain; the chain is not judged here.

    Throws Malformed. pycose and cwt are asked about every message that has a key to ask with.
    """
    key: list[x509.Certificate] = []
    try:
        token = _verify(data, key)
    except Malformed:
        _ask_libraries(data, key, opinions, question, False)
        raise
    _ask_libraries(data, key, opinions, question, True)
    return token


def _verify(data: bytes, key: list[x509.Certificate]) -> Token:
    message = decode(data)
    if not isinstance(message, cbor2.CBORTag) or message.tag != SIGN1:
        raise Malformed("cose", "not tagged as COSE_Sign1 (18)")
    parts = message.value
    if not isinstance(parts, list) or len(parts) != 4:
        raise Malformed("cose", "a COSE_Sign1 is an array of four")
    protected, unprotected, payload, signature = parts
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise Malformed("cose", "protected header, payload and signature are byte strings")
    if isinstance(unprotected, dict):
        try:
            key.extend(_chain(unprotected.get(X5CHAIN)))
        except Malformed:
            key.clear()
    header = _headers(protected, unprotected)
    chain = _chain(header.get(X5CHAIN, unprotected.get(X5CHAIN)))
    alg = header.get(ALG)
    name = signatures.COSE_NAMES.get(alg) if isinstance(alg, int) else None
    if name is None:
        raise Malformed("algorithm", f"the algorithm {alg!r} is missing or not known")
    algorithm = signatures.TOKEN[name]
    if not signatures.fits(algorithm, chain[0].public_key()):
        raise Malformed("algorithm", f"{name} is not for the first key of the chain")
    if not signatures.verifies(algorithm, chain[0].public_key(), signature, signed_content(protected, payload)):
        raise Malformed("signature", "the signature is not that of the first key of the chain over the Sig_structure")
    return Token(header, payload, chain)


def _algorithm_of(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ES256" if key.curve.name == signatures.P256 else "ES384"
    return "EdDSA" if isinstance(key, ed25519.Ed25519PublicKey) else "PS256"


def _ask_libraries(data: bytes, chain: list[x509.Certificate], opinions: Opinions, question: str, ours: bool) -> None:
    """Each library by its own plain recipe: decode, and verify with the key of the chain."""
    if not chain:
        return
    pem = chain[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def by_pycose() -> str | None:
        message = CoseMessage.decode(data)
        if not isinstance(message, Sign1Message):
            return f"it is a {type(message).__name__}"
        message.key = CoseKey.from_pem_public_key(pem)
        return None if message.verify_signature() else "the signature does not verify"

    def by_cwt() -> str | None:
        COSE.new().decode(data, COSEKey.from_pem(pem, alg=_algorithm_of(chain[0])))
        return None

    opinions.ask("pycose", question, ours, by_pycose)
    opinions.ask("cwt", question, ours, by_cwt)
