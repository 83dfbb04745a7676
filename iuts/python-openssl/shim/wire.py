"""The presentation language of TLS (RFC 8446 section 3): integers and vectors of bytes."""

from __future__ import annotations

from .refusal import Malformed


class Reader:
    """Reads from the front of a message. Every method raises Malformed where the bytes do not reach."""

    def __init__(self, data: bytes, what: str) -> None:
        self.data = data
        self.what = what
        self.at = 0

    def take(self, length: int) -> bytes:
        if self.at + length > len(self.data):
            raise Malformed(f"{self.what}: {length} bytes wanted at {self.at}, {len(self.data) - self.at} are left")
        taken = self.data[self.at : self.at + length]
        self.at += length
        return taken

    def uint(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int, least: int = 0) -> bytes:
        """A vector with a length of `size` bytes in front, and at least `least` bytes long (section 3.4)."""
        length = self.uint(size)
        if length < least:
            raise Malformed(f"{self.what}: a vector of {length} bytes, at least {least} are due")
        return self.take(length)

    def more(self) -> bool:
        return self.at < len(self.data)

    def end(self) -> None:
        """Bytes left over make a message malformed (section 6, decode_error)."""
        if self.more():
            raise Malformed(f"{self.what}: {len(self.data) - self.at} bytes left over")


def uint(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def vector(size: int, data: bytes) -> bytes:
    return uint(len(data), size) + data
