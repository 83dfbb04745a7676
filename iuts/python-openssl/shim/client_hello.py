"""What the ClientHello of a connection offered: it bounds an authenticator that answers no request (RFC 9261 section 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from .messages import CLIENT_HELLO, SIGNATURE_ALGORITHMS, read_extensions, read_schemes
from .refusal import Malformed
from .wire import Reader

HANDSHAKE_RECORD = 22


@dataclass(frozen=True)
class ClientHello:
    extensions: frozenset[int]
    schemes: list[int]


def decode_client_hello(stream: bytes) -> ClientHello:
    """`stream` begins with the records that the client sent first; the ClientHello in them is not encrypted.

    OpenSSL tells its application neither of the two, so they are read from the bytes that went by.
    """
    records = Reader(stream, "records")
    handshake = b""
    while records.more() and records.data[records.at] == HANDSHAKE_RECORD:
        records.take(3)
        handshake += records.vector(2)
        if len(handshake) >= 4 and len(handshake) >= 4 + int.from_bytes(handshake[1:4], "big"):
            break
    message = Reader(handshake, "ClientHello")
    if message.uint(1) != CLIENT_HELLO:
        raise Malformed("the connection does not begin with a ClientHello")
    body = Reader(message.vector(3), "ClientHello")
    body.take(2 + 32)  # legacy_version, random
    body.vector(1)  # legacy_session_id
    body.vector(2)  # cipher_suites
    body.vector(1)  # legacy_compression_methods
    extensions = dict(read_extensions(body.vector(2), "ClientHello"))
    return ClientHello(frozenset(extensions), read_schemes(extensions.get(SIGNATURE_ALGORITHMS, b"")))
