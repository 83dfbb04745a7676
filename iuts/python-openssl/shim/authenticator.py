"""Exported authenticators (RFC 9261 sections 5 and 6): secrets, transcript, making and validating."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import constant_time, hashes

from . import paths, schemes
from .messages import (
    CERTIFICATE,
    CERTIFICATE_VERIFY,
    FINISHED,
    Certificate,
    Entry,
    Extension,
    Request,
    decode_certificate,
    decode_certificate_verify,
    encode_certificate,
    encode_certificate_verify,
    encode_message,
    read_message,
)
from .refusal import Malformed, Refused
from .wire import Reader

Export = Callable[[str, bytes, int], bytes]


@dataclass(frozen=True)
class Secrets:
    """What both ends export for the authenticators of one of them (section 5.1)."""

    hash: hashes.HashAlgorithm
    handshake_context: bytes
    finished_key: bytes

    @classmethod
    def export(cls, export: Export, hash_: hashes.HashAlgorithm, sender: str) -> Secrets:
        """`sender` is the end that sends the authenticator. The exporter's context is of length zero."""
        size = hash_.digest_size
        return cls(
            hash_,
            export(f"EXPORTER-{sender} authenticator handshake context", b"", size),
            export(f"EXPORTER-{sender} authenticator finished key", b"", size),
        )

    def transcript(self, *messages: bytes) -> bytes:
        """Hash(Handshake Context || messages); of no request nothing goes in."""
        digest = hashes.Hash(self.hash)
        digest.update(self.handshake_context)
        for message in messages:
            digest.update(message)
        return digest.finalize()

    def signature_content(self, transcript: bytes) -> bytes:
        """What CertificateVerify signs (section 5.2.2, RFC 8446 section 4.4.3)."""
        return b"\x20" * 64 + b"Exported Authenticator" + b"\x00" + transcript

    def mac(self, transcript: bytes) -> bytes:
        """The body of Finished (section 5.2.3)."""
        return hmac.digest(self.finished_key, transcript, self.hash.name)


def make(
    secrets: Secrets,
    request: bytes,
    context: bytes,
    chain: list[bytes],
    extensions: list[Extension],
    sign: Callable[[bytes], tuple[int, bytes]],
) -> bytes:
    """Certificate || CertificateVerify || Finished. `extensions` stand in the first entry; `sign` gives scheme and signature."""
    entries = [Entry(der, extensions if at == 0 else []) for at, der in enumerate(chain)]
    certificate = encode_certificate(Certificate(context, entries))
    content = secrets.signature_content(secrets.transcript(request, certificate))
    certificate_verify = encode_certificate_verify(*sign(content))
    mac = secrets.mac(secrets.transcript(request, certificate, certificate_verify))
    return certificate + certificate_verify + encode_message(FINISHED, mac)


def make_empty(secrets: Secrets, request: Request) -> bytes:
    """A Finished over the request and a Certificate without entries, which is not sent (section 6)."""
    certificate = encode_certificate(Certificate(request.context, []))
    return encode_message(FINISHED, secrets.mac(secrets.transcript(request.raw, certificate)))


@dataclass(frozen=True)
class Authenticator:
    """The three messages, read, and nothing of them verified."""

    certificate: Certificate
    scheme: int
    signature: bytes
    mac: bytes
    raw_certificate: bytes
    raw_certificate_verify: bytes


def decode(raw: bytes) -> Authenticator:
    """Raises Refused unless these are Certificate, CertificateVerify and Finished, and nothing else (section 5.2.4)."""
    reader = Reader(raw, "authenticator")
    kind, body, raw_certificate = read_message(reader)
    if kind == FINISHED and not reader.more():
        raise Refused("empty-authenticator", "the peer has declined (section 6): there is no identity to accept")
    if kind != CERTIFICATE:
        raise Malformed(f"a message of type {kind} where Certificate is due")
    certificate = decode_certificate(body)
    kind, body, raw_certificate_verify = read_message(reader)
    if kind != CERTIFICATE_VERIFY:
        raise Malformed(f"a message of type {kind} where CertificateVerify is due")
    scheme, signature = decode_certificate_verify(body)
    kind, mac, _ = read_message(reader)
    if kind != FINISHED:
        raise Malformed(f"a message of type {kind} where Finished is due")
    reader.end()
    return Authenticator(certificate, scheme, signature, mac, raw_certificate, raw_certificate_verify)


@dataclass(frozen=True)
class Offer:
    """What the authenticator may hold: from the request, or from the ClientHello where there is none.

    `extensions` is None where the ClientHello was not seen.
    """

    request: bytes
    schemes: list[int]
    extensions: frozenset[int] | None


def verify(secrets: Secrets, offer: Offer, authenticator: Authenticator) -> list[x509.Certificate]:
    """Extensions, scheme, signature and MAC (sections 5.2.1 to 5.2.4). Returns the chain, whose path is not validated here."""
    entries = authenticator.certificate.entries
    if not entries:
        raise Refused("malformed", "a Certificate without an entry, although CertificateVerify follows")
    for entry in entries:
        for kind, _ in entry.extensions:
            if offer.extensions is not None and kind not in offer.extensions:
                raise Refused("unsolicited-extension", f"the extension {kind} was not asked for")
    if authenticator.scheme not in offer.schemes:
        raise Refused("scheme-not-offered", f"the scheme {authenticator.scheme:#06x} was not offered")
    scheme = schemes.SCHEMES.get(authenticator.scheme)
    if scheme is None:
        raise Refused("scheme-not-offered", f"{authenticator.scheme:#06x} is no scheme for CertificateVerify")
    chain = [paths.load(entry.certificate) for entry in entries]
    transcript = secrets.transcript(offer.request, authenticator.raw_certificate)
    schemes.verify(scheme, chain[0], authenticator.signature, secrets.signature_content(transcript))
    transcript = secrets.transcript(offer.request, authenticator.raw_certificate, authenticator.raw_certificate_verify)
    if not constant_time.bytes_eq(secrets.mac(transcript), authenticator.mac):
        raise Refused("finished-mismatch", "the MAC in Finished is not that of this connection and these messages")
    return chain
