"""The parameters of the control protocol (docs/iut-protocol.md, Methods). Members that are not known are ignored."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from .profile import Profile

_HEX = re.compile(r"([0-9a-f]{2})*", re.ASCII)
Side = Literal["client", "server"]


class Hex(bytes):
    """A byte string in lower-case hexadecimal."""


def decode_hook(kind: type, value: Any) -> Any:
    if kind is Hex:
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise ValueError("expected lower-case hexadecimal")
        return Hex(bytes.fromhex(value))
    raise NotImplementedError(kind)


class Hello(msgspec.Struct):
    protocol: int
    profile: Profile = Profile()


class Address(msgspec.Struct):
    host: str
    port: int


class Identity(msgspec.Struct):
    chain: Annotated[list[Hex], msgspec.Meta(min_length=1)]
    key: Hex


class Open(msgspec.Struct):
    channel: str
    side: Side
    address: Address
    cipherSuites: list[str]
    serverName: str = "localhost"
    identity: Identity | None = None
    trust: list[Hex] = []


class Request(msgspec.Struct):
    channel: str
    signatureSchemes: list[int]
    attestation: bool = False
    context: Hex | None = None


class Claims(msgspec.Struct):
    ueid: Hex
    measurement: Hex


class Attestation(msgspec.Struct):
    model: str
    type: str
    cmw: Literal["cbor", "json"] = "cbor"
    form: Literal["record", "tag", "collection"] = "record"
    claims: Claims | None = None
    key: Hex | None = None
    chain: list[Hex] = []
    result: Hex | None = None


class Authenticate(msgspec.Struct):
    channel: str
    request: Hex | None
    identity: Identity | None
    attestation: Attestation | None = None


class Trust(msgspec.Struct):
    pkix: list[Hex] = []
    attestation: list[Hex] = []
    results: list[Hex] = []


class Policy(msgspec.Struct):
    attestation: Literal["required", "optional", "none"] = "none"
    measurement: Hex | None = None
    signedCmw: Literal["accept", "refuse"] = "refuse"


class Judged(msgspec.Struct, kw_only=True):
    """What a verdict needs, with or without a channel."""

    request: Hex | None
    authenticator: Hex
    trust: Trust
    policy: Policy = msgspec.field(default_factory=Policy)
    now: datetime | None = None

    def time(self) -> datetime:
        """In UTC, as all times of certificates and tokens."""
        return datetime.now(UTC) if self.now is None else self.now.astimezone(UTC)


class Validate(Judged, kw_only=True):
    channel: str


class Appraise(Judged, kw_only=True):
    cipherSuite: str
    exporterMasterSecret: Hex
    sender: Side
    clientHello: list[int] | None = None
    consumedContexts: list[Hex] = []


class Context(msgspec.Struct):
    request: Hex | None = None
    authenticator: Hex | None = None


class Export(msgspec.Struct):
    channel: str
    label: str
    context: Hex
    length: Annotated[int, msgspec.Meta(gt=0, le=8160)]  # 255 times a hash of 32 octets (RFC 5869 section 2.3)


class Send(msgspec.Struct):
    channel: str
    data: Hex


class Receive(msgspec.Struct):
    channel: str
    length: Annotated[int, msgspec.Meta(ge=0)]
    timeout: Annotated[int, msgspec.Meta(ge=0)] = 2000


class Close(msgspec.Struct):
    channel: str


class Bye(msgspec.Struct):
    pass
