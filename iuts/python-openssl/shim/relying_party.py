"""The verdict on an authenticator: RFC 9261 section 5.2.4, the path, and attestation as the policy asks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from . import attestation, authenticator, binding, messages, paths
from .attestation import Attested
from .authenticator import Authenticator, Export, Offer, Secrets
from .params import Judged
from .profile import Profile
from .refusal import Refused

# Which request each end makes (section 4).
REQUEST_TYPE = {"server": messages.CERTIFICATE_REQUEST, "client": messages.CLIENT_CERTIFICATE_REQUEST}


@dataclass(frozen=True)
class View:
    """What a relying party knows of a connection.

    `consumed` are contexts of authenticators that were made or accepted, `seen` those and the ones of requests; `hello` gives
    what the ClientHello offered, for an authenticator without a request.
    """

    side: str
    export: Export
    hash: hashes.HashAlgorithm
    profile: Profile
    consumed: Collection[bytes]
    seen: Collection[bytes]
    hello: Callable[[], Offer]


def judge(view: View, asked: Judged) -> tuple[Authenticator, Attested | None]:
    """The authenticator and what it attests; raises Refused. Nothing is consumed here."""
    read = authenticator.decode(asked.authenticator)
    context = read.certificate.context
    offer = _offer(view, asked.request, context)
    sender = "client" if view.side == "server" else "server"
    chain = authenticator.verify(Secrets.export(view.export, view.hash, sender), offer, read)
    data = attestation.find(read.certificate, view.profile.cmwAttestation)
    # Attestation is never in place of the path (expat section 3.3).
    paths.validate(chain, asked.trust.pkix, asked.time())
    return read, _attested(view, asked, data, context, chain[0])


def _offer(view: View, raw: bytes | None, context: bytes) -> Offer:
    """What bounds the authenticator. Its context has to be that of the request, and a new one where there is none."""
    if context in view.consumed:
        raise Refused("context-reused", "the context was already consumed on this connection")
    if raw is None:
        if view.side != "client":
            raise Refused("wrong-role", "a client sends no authenticator without a request")
        if context in view.seen:
            raise Refused("context-reused", "the context is that of a request")
        return view.hello()
    request = messages.decode_request(raw)
    if request.kind != REQUEST_TYPE[view.side]:
        raise Refused("wrong-role", f"this end makes no request of type {request.kind}")
    if context != request.context:
        raise Refused("context-mismatch", "the context is not that of the request")
    return Offer(raw, request.schemes, frozenset(request.extensions))


def _attested(view: View, asked: Judged, data: bytes | None, context: bytes, leaf: x509.Certificate) -> Attested | None:
    policy = asked.policy
    if data is None:
        if policy.attestation == "required":
            raise Refused("attestation-missing", "the policy requires attestation")
        return None
    if policy.attestation == "none":
        return None  # the content is not read
    bound = binding.compute(view.export, view.hash, context, leaf, view.profile)
    return attestation.appraise(data, bound, asked.trust, policy, asked.time(), view.profile)
