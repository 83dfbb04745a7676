"""Evidence as EAT (docs/iut-protocol.md, Evidence profile): made by the attester, appraised by the relying party itself."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import cbor2

from . import paths, strict, tokens
from .binding import Binding
from .profile import Profile
from .refusal import Refused

PROFILE = "tag:expat-conformance,2026:evidence"
UEID, EAT_PROFILE, MEASUREMENT = 256, 265, -65538


def make(media_type: str, binding: Binding, ueid: bytes, measurement: bytes, key: Any, chain: list[bytes], profile: Profile) -> bytes:
    """The binding is the nonce (expat section 5.1), AIK_pub_hash a claim beside it (section 5.2)."""
    format_ = tokens.FORMATS[media_type]
    if media_type == tokens.CWT:
        payload = cbor2.dumps(
            {
                profile.evidenceNonce.cwt: binding.nonce,
                profile.aikHashClaim.cwt: binding.aik_hash,
                UEID: ueid,
                EAT_PROFILE: PROFILE,
                MEASUREMENT: measurement,
            }
        )
    else:
        payload = json.dumps(
            {
                profile.evidenceNonce.jwt: strict.encode_base64url(binding.nonce),
                profile.aikHashClaim.jwt: strict.encode_base64url(binding.aik_hash),
                "ueid": strict.encode_base64url(ueid),
                "eat_profile": PROFILE,
                "measurement": strict.encode_base64url(measurement),
            }
        ).encode()
    return format_.sign(payload, key, chain)


def appraise(
    media_type: str,
    data: bytes,
    binding: Binding,
    roots: Sequence[bytes],
    reference: bytes | None,
    now: datetime,
    profile: Profile,
) -> None:
    """Signature up to an anchor, binding, AIK hash, measurement (expat sections 4 and 5). Raises Refused."""
    token = tokens.open_token(tokens.FORMATS[media_type], data, "evidence-signature", now)
    try:
        paths.validate(token.chain, roots, now)
    except Refused as reason:
        raise Refused("evidence-signature", reason.detail) from reason
    in_cwt = media_type == tokens.CWT
    nonce = _bytes(token, profile.evidenceNonce.cwt if in_cwt else profile.evidenceNonce.jwt)
    if nonce is None or not hmac.compare_digest(nonce, binding.nonce):
        raise Refused("binding-mismatch", "the nonce is not the binding of this connection, request and key")
    aik_hash = _bytes(token, profile.aikHashClaim.cwt if in_cwt else profile.aikHashClaim.jwt)
    if aik_hash is None or not hmac.compare_digest(aik_hash, binding.aik_hash):
        raise Refused("aik-mismatch", "AIK_pub_hash is not the hash of the end-entity key")
    if reference is not None and _bytes(token, MEASUREMENT if in_cwt else "measurement") != reference:
        raise Refused("policy", "the measurement is not the reference value")


def _bytes(token: tokens.Token, label: int | str) -> bytes | None:
    """A claim that is one byte string; in JSON it is base64url. None where it is missing or of another type."""
    value = strict.member(token.claims, label)
    if isinstance(label, int):
        return value if isinstance(value, bytes) else None
    return strict.base64url(value, label) if isinstance(value, str) else None
