"""JWS in compact serialisation (RFC 7515) with x5c: read, judged, and put before joserfc."""

from __future__ import annotations

import base64
import binascii
import json
import re
import warnings
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from . import certificates, signatures
from .cose import Token
from .opinions import Opinions
from .refusal import Malformed


def base64url(text: str) -> bytes:
    """base64url without padding (RFC 7515 section 2), with no other character, and no bit behind the last byte."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise Malformed("base64url", f"no base64url without padding: {text[:40]!r}")
    value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(value) != text:
        raise Malformed("base64url", "bits behind the last byte are set")
    return value


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def strict_json(data: bytes, what: str) -> Any:
    """A JSON value in which no object has a member twice. Throws Malformed (json, duplicate)."""

    def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [n for n, _ in members]
        twice = {n for n in names if names.count(n) > 1}
        if twice:
            raise Malformed("duplicate", f"{what}: {sorted(twice)} stand twice")
        return dict(members)

    def never(name: str) -> Any:
        raise Malformed("json", f"{what}: {name} is no JSON")

    try:
        return json.loads(data.decode(), object_pairs_hook=once, parse_constant=never)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as e:
        raise Malformed("json", f"{what}: {e}") from e


def _chain(header: dict[str, Any]) -> list[x509.Certificate]:
    texts = header.get("x5c")
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise Malformed("chain", "x5c is missing, or no array of texts")
    try:
        return [certificates.read(base64.b64decode(t, validate=True)) for t in texts]
    except (binascii.Error, Malformed, ValueError) as e:
        raise Malformed("chain", f"a certificate of x5c: {e}") from e


def verify(data: bytes, opinions: Opinions, question: str) -> Token:
    """A compact JWS whose signature is that of the first key of its x5c; the chain is not judged here.

    Throws Malformed. joserfc is asked about every message that has a key to ask with.
    """
    key: list[x509.Certificate] = []
    try:
        token = _verify(data, key)
    except Malformed:
        _ask_library(data, key, opinions, question, False)
        raise
    _ask_library(data, key, opinions, question, True)
    return token


def _lenient_key(parts: list[str], key: list[x509.Certificate]) -> None:
    """The key to ask the library with, also where the rest of the header is wrong."""
    try:
        key.extend(_chain(json.loads(base64url(parts[0]))))
    except (Malformed, ValueError, AttributeError):
        key.clear()


def _verify(data: bytes, key: list[x509.Certificate]) -> Token:
    try:
        parts = data.decode("ascii").split(".")
    except UnicodeDecodeError as e:
        raise Malformed("jws", "a JWS is ASCII") from e
    _lenient_key(parts, key)
    if len(parts) != 3:
        raise Malformed("jws", f"{len(parts)} parts in place of three")
    try:
        header_bytes, payload, signature = (base64url(p) for p in parts)
        header = strict_json(header_bytes, "header")
    except Malformed as e:
        raise Malformed("header" if e.reason in ("json", "duplicate") else "jws", str(e)) from e
    if not isinstance(header, dict):
        raise Malformed("header", "the header is no object")
    if "crit" in header:
        raise Malformed("header", "crit holds what is not understood (RFC 7515 section 4.1.11)")
    if header.get("b64", True) is not True:
        raise Malformed("header", "b64 is not critical")
    name = header.get("alg")
    algorithm = signatures.TOKEN.get(name) if isinstance(name, str) else None
    if algorithm is None:
        raise Malformed("algorithm", f"the algorithm {name!r} is missing, or none of the Evidence profile")
    chain = _chain(header)
    if not signatures.fits(algorithm, chain[0].public_key()):
        raise Malformed("algorithm", f"{name} is not for the first key of the chain")
    if not signatures.verifies(algorithm, chain[0].public_key(), signature, f"{parts[0]}.{parts[1]}".encode()):
        raise Malformed("signature", "the signature is not that of the first key over header and payload")
    return Token(header, payload, chain)


def _ask_library(data: bytes, chain: list[x509.Certificate], opinions: Opinions, question: str, ours: bool) -> None:
    if not chain:
        return
    key = chain[0].public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kind = ECKey if isinstance(key, ec.EllipticCurvePublicKey) else RSAKey if isinstance(key, rsa.RSAPublicKey) else OKPKey

    def by_joserfc() -> str | None:
        registry = jws.JWSRegistry(algorithms=list(signatures.TOKEN))
        # Its default of 512 bytes leaves no room for x5c.
        registry.max_header_length = 1 << 16
        with warnings.catch_warnings():
            # It warns of the name EdDSA, which docs/iut-protocol.md has, since RFC 9864 gave Ed25519 one of its own.
            warnings.simplefilter("ignore")
            jws.deserialize_compact(data, kind.import_key(pem), registry=registry)
        return None

    opinions.ask("joserfc", question, ours, by_joserfc)
