"""RATS conceptual message wrapper: the record, in CBOR and in JSON (draft-ietf-rats-msg-wrap section 3.1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import cbor2

from . import strict
from .refusal import Refused

EVIDENCE = 4
ATTESTATION_RESULTS = 8
JSON_FIRST = b"[{ \t\r\n"


@dataclass(frozen=True)
class Record:
    """`type` is a media type without parameters, in lower case; `indicator` is None where it is left out."""

    type: str
    value: bytes
    indicator: int | None


def encode(media_type: str, value: bytes, indicator: int, encoding: str) -> bytes:
    if encoding == "json":
        return json.dumps([media_type, strict.encode_base64url(value), indicator], separators=(",", ":")).encode()
    return cbor2.dumps([media_type, value, indicator])


def _refused(detail: str) -> Refused:
    return Refused("cmw", detail)


def decode(data: bytes) -> Record:
    """The first byte tells JSON from CBOR (section 3.4). Tags, collections and signed CMWs are not served."""
    as_json = data[:1] in [bytes([first]) for first in JSON_FIRST]
    items: Any = strict.json_text(data, "CMW") if as_json else strict.cbor(data, "CMW")
    if not isinstance(items, list) or len(items) not in (2, 3):
        raise _refused("no record of two or three members")
    media_type, value, *rest = items
    if not isinstance(media_type, str):
        raise _refused("the type is no media type; Content-Format numbers are not served")
    content = strict.base64url(value, "CMW") if as_json else value
    if not isinstance(content, bytes):
        raise _refused("the value is no byte string")
    indicator = rest[0] if rest else None
    if rest and (type(indicator) is not int or not 1 <= indicator < 2**32):
        raise _refused(f"{indicator!r} is no indicator")
    return Record(media_type.split(";")[0].strip().lower(), content, indicator)
