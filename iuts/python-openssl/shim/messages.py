"""The handshake messages of requests and authenticators (RFC 8446 section 4, RFC 9261 sections 4 and 5.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .refusal import Malformed, Refused
from .wire import Reader, uint, vector

CLIENT_HELLO = 1
CERTIFICATE = 11
CERTIFICATE_REQUEST = 13
CERTIFICATE_VERIFY = 15
CLIENT_CERTIFICATE_REQUEST = 17
FINISHED = 20

SIGNATURE_ALGORITHMS = 13

Extension = tuple[int, bytes]


def encode_message(kind: int, body: bytes) -> bytes:
    return uint(kind, 1) + vector(3, body)


def read_message(reader: Reader) -> tuple[int, bytes, bytes]:
    """The next handshake message: its type, its body, and all of its bytes as they go into the transcript."""
    start = reader.at
    kind = reader.uint(1)
    body = reader.vector(3)
    return kind, body, reader.data[start : reader.at]


def read_extensions(data: bytes, what: str) -> list[Extension]:
    """A list of extensions, none of them twice (RFC 8446 section 4.2)."""
    reader = Reader(data, what)
    found: list[Extension] = []
    while reader.more():
        kind = reader.uint(2)
        if any(kind == other for other, _ in found):
            raise Malformed(f"{what}: the extension {kind} stands there twice")
        found.append((kind, reader.vector(2)))
    return found


def encode_extensions(extensions: Iterable[Extension]) -> bytes:
    return vector(2, b"".join(uint(kind, 2) + vector(2, data) for kind, data in extensions))


def read_schemes(data: bytes) -> list[int]:
    """The list in signature_algorithms (RFC 8446 section 4.2.3)."""
    outer = Reader(data, "signature_algorithms")
    reader = Reader(outer.vector(2, least=2), "signature_algorithms")
    outer.end()
    schemes = []
    while reader.more():
        schemes.append(reader.uint(2))
    return schemes


@dataclass(frozen=True)
class Request:
    """A CertificateRequest or ClientCertificateRequest (RFC 9261 section 4)."""

    kind: int
    context: bytes
    extensions: dict[int, bytes]
    schemes: list[int]
    raw: bytes


def decode_request(raw: bytes) -> Request:
    reader = Reader(raw, "request")
    kind, body, _ = read_message(reader)
    reader.end()
    if kind not in (CERTIFICATE_REQUEST, CLIENT_CERTIFICATE_REQUEST):
        raise Malformed(f"a message of type {kind} is no request")
    fields = Reader(body, "request")
    context = fields.vector(1)
    extensions = dict(read_extensions(fields.vector(2, least=2), "request"))
    fields.end()
    if SIGNATURE_ALGORITHMS not in extensions:
        raise Refused("malformed", "the request holds no signature_algorithms (RFC 8446 section 4.3.2)")
    return Request(kind, context, extensions, read_schemes(extensions[SIGNATURE_ALGORITHMS]), raw)


def encode_request(kind: int, context: bytes, schemes: list[int], more: list[Extension]) -> bytes:
    offered = vector(2, b"".join(uint(scheme, 2) for scheme in schemes))
    extensions = [(SIGNATURE_ALGORITHMS, offered), *more]
    return encode_message(kind, vector(1, context) + encode_extensions(extensions))


@dataclass(frozen=True)
class Entry:
    """A CertificateEntry (RFC 8446 section 4.4.2)."""

    certificate: bytes
    extensions: list[Extension]


@dataclass(frozen=True)
class Certificate:
    context: bytes
    entries: list[Entry]


def decode_certificate(body: bytes) -> Certificate:
    reader = Reader(body, "Certificate")
    context = reader.vector(1)
    items = Reader(reader.vector(3), "certificate_list")
    reader.end()
    entries = []
    while items.more():
        certificate = items.vector(3, least=1)
        entries.append(Entry(certificate, read_extensions(items.vector(2), "CertificateEntry")))
    return Certificate(context, entries)


def encode_certificate(certificate: Certificate) -> bytes:
    items = b"".join(vector(3, entry.certificate) + encode_extensions(entry.extensions) for entry in certificate.entries)
    return encode_message(CERTIFICATE, vector(1, certificate.context) + vector(3, items))


def decode_certificate_verify(body: bytes) -> tuple[int, bytes]:
    """Scheme and signature (RFC 8446 section 4.4.3)."""
    reader = Reader(body, "CertificateVerify")
    scheme = reader.uint(2)
    signature = reader.vector(2)
    reader.end()
    return scheme, signature


def encode_certificate_verify(scheme: int, signature: bytes) -> bytes:
    return encode_message(CERTIFICATE_VERIFY, uint(scheme, 2) + vector(2, signature))
