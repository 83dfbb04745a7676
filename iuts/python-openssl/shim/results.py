"""Attestation Results as EAR (draft-ietf-rats-ear), for the passport model: judged by the relying party itself."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from . import paths, strict, tokens
from .refusal import Refused

SUBMODS, STATUS, KEY_ATTESTATION = 266, 1000, -70002
AFFIRMING = 2


def appraise(media_type: str, data: bytes, spki: bytes, roots: Sequence[bytes], now: datetime) -> None:
    """Signature up to a trusted issuer, times, status, and the key that it speaks of. Raises Refused."""
    token = tokens.open_token(tokens.FORMATS[media_type], data, "result-signature", now)
    try:
        paths.validate(token.chain, roots, now)
    except Refused as reason:
        raise Refused("result-signature", reason.detail) from reason
    in_cwt = media_type == tokens.CWT
    submods = strict.member(token.claims, SUBMODS if in_cwt else "submods")
    if not isinstance(submods, Mapping) or not submods:
        raise Refused("policy", "the result holds no submodule")
    # The status of the whole is no better than the worst of the submodules (EAR section 3.1), so it can only take away.
    overall = strict.member(token.claims, STATUS if in_cwt else "ear.status")
    if overall is not None and not _affirms(overall, in_cwt):
        raise Refused("policy", f"the status of the whole is {overall!r}")
    for name, submod in submods.items():
        _check(name, submod, spki, in_cwt)


def _affirms(status: Any, in_cwt: bool) -> bool:
    return (type(status) is int and status == AFFIRMING) if in_cwt else status == "affirming"


def _check(name: Any, submod: Any, spki: bytes, in_cwt: bool) -> None:
    if not isinstance(submod, Mapping):
        raise Refused("policy", f"the submodule {name!r} is no map")
    status = strict.member(submod, STATUS if in_cwt else "ear.status")
    if not _affirms(status, in_cwt):
        raise Refused("policy", f"the status of {name!r} is {status!r}")
    attested = strict.member(submod, KEY_ATTESTATION if in_cwt else "ear.veraison.key-attestation")
    key = strict.member(attested, "akpub") if isinstance(attested, Mapping) else None
    if not in_cwt and key is not None:
        key = strict.base64url(key, "akpub")
    if not isinstance(key, bytes) or not hmac.compare_digest(key, spki):
        raise Refused("aik-mismatch", "the result speaks of another key than that of the end-entity certificate")
