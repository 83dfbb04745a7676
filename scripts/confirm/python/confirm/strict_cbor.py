"""CBOR (RFC 8949): values by cbor2, and what cbor2 leaves to its caller: one item alone, no key of a map twice."""

from __future__ import annotations

from typing import Any

import cbor2

from .refusal import Malformed

MAX_DEPTH = 32


def _head(data: bytes, at: int) -> tuple[int, int | None, int]:
    if at >= len(data):
        raise Malformed("cbor", "the bytes end inside of an item")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info < 24:
        return major, info, at
    if info == 31:
        return major, None, at
    if info > 27:
        raise Malformed("cbor", f"additional information {info} is reserved")
    size = 1 << (info - 24)
    if at + size > len(data):
        raise Malformed("cbor", "the bytes end inside of a head")
    return major, int.from_bytes(data[at : at + size], "big"), at + size


def _key(data: bytes) -> Any:
    """What makes two keys the same: the value, not its encoding (RFC 8949 section 5.6.1)."""
    value = cbor2.loads(data)
    return (type(value).__name__, value) if isinstance(value, (int, str, bytes)) else data


def item_end(data: bytes, at: int = 0, depth: int = 0) -> int:
    """Where the item at `at` ends. Throws Malformed where it is not well formed, or a map holds a key twice."""
    if depth > MAX_DEPTH:
        raise Malformed("cbor", "nested too deep")
    major, argument, at = _head(data, at)
    if major in (0, 1, 7):
        if argument is None:
            raise Malformed("cbor", "a break that ends nothing")
        return at
    if major in (2, 3) and argument is not None:
        if at + argument > len(data):
            raise Malformed("cbor", "the bytes end inside of a string")
        if major == 3:
            try:
                data[at : at + argument].decode()
            except UnicodeDecodeError as e:
                raise Malformed("cbor", "a text is no UTF-8") from e
        return at + argument
    if major == 6:
        return item_end(data, at, depth + 1)
    count = argument * (2 if major == 5 else 1) if argument is not None else None
    keys: set[Any] = set()
    done = 0
    while count is None or done < count:
        if count is None and at < len(data) and data[at] == 0xFF:
            if major == 5 and done % 2:
                raise Malformed("cbor", "a key without a value")
            return at + 1
        start = at
        at = item_end(data, at, depth + 1)
        if major == 5 and done % 2 == 0:
            key = _key(data[start:at])
            if key in keys:
                raise Malformed("duplicate", f"the key {key!r} stands twice in a map")
            keys.add(key)
        done += 1
    return at


def decode(data: bytes) -> Any:
    """The value of exactly one item. Throws Malformed (reasons cbor, duplicate, trailing)."""
    end = item_end(data)
    if end != len(data):
        raise Malformed("trailing", f"{len(data) - end} bytes stand behind the item")
    try:
        return cbor2.loads(data)
    except (cbor2.CBORDecodeError, ValueError, TypeError) as e:
        raise Malformed("cbor", f"cbor2 does not read it: {e}") from e


def pairs(members: list[tuple[bytes, bytes]]) -> bytes:
    """A map of encoded keys and values in the order given, also where a key stands twice."""
    head = cbor2.dumps(len(members))
    return bytes([head[0] | 0xA0]) + head[1:] + b"".join(k + v for k, v in members)
