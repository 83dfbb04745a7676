"""Handshake messages of RFC 8446 and RFC 9261: read strictly, and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .refusal import Malformed

CERTIFICATE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, CLIENT_CERTIFICATE_REQUEST, FINISHED = 11, 13, 15, 17, 20
SIGNATURE_ALGORITHMS = 13


class Reader:
    """Reads structures; every method throws Malformed (reason syntax) where the bytes do not suffice."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    @property
    def empty(self) -> bool:
        """Whether all was read."""
        return self.at == len(self.data)

    def take(self, length: int) -> bytes:
        """The next bytes."""
        if self.at + length > len(self.data):
            raise Malformed("syntax", f"{length} bytes are announced and {len(self.data) - self.at} are left")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, size: int) -> int:
        """An unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """A variable-length vector whose length stands in `size` bytes."""
        return self.take(self.number(size))

    def end(self, what: str) -> None:
        """Throws where something is left."""
        if not self.empty:
            raise Malformed("syntax", f"{len(self.data) - self.at} bytes stand behind {what}")


@dataclass(frozen=True)
class Message:
    """A handshake message with its header."""

    type: int
    body: bytes
    bytes: bytes


def messages(data: bytes) -> list[Message]:
    """All handshake messages of `data`."""
    reader, found = Reader(data), []
    while not reader.empty:
        start = reader.at
        kind = reader.number(1)
        body = reader.vector(3)
        found.append(Message(kind, body, data[start : reader.at]))
    return found


def extensions(data: bytes) -> list[tuple[int, bytes]]:
    """A block of extensions, without its length."""
    reader, found = Reader(data), []
    while not reader.empty:
        found.append((reader.number(2), reader.vector(2)))
    return found


@dataclass(frozen=True)
class Request:
    """CertificateRequest or ClientCertificateRequest (RFC 9261 section 4)."""

    type: int
    context: bytes
    extensions: list[tuple[int, bytes]]

    def types(self) -> list[int]:
        """The extension types that it holds."""
        return [t for t, _ in self.extensions]

    def data(self, extension: int) -> bytes | None:
        """The data of the first extension of a type."""
        return next((d for t, d in self.extensions if t == extension), None)


def request_body(message: Message) -> Request:
    """The body of a request; which type it has to be is asked elsewhere."""
    reader = Reader(message.body)
    context = reader.vector(1)
    block = reader.vector(2)
    reader.end("the request")
    return Request(message.type, context, extensions(block))


def schemes(data: bytes) -> list[int]:
    """The content of signature_algorithms (RFC 8446 section 4.2.3)."""
    reader = Reader(data)
    block = reader.vector(2)
    reader.end("signature_algorithms")
    if not block or len(block) % 2:
        raise Malformed("syntax", "signature_algorithms holds no whole number of schemes, or none")
    return [int.from_bytes(block[i : i + 2], "big") for i in range(0, len(block), 2)]


@dataclass(frozen=True)
class Certificate:
    """The Certificate message (RFC 8446 section 4.4.2)."""

    context: bytes
    entries: list[tuple[bytes, list[tuple[int, bytes]]]]


def certificate_body(body: bytes) -> Certificate:
    """The body of a Certificate message."""
    reader = Reader(body)
    context = reader.vector(1)
    block = Reader(reader.vector(3))
    reader.end("the Certificate")
    entries = []
    while not block.empty:
        data = block.vector(3)
        if not data:
            raise Malformed("syntax", "cert_data of length zero")
        entries.append((data, extensions(block.vector(2))))
    return Certificate(context, entries)


def verify_body(body: bytes) -> tuple[int, bytes]:
    """Scheme and signature of CertificateVerify (RFC 8446 section 4.4.3)."""
    reader = Reader(body)
    scheme, signature = reader.number(2), reader.vector(2)
    reader.end("the CertificateVerify")
    return scheme, signature


def vector(data: bytes, size: int) -> bytes:
    """`data` behind its length in `size` bytes."""
    return len(data).to_bytes(size, "big") + data


def handshake(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes([kind]) + vector(body, 3)


def extension_block(listed: list[dict[str, Any]]) -> bytes:
    """Extensions as a stage lists them, behind their length."""
    return vector(b"".join(e["type"].to_bytes(2, "big") + vector(bytes.fromhex(e["data"]), 2) for e in listed), 2)
