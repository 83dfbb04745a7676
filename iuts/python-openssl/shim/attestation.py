"""The cmw_attestation extension (draft-fossati-seat-expat sections 3 and 4): what an authenticator carries in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization

from . import cmw, evidence, results, signed_cmw, tokens
from .binding import Binding
from .messages import Certificate
from .params import Attestation, Claims, Policy, Trust
from .profile import Profile
from .refusal import Refused
from .wire import Reader, vector

BACKGROUND_CHECK = "background-check"
PASSPORT = "passport"
# The extension block of an entry holds 65535 octets: four of them are the header, and two the inner length.
LONGEST = 65529


def _extension_data(given: Attestation, value: bytes, indicator: int) -> bytes:
    """cmw_data<1..2^16-1> around a CMW in the form that was asked for (section 3)."""
    data = cmw.encode(given.type, value, indicator, given.cmw, given.form)
    if len(data) > LONGEST:
        raise Refused("other", f"the CMW is {len(data)} bytes long, {LONGEST} fit into the extension")
    return vector(2, data)


def make_evidence(given: Attestation, claims: Claims, key: bytes, binding: Binding, profile: Profile) -> bytes:
    """Evidence, signed with the attestation key and not the identity key (section 7)."""
    signer: Any = serialization.load_der_private_key(key, None)
    chain = [bytes(der) for der in given.chain]
    token = evidence.make(given.type, binding, bytes(claims.ueid), bytes(claims.measurement), signer, chain, profile)
    return _extension_data(given, token, cmw.EVIDENCE)


def carry_result(given: Attestation, result: bytes) -> bytes:
    """An Attestation Result goes as it was issued (section 3.4)."""
    return _extension_data(given, bytes(result), cmw.ATTESTATION_RESULTS)


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


def appraise(data: bytes, binding: Binding, trust: Trust, policy: Policy, now: datetime, profile: Profile) -> Attested:
    """The CMW and every message in it (section 4)."""
    if signed_cmw.is_signed(data):
        if policy.signedCmw != "accept":
            raise Refused("cmw", "the policy accepts no signed CMW")
        found = signed_cmw.decode(data, trust.attestation, now)
    else:
        found = cmw.decode(data)
    attested = [_appraise_message(message, binding, trust, policy, now, profile) for message in found]
    return next((one for one in attested if one.model == BACKGROUND_CHECK), attested[0])


def _appraise_message(message: cmw.Message, binding: Binding, trust: Trust, policy: Policy, now: datetime, profile: Profile) -> Attested:
    """What kind of message it is, the indicator says. Where it does not (a tag has none), the kind is the one that verifies
    in full: for each there are roots of its own, so no sender can choose the weaker one.
    """
    if message.type not in tokens.FORMATS:
        raise Refused("cmw", f"the media type {message.type} is not served")
    kinds = message.indicator if message.indicator is not None else cmw.EVIDENCE | cmw.ATTESTATION_RESULTS
    refusal = Refused("cmw", f"the indicator {kinds} is neither that of Evidence nor that of results")
    if kinds & cmw.ATTESTATION_RESULTS:
        try:
            results.appraise(message.type, message.value, binding.spki, trust.results, now)
        except Refused as reason:
            refusal = reason
        else:
            return Attested(PASSPORT, message.type)
    if kinds & cmw.EVIDENCE:
        evidence.appraise(message.type, message.value, binding, trust.attestation, policy.measurement, now, profile)
        return Attested(BACKGROUND_CHECK, message.type)
    raise refusal
