"""A CMW that is itself signed (draft-ietf-rats-msg-wrap section 4): COSE_Sign1 around one in CBOR, JWS around one in JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from . import cmw, cose, jose, paths
from .refusal import Refused

COSE_FIRST = b"\xd2"  # tag 18
_JWS = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def is_signed(data: bytes) -> bool:
    return data[:1] == COSE_FIRST or _JWS.fullmatch(data) is not None


def decode(data: bytes, roots: Sequence[bytes], now: datetime) -> list[cmw.Message]:
    """Verifies the signature up to a root, and reads the CMW in it; what that holds is verified as it would be without."""
    in_cose = data[:1] == COSE_FIRST
    signed = cose.verify(data, "cmw") if in_cose else jose.verify(data, "cmw")
    # A signature over anything else, with the same key, does not pass for one over a CMW.
    if signed.content_type != ("application/cmw+cbor" if in_cose else "application/cmw+json"):
        raise Refused("cmw", f"the content type {signed.content_type!r} is not that of a CMW")
    try:
        paths.validate(signed.chain, roots, now)
    except Refused as reason:
        raise Refused("cmw", reason.detail) from reason
    return cmw.decode_cbor(signed.payload) if in_cose else cmw.decode_json(signed.payload)
