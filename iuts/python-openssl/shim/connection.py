"""The API of RFC 9261 section 7 on one connection, and what it has to remember: contexts."""

from __future__ import annotations

import os
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from . import attestation, authenticator, binding, messages, paths, relying_party, schemes
from .attestation import Attested
from .authenticator import Authenticator, Offer, Secrets
from .params import Attestation, Identity, Validate
from .profile import Profile
from .refusal import Refused
from .relying_party import REQUEST_TYPE
from .rpc import Unsupported
from .tls import Channel, Settings

CONTEXT_LENGTH = 32


class Connection:
    def __init__(self, host: str, port: int, settings: Settings, profile: Profile) -> None:
        self.channel = Channel(host, port, settings)
        self.profile = profile
        self.seen: set[bytes] = set()  # contexts of requests of either end, and of spontaneous authenticators
        self.consumed: set[bytes] = set()  # contexts for which an authenticator was made or accepted

    def request(self, offered: list[int], wants_attestation: bool, context: bytes | None) -> bytes:
        """A request of this end. No context comes twice on a connection, over both types (section 4)."""
        chosen = os.urandom(CONTEXT_LENGTH) if context is None else context
        if chosen in self.seen:
            raise Refused("context-reused", "the context was already used on this connection")
        if len(chosen) > 255:
            raise Refused("other", "a context is at most 255 octets long")
        self.seen.add(chosen)
        # An empty cmw_attestation is the offer (expat section 3.1).
        offer = [(self.profile.cmwAttestation, b"")] if wants_attestation else []
        return messages.encode_request(REQUEST_TYPE[self.channel.side], chosen, offered, offer)

    def validate(self, asked: Validate) -> tuple[Authenticator, Attested | None]:
        """Of the peer's authenticator; a context is consumed only by one that is accepted (section 7.4)."""
        view = relying_party.View(
            self.channel.side, self.channel.export, self.channel.hash, self.profile, self.consumed, self.seen, self._hello
        )
        read, attested = relying_party.judge(view, asked)
        self._consume(read.certificate.context)
        return read, attested

    def _hello(self) -> Offer:
        hello = self.channel.client_hello
        return Offer(b"", hello.schemes, hello.extensions)

    def _consume(self, context: bytes) -> None:
        self.seen.add(context)
        self.consumed.add(context)

    def authenticate(self, raw: bytes | None, identity: Identity | None, given: Attestation | None) -> bytes:
        """An authenticator of this end, an empty one where it declines or nothing fits (section 6)."""
        if raw is None:
            return self._spontaneous(identity)
        request = messages.decode_request(raw)
        if request.kind != REQUEST_TYPE[self.channel.peer]:
            raise Refused("wrong-role", f"the peer makes no request of type {request.kind}")
        if request.context in self.consumed:
            raise Refused("context-reused", "an authenticator for this context was already made or accepted")
        offer = request.extensions.get(self.profile.cmwAttestation)
        if offer:
            raise Refused("malformed", "the offer of attestation holds data")
        scheme = None if identity is None else schemes.choose(request.schemes, paths.load(identity.chain[0]))
        if identity is None or scheme is None:
            made = authenticator.make_empty(self._secrets(), request)
        else:
            extensions = []
            if offer is not None and given is not None:
                extensions.append((self.profile.cmwAttestation, self._attest(given, request.context, identity)))
            made = self._make(request.raw, request.context, identity, extensions, scheme)
        self._consume(request.context)
        return made

    def _spontaneous(self, identity: Identity | None) -> bytes:
        """Of a server alone (section 5), within what the ClientHello offered; attestation is never in it (expat section 3.2)."""
        if self.channel.side != "server":
            raise Refused("wrong-role", "a client answers requests only")
        if identity is None:
            raise Refused("other", "an authenticator without a request cannot be empty")
        scheme = schemes.choose(self.channel.client_hello.schemes, paths.load(identity.chain[0]))
        if scheme is None:
            raise Refused("no-common-scheme", "no scheme of the ClientHello fits the key")
        context = os.urandom(CONTEXT_LENGTH)
        made = self._make(b"", context, identity, [], scheme)
        self._consume(context)
        return made

    def _secrets(self) -> Secrets:
        return Secrets.export(self.channel.export, self.channel.hash, self.channel.side)

    def _make(
        self, request: bytes, context: bytes, identity: Identity, extensions: list[messages.Extension], scheme: schemes.Scheme
    ) -> bytes:
        key: Any = serialization.load_der_private_key(identity.key, None)

        def sign(content: bytes) -> tuple[int, bytes]:
            return scheme.code, schemes.sign(scheme, key, content)

        return authenticator.make(self._secrets(), request, context, list(identity.chain), extensions, sign)

    def _attest(self, given: Attestation, context: bytes, identity: Identity) -> bytes:
        """The data of the extension: a result as it was given, or Evidence bound to this connection, request and key."""
        if given.model == attestation.PASSPORT and given.result is not None:
            return attestation.carry_result(given, given.result)
        if given.model != attestation.BACKGROUND_CHECK or given.claims is None or given.key is None:
            raise Unsupported(given.model)
        leaf: x509.Certificate = paths.load(identity.chain[0])
        bound = binding.compute(self.channel.export, self.channel.hash, context, leaf, self.profile)
        return attestation.make_evidence(given, given.claims, given.key, bound, self.profile)
