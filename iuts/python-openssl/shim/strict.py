"""CBOR and JSON from the peer, read strictly: nothing behind the value, no key twice, and a bound on the nesting.

Two readers of one message must not see different claims in it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NoReturn

import cbor2

from .refusal import Malformed

DEPTH = 64
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def cbor(data: bytes, what: str) -> Any:
    stream = BytesIO(data)
    try:
        value = cbor2.load(stream, max_depth=DEPTH, allow_duplicate_keys=False)
    except Exception as reason:  # values behind tags raise what their own types raise
        raise Malformed(f"{what}: no CBOR that can be read: {reason}") from reason
    if stream.tell() != len(data):
        raise Malformed(f"{what}: {len(data) - stream.tell()} bytes behind the CBOR value")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands there twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def json_text(data: bytes, what: str) -> Any:
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as reason:
        raise Malformed(f"{what}: no JSON that can be read: {reason}") from reason


def base64url(text: Any, what: str) -> bytes:
    """base64url without padding (RFC 7515 section 2)."""
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise Malformed(f"{what}: no base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def member(claims: Mapping[Any, Any], label: int | str) -> Any:
    """The value under a label, None without. Python takes 1, 1.0 and True for one key; CBOR does not."""
    for key, value in claims.items():
        if type(key) is type(label) and key == label:
            return value
    return None
