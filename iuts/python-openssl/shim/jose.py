"""JWS in compact serialisation with the chain of its key in x5c (RFC 7515), by joserfc."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from . import paths, strict
from .cose import Signed
from .refusal import Refused
from .schemes import public_key

Importer = Callable[[Any], Any]

ALGORITHMS: dict[str, tuple[Callable[[Any], bool], Importer]] = {
    "ES256": (lambda key: isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1), ECKey.import_key),
    "ES384": (lambda key: isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1), ECKey.import_key),
    "EdDSA": (lambda key: isinstance(key, ed25519.Ed25519PublicKey), OKPKey.import_key),
    "PS256": (lambda key: isinstance(key, rsa.RSAPublicKey), RSAKey.import_key),
}


class _Registry(jws.JWSRegistry):
    """joserfc reads headers of 512 bytes, and a chain in x5c is longer. A parameter that nobody knows is ignored (RFC 7515 section 4)."""

    max_header_length = 65536

    def __init__(self, algorithm: str) -> None:
        super().__init__(algorithms=[algorithm], strict_check_header=False)


def sign(payload: bytes, key: Any, chain: list[bytes]) -> bytes:
    algorithm = next((name for name, (fits, _) in ALGORITHMS.items() if fits(key.public_key())), None)
    if algorithm is None:
        raise Refused("other", "no JWS algorithm of the Evidence profile fits the attestation key")
    header = {"alg": algorithm, "x5c": [base64.b64encode(der).decode() for der in chain]}
    _, importer = ALGORITHMS[algorithm]
    return jws.serialize_compact(header, payload, importer(key), registry=_Registry(algorithm)).encode()


def verify(data: bytes, code: str) -> Signed:
    """As cose.verify."""
    parts = data.split(b".")
    if len(parts) != 3:
        raise Refused(code, f"a JWS of {len(parts)} parts, three are due")
    header_bytes, payload, _ = (strict.base64url(part.decode("latin-1"), "JWS") for part in parts)
    header = strict.json_text(header_bytes, "JWS header")
    if not isinstance(header, dict):
        raise Refused(code, "the header of the JWS is no object")
    if "crit" in header or "b64" in header:
        raise Refused(code, "critical header parameters are not served")
    algorithm = header.get("alg")
    chain = _chain(header.get("x5c"), code)
    key = public_key(chain[0])
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or not ALGORITHMS[algorithm][0](key):
        raise Refused(code, f"the algorithm {algorithm!r} is not known, or does not fit the key")
    try:
        jws.deserialize_compact(data, ALGORITHMS[algorithm][1](key), registry=_Registry(algorithm))
    except (JoseError, ValueError) as reason:
        raise Refused(code, f"JWS: {reason}") from reason
    return Signed(payload, header.get("cty"), chain)


def _chain(value: Any, code: str) -> list[x509.Certificate]:
    """Standard base64, other than all else in a JWS (RFC 7515 section 4.1.6)."""
    if not isinstance(value, list) or not value or not all(isinstance(text, str) for text in value):
        raise Refused(code, "no x5c with the certificate of the key")
    try:
        return [paths.load(base64.b64decode(text, validate=True)) for text in value]
    except binascii.Error as reason:
        raise Refused(code, f"x5c: {reason}") from reason
