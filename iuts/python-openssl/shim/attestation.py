"""The cmw_attestation extension (draft-fossati-seat-expat sections 3 and 4): what an authenticator carries in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization

from . import cmw, evidence, results, tokens
from .binding import Binding
from .messages import Certificate
from .profile import Profile
from .refusal import Refused
from .wire import Reader, vector

BACKGROUND_CHECK = "background-check"
PASSPORT = "passport"
# The extension block of an entry holds 65535 octets: four of them are the header, and two the inner length.
LONGEST = 65529


def extension_data(media_type: str, value: bytes, indicator: int, encoding: str) -> bytes:
    """cmw_data<1..2^16-1> around a record (section 3)."""
    data = cmw.encode(media_type, value, indicator, encoding)
    if len(data) > LONGEST:
        raise Refused("other", f"the CMW is {len(data)} bytes long, {LONGEST} fit into the extension")
    return vector(2, data)


def make_evidence(
    media_type: str, encoding: str, binding: Binding, claims: tuple[bytes, bytes], key: bytes, chain: list[bytes], profile: Profile
) -> bytes:
    """Evidence of `claims` (ueid, measurement), signed with the attestation key and not the identity key (section 7)."""
    signer: Any = serialization.load_der_private_key(key, None)
    token = evidence.make(media_type, binding, *claims, signer, chain, profile)
    return extension_data(media_type, token, cmw.EVIDENCE, encoding)


def carry_result(media_type: str, encoding: str, result: bytes) -> bytes:
    """An Attestation Result goes as it was issued (section 3.4)."""
    return extension_data(media_type, result, cmw.ATTESTATION_RESULTS, encoding)


def find(certificate: Certificate, code_point: int) -> bytes | None:
    """cmw_data of the first entry; Refused in any other one, and where its length is not right, whatever the policy (section 3)."""
    for entry in certificate.entries[1:]:
        if any(kind == code_point for kind, _ in entry.extensions):
            raise Refused("malformed", "cmw_attestation stands behind the first entry")
    data = dict(certificate.entries[0].extensions).get(code_point)
    if data is None:
        return None
    reader = Reader(data, "cmw_attestation")
    found = reader.vector(2, least=1)
    reader.end()
    return found


@dataclass(frozen=True)
class Attested:
    model: str
    type: str


def appraise(
    data: bytes,
    binding: Binding,
    attestation_roots: Sequence[bytes],
    result_roots: Sequence[bytes],
    measurement: bytes | None,
    now: datetime,
    profile: Profile,
) -> Attested:
    """The CMW and what is in it. The kind of message comes from the indicator; without one it has to be good Evidence."""
    record = cmw.decode(data)
    if record.type not in tokens.FORMATS:
        raise Refused("cmw", f"the media type {record.type} is not served")
    if record.indicator is None or record.indicator & cmw.EVIDENCE:
        evidence.appraise(record.type, record.value, binding, attestation_roots, measurement, now, profile)
        return Attested(BACKGROUND_CHECK, record.type)
    if record.indicator & cmw.ATTESTATION_RESULTS:
        results.appraise(record.type, record.value, binding.spki, result_roots, now)
        return Attested(PASSPORT, record.type)
    raise Refused("cmw", f"the indicator {record.indicator} is neither that of Evidence nor that of results")
