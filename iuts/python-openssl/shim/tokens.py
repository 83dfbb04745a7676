"""What Evidence and Attestation Results have in common: a signed token, its claims, and its times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from . import cose, jose, strict
from .refusal import Refused

CWT = "application/eat+cwt"
JWT = "application/eat+jwt"


@dataclass(frozen=True)
class Format:
    """One serialisation of an EAT (RFC 9711): how it is signed and how its claims are read."""

    media_type: str
    sign: Callable[[bytes, Any, list[bytes]], bytes]
    verify: Callable[[bytes, str], cose.Signed]
    decode: Callable[[bytes, str], Any]
    expiry: int | str
    not_before: int | str
    issued_at: int | str


FORMATS = {
    CWT: Format(CWT, cose.sign, cose.verify, strict.cbor, 4, 5, 6),
    JWT: Format(JWT, jose.sign, jose.verify, strict.json_text, "exp", "nbf", "iat"),
}


@dataclass(frozen=True)
class Token:
    claims: Mapping[Any, Any]
    chain: list[x509.Certificate]


def open_token(format_: Format, data: bytes, code: str, now: datetime) -> Token:
    """Verifies the signature and the times, and reads the claims; the path of the key is left to the caller."""
    signed = format_.verify(data, code)
    claims = format_.decode(signed.payload, "claims")
    if not isinstance(claims, Mapping):
        raise Refused("malformed", "the payload holds no map of claims")
    expiry = _time(claims, format_.expiry)
    not_before = _time(claims, format_.not_before)
    _time(claims, format_.issued_at)
    if expiry is not None and now.timestamp() >= expiry:
        raise Refused("policy", "the token has expired")
    if not_before is not None and now.timestamp() < not_before:
        raise Refused("policy", "the token is not valid yet")
    return Token(claims, signed.chain)


def _time(claims: Mapping[Any, Any], label: int | str) -> int | None:
    """Seconds since 1970, an integer: RFC 9711 section 4.3.1 (iat) and EAR section 3.1 (exp) allow no floating-point number."""
    value = strict.member(claims, label)
    if value is None and label not in claims:
        return None
    if type(value) is not int:
        raise Refused("policy", f"the time {label} is no integer")
    return value
