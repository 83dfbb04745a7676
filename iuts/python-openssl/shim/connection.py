"""The API of RFC 9261 section 7 on one connection, and what it has to remember: contexts."""

from __future__ import annotations

import os
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from . import attestation, authenticator, binding, messages, paths, schemes
from .attestation import Attested
from .authenticator import Offer, Secrets
from .params import Attestation, Identity, Policy, Trust, Validate
from .profile import Profile
from .refusal import Refused
from .rpc import Unsupported
from .tls import Channel, Settings

# Which request each end makes (section 4).
REQUEST_TYPE = {"server": messages.CERTIFICATE_REQUEST, "client": messages.CLIENT_CERTIFICATE_REQUEST}
CONTEXT_LENGTH = 32


class Connection:
    def __init__(self, host: str, port: int, settings: Settings, profile: Profile) -> None:
        self.channel = Channel(host, port, settings)
        self.profile = profile
        self.seen: set[bytes] = set()  # contexts of requests of either end, and of spontaneous authenticators
        self.consumed: set[bytes] = set()  # contexts for which an authenticator was made or accepted

    def _secrets(self, sender: str) -> Secrets:
        return Secrets.export(self.channel.export, self.channel.hash, sender)

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

    def authenticate(self, raw: bytes | None, identity: Identity | None, given: Attestation | None) -> bytes:
        """An authenticator of this end, an empty one where it declines or nothing fits (section 6)."""
        if raw is None:
            return self._spontaneous(identity)
        request = messages.decode_request(raw)
        if request.kind != REQUEST_TYPE[self.channel.peer]:
            raise Refused("wrong-role", f"the peer makes no request of type {request.kind}")
        if request.context in self.consumed:
            raise Refused("context-reused", "an authenticator for this context was already made or accepted")
        offered = self.profile.cmwAttestation in request.extensions
        if offered and request.extensions[self.profile.cmwAttestation]:
            raise Refused("malformed", "the offer of attestation holds data")
        secrets = self._secrets(self.channel.side)
        scheme = None if identity is None else schemes.choose(request.schemes, paths.load(identity.chain[0]))
        if identity is None or scheme is None:
            made = authenticator.make_empty(secrets, request)
        else:
            extensions = []
            if offered and given is not None:
                data = self._attest(given, request.context, paths.load(identity.chain[0]))
                extensions.append((self.profile.cmwAttestation, data))
            made = self._make(secrets, raw, request.context, identity, extensions, scheme)
        self.seen.add(request.context)
        self.consumed.add(request.context)
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
        made = self._make(self._secrets("server"), b"", context, identity, [], scheme)
        self.seen.add(context)
        self.consumed.add(context)
        return made

    def _make(
        self,
        secrets: Secrets,
        request: bytes,
        context: bytes,
        identity: Identity,
        extensions: list[messages.Extension],
        scheme: schemes.Scheme,
    ) -> bytes:
        key: Any = serialization.load_der_private_key(identity.key, None)

        def sign(content: bytes) -> tuple[int, bytes]:
            return scheme.code, schemes.sign(scheme, key, content)

        return authenticator.make(secrets, request, context, list(identity.chain), extensions, sign)

    def _attest(self, given: Attestation, context: bytes, leaf: x509.Certificate) -> bytes:
        if given.form != "record":
            raise Unsupported(f"cmw-{given.form}")
        if given.model == attestation.PASSPORT and given.result is not None:
            return attestation.carry_result(given.type, given.cmw, given.result)
        if given.model != attestation.BACKGROUND_CHECK or given.claims is None or given.key is None:
            raise Unsupported(given.model)
        bound = self._binding(context, leaf)
        claims = (bytes(given.claims.ueid), bytes(given.claims.measurement))
        chain = [bytes(der) for der in given.chain]
        return attestation.make_evidence(given.type, given.cmw, bound, claims, given.key, chain, self.profile)

    def _binding(self, context: bytes, leaf: x509.Certificate) -> binding.Binding:
        return binding.compute(self.channel.export, self.channel.hash, context, leaf, self.profile)

    def validate(self, asked: Validate) -> tuple[authenticator.Authenticator, Attested | None]:
        """The peer's authenticator: Refused, or accepted, and then its context is consumed (sections 5.2.4 and 7.4)."""
        read = authenticator.decode(asked.authenticator)
        context = read.certificate.context
        offer = self._offer(asked.request, context)
        chain = authenticator.verify(self._secrets(self.channel.peer), offer, read)
        data = attestation.find(read.certificate, self.profile.cmwAttestation)
        paths.validate(chain, asked.trust.pkix, asked.time())
        attested = self._appraise(data, asked.policy, asked.trust, context, chain[0], asked)
        self.seen.add(context)
        self.consumed.add(context)
        return read, attested

    def _offer(self, raw: bytes | None, context: bytes) -> Offer:
        """What bounds the authenticator, and whether its context is the one that it has to have."""
        if context in self.consumed:
            raise Refused("context-reused", "the context was already consumed on this connection")
        if raw is None:
            if self.channel.side != "client":
                raise Refused("wrong-role", "a client sends no authenticator without a request")
            if context in self.seen:
                raise Refused("context-reused", "the context is that of a request")
            hello = self.channel.client_hello
            return Offer(b"", hello.schemes, hello.extensions)
        request = messages.decode_request(raw)
        if request.kind != REQUEST_TYPE[self.channel.side]:
            raise Refused("wrong-role", f"this end makes no request of type {request.kind}")
        if context != request.context:
            raise Refused("context-mismatch", "the context is not that of the request")
        return Offer(raw, request.schemes, frozenset(request.extensions))

    def _appraise(
        self, data: bytes | None, policy: Policy, trust: Trust, context: bytes, leaf: x509.Certificate, asked: Validate
    ) -> Attested | None:
        if data is None:
            if policy.attestation == "required":
                raise Refused("attestation-missing", "the policy requires attestation")
            return None
        if policy.attestation == "none":
            return None
        return attestation.appraise(
            data, self._binding(context, leaf), trust.attestation, trust.results, policy.measurement, asked.time(), self.profile
        )
