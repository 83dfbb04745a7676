"""The methods of the control protocol, each a few lines around the implementation."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

from . import attestation, authenticator, exporter, messages, params, tokens
from .authenticator import Offer
from .connection import Connection
from .profile import Profile
from .relying_party import View, judge
from .rpc import INVALID_PARAMS, Fault, Methods, Unsupported
from .schemes import SCHEMES
from .tls import SUITES, Settings

PROTOCOL = 1
POSITIONS = ["attester/server", "relying-party/client", "attester/client", "relying-party/server"]
SIGNATURE_SCHEMES = [0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0807]
FEATURES = [
    "spontaneous",
    "empty-authenticator",
    "get-context",
    "replay-detection",
    "export",
    "foreign-request",
    "cmw-tag",
    "cmw-collection",
    "cmw-signed",
    "appraise",
]


class Shim:
    def __init__(self) -> None:
        self.profile = Profile()
        self.connections: dict[str, Connection] = {}

    def methods(self) -> Methods:
        return {
            "hello": (params.Hello, self.hello),
            "open": (params.Open, self.open),
            "request": (params.Request, self.request),
            "authenticate": (params.Authenticate, self.authenticate),
            "validate": (params.Validate, self.validate),
            "appraise": (params.Appraise, self.appraise),
            "context": (params.Context, self.context),
            "export": (params.Export, self.export),
            "send": (params.Send, self.send),
            "receive": (params.Receive, self.receive),
            "close": (params.Close, self.close),
            "bye": (params.Bye, lambda _: {}),
        }

    def _connection(self, name: str) -> Connection:
        if name not in self.connections:
            raise Fault(INVALID_PARAMS, f"unknown channel {name!r}")
        return self.connections[name]

    def hello(self, asked: params.Hello) -> Any:
        if asked.protocol != PROTOCOL:
            raise Unsupported(f"protocol {asked.protocol}")
        unserved = asked.profile.unserved()
        if unserved is not None:
            raise Unsupported(unserved)
        self.profile = asked.profile
        formats = list(tokens.FORMATS)
        return {
            "protocol": PROTOCOL,
            "name": "pyOpenSSL",
            "version": version("pyOpenSSL"),
            "url": "https://www.pyopenssl.org/",
            "language": f"Python {sys.version_info.major}.{sys.version_info.minor}",
            "tls": "OpenSSL",
            "concurrency": 1,
            "supports": {
                "positions": POSITIONS,
                "cipherSuites": list(SUITES),
                "signatureSchemes": SIGNATURE_SCHEMES,
                "models": [attestation.BACKGROUND_CHECK, attestation.PASSPORT],
                "evidence": formats,
                "results": formats,
                "features": FEATURES,
            },
        }

    def open(self, asked: params.Open) -> Any:
        if asked.channel in self.connections:
            raise Fault(INVALID_PARAMS, f"the channel {asked.channel!r} is open already")
        suites = [suite for suite in asked.cipherSuites if suite in SUITES]
        if not suites:
            raise Unsupported(", ".join(asked.cipherSuites))
        chain = [] if asked.identity is None else [bytes(der) for der in asked.identity.chain]
        key = None if asked.identity is None else bytes(asked.identity.key)
        settings = Settings(asked.side, suites, asked.serverName, chain, key, list(asked.trust))
        connection = Connection(asked.address.host, asked.address.port, settings, self.profile)
        self.connections[asked.channel] = connection
        return {"cipherSuite": connection.channel.suite}

    def request(self, asked: params.Request) -> Any:
        made = self._connection(asked.channel).request(asked.signatureSchemes, asked.attestation, asked.context)
        return {"request": made.hex()}

    def authenticate(self, asked: params.Authenticate) -> Any:
        made = self._connection(asked.channel).authenticate(asked.request, asked.identity, asked.attestation)
        return {"authenticator": made.hex()}

    def validate(self, asked: params.Validate) -> Any:
        return _accepted(*self._connection(asked.channel).validate(asked))

    def appraise(self, asked: params.Appraise) -> Any:
        """The verdict on a recording, without a channel (docs/iut-protocol.md, Additions)."""
        if asked.cipherSuite not in SUITES:
            raise Unsupported(asked.cipherSuite)
        hash_ = SUITES[asked.cipherSuite]()
        hello = None if asked.clientHello is None else frozenset(asked.clientHello)
        view = View(
            side="client" if asked.sender == "server" else "server",
            export=exporter.of_secret(asked.exporterMasterSecret, hash_),
            hash=hash_,
            profile=self.profile,
            consumed=asked.consumedContexts,
            seen=asked.consumedContexts,
            # A recording says nothing of the schemes that the ClientHello offered.
            hello=lambda: Offer(b"", list(SCHEMES), hello),
        )
        return _accepted(*judge(view, asked))

    def context(self, asked: params.Context) -> Any:
        """RFC 9261 sections 7.1 and 7.3."""
        if asked.request is not None:
            return {"context": messages.decode_request(asked.request).context.hex()}
        if asked.authenticator is None:
            raise Fault(INVALID_PARAMS, "a request or an authenticator is due")
        return {"context": authenticator.decode(asked.authenticator).certificate.context.hex()}

    def export(self, asked: params.Export) -> Any:
        return {"value": self._connection(asked.channel).channel.export(asked.label, asked.context, asked.length).hex()}

    def send(self, asked: params.Send) -> Any:
        self._connection(asked.channel).channel.send(asked.data)
        return {}

    def receive(self, asked: params.Receive) -> Any:
        return {"data": self._connection(asked.channel).channel.receive(asked.length, asked.timeout / 1000).hex()}

    def close(self, asked: params.Close) -> Any:
        self._connection(asked.channel).channel.close()
        del self.connections[asked.channel]
        return {}


def _accepted(read: authenticator.Authenticator, attested: attestation.Attested | None) -> Any:
    accepted: dict[str, Any] = {
        "context": read.certificate.context.hex(),
        "chain": [entry.certificate.hex() for entry in read.certificate.entries],
        "attested": attested is not None,
    }
    if attested is not None:
        accepted |= {"model": attested.model, "type": attested.type}
    return {"accepted": accepted}
