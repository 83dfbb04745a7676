"""A channel: one TLS 1.3 connection by OpenSSL, over a socket that this end has dialled.

OpenSSL works on memory buffers here and the socket is moved by this file. So a read never blocks a write, a timeout is
exact, and the ClientHello can be seen as it goes by.
"""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import service_identity.pyopenssl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from OpenSSL import SSL, crypto

from .client_hello import ClientHello, decode_client_hello
from .refusal import Refused

# OpenSSL has the names of IANA for the suites of TLS 1.3.
SUITES: dict[str, type[hashes.SHA256] | type[hashes.SHA384]] = {
    "TLS_AES_128_GCM_SHA256": hashes.SHA256,
    "TLS_AES_256_GCM_SHA384": hashes.SHA384,
    "TLS_CHACHA20_POLY1305_SHA256": hashes.SHA256,
}

HANDSHAKE_SECONDS = 8.0
SEND_SECONDS = 9.0
RECORD = 16384


class Closed(Refused):
    def __init__(self, detail: str) -> None:
        super().__init__("other", detail)


@dataclass(frozen=True)
class Settings:
    side: str
    suites: list[str]
    server_name: str
    chain: list[bytes]
    key: bytes | None
    trust: list[bytes]


def _context(settings: Settings) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD if settings.side == "client" else SSL.TLS_SERVER_METHOD)
    # RFC 9261 section 7 allows TLS 1.2 with the extended master secret; this end speaks TLS 1.3 alone.
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.set_tls13_ciphersuites(":".join(settings.suites).encode())
    # No session is kept or offered again (expat section 7.2). OpenSSL's server sends its tickets all the same.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    if settings.side == "client":
        context.set_verify(SSL.VERIFY_PEER)
        store = context.get_cert_store()
        assert store is not None
        for der in settings.trust:
            store.add_cert(crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)))
    if settings.key is not None and settings.chain:
        leaf, *issuers = (x509.load_der_x509_certificate(der) for der in settings.chain)
        context.use_certificate(leaf)
        for issuer in issuers:
            context.add_extra_chain_cert(issuer)
        key: Any = serialization.load_der_private_key(settings.key, None)
        context.use_privatekey(key)
    return context


class Channel:
    def __init__(self, host: str, port: int, settings: Settings) -> None:
        """Dials and shakes hands. Raises Refused where no connection comes about."""
        self.side = settings.side
        self.received = bytearray()
        self.first_flight = bytearray()
        self.ended = False
        self.tls = SSL.Connection(_context(settings), None)
        if settings.side == "client":
            self.tls.set_tlsext_host_name(settings.server_name.encode())
            self.tls.set_connect_state()
        else:
            self.tls.set_accept_state()
        try:
            self.socket = socket.create_connection((host, port), HANDSHAKE_SECONDS)
        except OSError as reason:
            raise Closed(f"no connection: {reason}") from reason
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._handshake(settings)
        except BaseException:
            self.socket.close()
            raise

    def _handshake(self, settings: Settings) -> None:
        deadline = time.monotonic() + HANDSHAKE_SECONDS
        while True:
            try:
                self.tls.do_handshake()
                break
            except SSL.WantReadError:
                self._flush(deadline)
                if not self._read(deadline):
                    raise Closed("the handshake took too long") from None
                if self.ended:
                    raise Closed("the peer closed the connection in the handshake") from None
            except SSL.Error as reason:
                self._flush(deadline)  # the alert
                raise Closed(f"the handshake failed: {reason}") from reason
        self._flush(deadline)
        if settings.side == "client":
            try:
                service_identity.pyopenssl.verify_hostname(self.tls, settings.server_name)
            except service_identity.VerificationError as reason:
                raise Closed(f"the certificate of the handshake is not for {settings.server_name}") from reason

    @cached_property
    def suite(self) -> str:
        name = self.tls.get_cipher_name()
        if name not in SUITES:
            raise Refused("other", f"the suite {name} has no hash that is known here")
        return name

    @cached_property
    def hash(self) -> hashes.HashAlgorithm:
        """The hash of the suite: that of the exporter, of the transcript, of Finished and of the binding."""
        return SUITES[self.suite]()

    @cached_property
    def client_hello(self) -> ClientHello:
        return decode_client_hello(bytes(self.first_flight))

    @property
    def peer(self) -> str:
        return "server" if self.side == "client" else "client"

    def export(self, label: str, context: bytes, length: int) -> bytes:
        """RFC 8446 section 7.5."""
        return self.tls.export_keying_material(label.encode(), length, context)

    def send(self, data: bytes) -> None:
        deadline = time.monotonic() + SEND_SECONDS
        for start in range(0, len(data), RECORD):
            try:
                self.tls.send(data[start : start + RECORD])
            except SSL.Error as reason:
                raise Closed(f"the connection is not open: {reason!r}") from reason
            self._flush(deadline)

    def receive(self, length: int, seconds: float) -> bytes:
        """Exactly so many bytes; what came before a timeout stays queued."""
        deadline = time.monotonic() + seconds
        self._decrypt()
        while len(self.received) < length:
            if self.ended:
                raise Closed(f"the peer closed, {len(self.received)} of {length} bytes came")
            if not self._read(deadline):
                raise Closed(f"{len(self.received)} of {length} bytes came in time")
            self._decrypt()
        data = bytes(self.received[:length])
        del self.received[:length]
        return data

    def close(self) -> None:
        try:
            self.tls.shutdown()
            self._flush(time.monotonic())
        except (SSL.Error, Closed):
            pass  # the peer was faster
        self.socket.close()

    def _decrypt(self) -> None:
        """Moves what OpenSSL has into the queue; post-handshake messages are consumed by the way."""
        while True:
            try:
                self.received += self.tls.recv(RECORD)
            except SSL.WantReadError:
                return
            except SSL.Error:  # close_notify, or a record that nobody can read
                self.ended = True
                return

    def _read(self, deadline: float) -> bool:
        """Waits for bytes from the socket; False where none came before the deadline."""
        readable, _, _ = select.select([self.socket], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            return False
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return True
        if self.side == "server" and len(self.first_flight) < 65536:
            self.first_flight += data
        while data:
            data = data[self.tls.bio_write(data) :]
        return True

    def _flush(self, deadline: float) -> None:
        """Writes to the socket what OpenSSL wants to send."""
        while True:
            try:
                data = self.tls.bio_read(65536)
            except SSL.WantReadError:
                return
            if self.side == "client" and len(self.first_flight) < 65536:
                self.first_flight += data
            try:
                self.socket.settimeout(max(0.001, deadline - time.monotonic()))
                self.socket.sendall(data)
            except OSError as reason:
                raise Closed(f"the connection is not open: {reason}") from reason
