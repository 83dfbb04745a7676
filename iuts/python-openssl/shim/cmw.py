"""RATS conceptual message wrapper: record, tag and collection (draft-ietf-rats-msg-wrap section 3)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2

from . import strict
from .refusal import Refused

EVIDENCE = 4
ATTESTATION_RESULTS = 8

# RFC 9782 section 6: the Content-Formats of the media types that are served.
CONTENT_FORMATS = {263: "application/eat+cwt", 264: "application/eat+jwt"}

JSON_FIRST = frozenset(b"[{ \t\r\n")
TYPE = "__cmwc_t"
DEPTH = 8
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+", re.ASCII)
_ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^#\s]+")


def _tag_number(content_format: int) -> int:
    """TN() of RFC 9277 appendix B."""
    return 1668546817 + content_format // 255 * 256 + content_format % 255


TAGS = {_tag_number(content_format): media_type for content_format, media_type in CONTENT_FORMATS.items()}


@dataclass(frozen=True)
class Message:
    """One conceptual message. `type` is a media type without parameters, in lower case; `indicator` is None where there is none."""

    type: str
    value: bytes
    indicator: int | None


def encode(media_type: str, value: bytes, indicator: int, encoding: str, form: str) -> bytes:
    """A collection holds the message as its one item."""
    if form == "tag":
        tag = next((number for number, name in TAGS.items() if name == media_type), None)
        if tag is None:
            raise _refused(f"{media_type} has no Content-Format")
        return cbor2.dumps(cbor2.CBORTag(tag, value))
    record = [media_type, strict.encode_base64url(value) if encoding == "json" else value, indicator]
    item: Any = {"attestation": record} if form == "collection" else record
    return json.dumps(item, separators=(",", ":")).encode() if encoding == "json" else cbor2.dumps(item)


def _refused(detail: str) -> Refused:
    return Refused("cmw", detail)


def decode(data: bytes) -> list[Message]:
    """All messages in it, one or more. The first byte tells JSON from CBOR (section 3.4)."""
    return decode_json(data) if data[:1] and data[0] in JSON_FIRST else decode_cbor(data)


def decode_json(data: bytes) -> list[Message]:
    return _item(strict.json_text(data, "CMW"), True, DEPTH)


def decode_cbor(data: bytes) -> list[Message]:
    return _item(strict.cbor(data, "CMW"), False, DEPTH)


def _item(item: Any, in_json: bool, depth: int) -> list[Message]:
    if isinstance(item, list | tuple):
        return [_record(item, in_json)]
    if isinstance(item, cbor2.CBORTag):
        return [_tag(item)]
    if isinstance(item, Mapping):
        return _collection(item, in_json, depth)
    raise _refused("neither record nor tag nor collection")


def _record(items: list[Any] | tuple[Any, ...], in_json: bool) -> Message:
    """[type, value, ?indicator] (section 3.1)."""
    if len(items) not in (2, 3):
        raise _refused(f"a record of {len(items)} members, two or three are due")
    value = strict.base64url(items[1], "CMW") if in_json else items[1]
    if not isinstance(value, bytes):
        raise _refused("the value of a record is no byte string")
    indicator = items[2] if len(items) == 3 else None
    if len(items) == 3 and (type(indicator) is not int or not 1 <= indicator < 2**32):
        raise _refused(f"{indicator!r} is no indicator")
    return Message(_media_type(items[0], in_json), value, indicator)


def _media_type(value: Any, in_json: bool) -> str:
    if isinstance(value, str):
        return value.split(";")[0].strip().lower()
    if not in_json and type(value) is int and value in CONTENT_FORMATS:
        return CONTENT_FORMATS[value]
    raise _refused(f"{value!r} is neither a media type nor a Content-Format that is served")


def _tag(item: cbor2.CBORTag) -> Message:
    """A Content-Format turned into a tag, around a byte string (section 3.2)."""
    if item.tag not in TAGS or not isinstance(item.value, bytes):
        raise _refused(f"the tag {item.tag} is not that of a message that is served, or holds no byte string")
    return Message(TAGS[item.tag], item.value, None)


def _collection(items: Mapping[Any, Any], in_json: bool, depth: int) -> list[Message]:
    """Labels and CMWs, at least one of them (section 3.3). How deep they are nested may be limited."""
    if depth == 0:
        raise _refused(f"collections in one another are read {DEPTH} deep")
    found: list[Message] = []
    for label, item in items.items():
        if type(label) is not str and (in_json or type(label) is not int):
            raise _refused(f"{label!r} is no label")
        if label == TYPE:
            if not isinstance(item, str) or not (_OID.fullmatch(item) or _ABSOLUTE_URI.fullmatch(item)):
                raise _refused(f"{item!r} is neither an absolute URI nor an object identifier")
        else:
            found += _item(item, in_json, depth - 1)
    if not found:
        raise _refused("a collection with nothing in it")
    return found
