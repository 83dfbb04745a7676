"""Judges Evidence, Attestation Results and the CMW around them (expat sections 4 and 5, EAT, EAR, CMW)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cbor2

from . import certificates, cose, jose
from .exporter import HASH_OF_SUITE, digest, secrets_of
from .opinions import Opinions
from .refusal import Malformed, Refusal
from .rules import CONTENT_FORMAT, CWT, cmw_tag
from .strict_cbor import decode

# The indicator's bits of CMW (draft-ietf-rats-msg-wrap section 3.1).
EVIDENCE, RESULTS = 4, 8


def expected_binding(inputs: dict[str, Any], context: bytes, end_entity: bytes) -> tuple[bytes, bytes]:
    """Binding and AIK_pub_hash (expat sections 5.1 and 5.2) of this connection, context and end-entity certificate."""
    profile, connection = inputs["profile"], inputs["connection"]
    name = HASH_OF_SUITE[connection["cipherSuite"]]
    key = certificates.key_bytes(certificates.read(end_entity), profile["publicKey"])
    exported = secrets_of(connection, profile, "server", context)["exportedValue"].value
    return digest(name, key + exported), digest(name, key)


@dataclass
class Judge:
    """What all attestation of one vector is judged by, and with whom."""

    inputs: dict[str, Any]
    end_entity: bytes
    context: bytes
    opinions: Opinions

    @property
    def now(self) -> datetime:
        """The time of the validation."""
        return datetime.fromisoformat(self.inputs["now"].replace("Z", "+00:00"))

    def _token(self, data: bytes, cwt: bool, anchors: str, question: str) -> dict[Any, Any]:
        """The claims of a token whose signature and chain are right. Throws Malformed."""
        token = (cose if cwt else jose).verify(data, self.opinions, question)
        self._path(token.chain, anchors)
        claims = decode(token.payload) if cwt else jose.strict_json(token.payload, "claims")
        if not isinstance(claims, dict):
            raise Malformed("claims", "the payload is no map of claims")
        return claims

    def _path(self, chain: list[Any], anchors: str) -> None:
        roots = [bytes.fromhex(r) for r in self.inputs["trust"][anchors]]
        try:
            certificates.path(chain, roots, self.now, set())
        except Malformed:
            certificates.ask_library(self.opinions, f"{anchors}-path", False, chain, roots, self.now)
            raise
        certificates.ask_library(self.opinions, f"{anchors}-path", True, chain, roots, self.now)

    def evidence(self, data: bytes, media_type: str) -> None:
        """Steps evidence-signature, binding, aik-hash, policy. Throws Refusal."""
        if media_type not in CWT:
            raise Refusal("cmw", "media-type", f"{media_type} is no Evidence that is known")
        cwt = CWT[media_type]
        try:
            claims = self._token(data, cwt, "attestation", "evidence-token")
        except Malformed as e:
            raise Refusal("evidence-signature", e.reason, str(e)) from e
        form = "cwt" if cwt else "jwt"
        profile = self.inputs["profile"]
        binding, aik = expected_binding(self.inputs, self.context, self.end_entity)
        self._same("binding", "nonce", claims, profile["evidenceNonce"][form], binding, cwt)
        self._same("aik-hash", "aik", claims, profile["aikHashClaim"][form], aik, cwt)
        reference = self.inputs["policy"]["measurement"]
        if reference is not None:
            label = -65538 if cwt else "measurement"
            self._same("policy", "measurement", claims, label, bytes.fromhex(reference), cwt)

    @staticmethod
    def _same(step: str, what: str, claims: dict[Any, Any], label: Any, right: bytes, cwt: bool) -> None:
        value = claims.get(label)
        if cwt:
            if not isinstance(value, bytes):
                raise Refusal(step, f"{what}-missing", f"the claim {label!r} is no byte string")
        else:
            if not isinstance(value, str):
                raise Refusal(step, f"{what}-missing", f"the claim {label!r} is no text")
            try:
                value = jose.base64url(value)
            except Malformed as e:
                raise Refusal(step, f"{what}-missing", str(e)) from e
        if value != right:
            raise Refusal(step, f"{what}-wrong", f"expected {right.hex()}, found {value.hex()}")

    def result(self, data: bytes, media_type: str) -> None:
        """Steps result, result-status, result-key (EAR, docs/iut-protocol.md). Throws Refusal."""
        if media_type not in CWT:
            raise Refusal("cmw", "media-type", f"{media_type} is no Attestation Result that is known")
        cwt = CWT[media_type]
        try:
            claims = self._token(data, cwt, "results", "result-token")
        except Malformed as e:
            raise Refusal("result", e.reason, str(e)) from e

        def label(name: str, number: int) -> Any:
            return number if cwt else name

        now = self.now.timestamp()
        for name, number in (("exp", 4), ("nbf", 5)):
            time = claims.get(label(name, number))
            if time is None:
                continue
            if not isinstance(time, int) or isinstance(time, bool):
                raise Refusal("result-status", "time-type", f"{name} is no integer")
            # RFC 7519 section 4.1.4: on or after exp it does not count; section 4.1.5: before nbf it does not.
            if name == "exp" and now >= time:
                raise Refusal("result-status", "expired", f"expired at {time}")
            if name == "nbf" and now < time:
                raise Refusal("result-status", "not-yet", f"does not count before {time}")
        submods = claims.get(label("submods", 266))
        if not isinstance(submods, dict) or not submods or not all(isinstance(s, dict) for s in submods.values()):
            raise Refusal("result-status", "no-appraisal", "there is no submodule with an appraisal")
        for appraisal in submods.values():
            status = appraisal.get(label("ear.status", 1000))
            if status != (2 if cwt else "affirming") or isinstance(status, bool):
                raise Refusal("result-status", "status", f"the status is {status!r}")
        spki = certificates.key_bytes(certificates.read(self.end_entity), "spki-der")
        for appraisal in submods.values():
            attested = appraisal.get(label("ear.veraison.key-attestation", -70002))
            found = attested.get("akpub") if isinstance(attested, dict) else None
            if isinstance(found, str) and not cwt:
                try:
                    found = jose.base64url(found)
                except Malformed as e:
                    raise Refusal("result-key", "key", str(e)) from e
            if found != spki:
                raise Refusal("result-key", "key", "the result speaks of another key than that of the end entity")

    def conceptual(self, media_type: Any, data: bytes, indicator: int | None) -> None:
        """One message of a CMW. What it is follows from its content: both kinds are EAT, and of the same media types."""
        if media_type not in CWT:
            raise Refusal("cmw", "media-type", f"the type {media_type!r} is not known")
        kind = self._kind(data, CWT[media_type])
        if indicator is not None and kind is not None and not indicator & kind:
            raise Refusal("cmw", "indicator", f"the indicator {indicator} is not that of what it stands beside")
        if (kind or indicator) == RESULTS:
            self.result(data, media_type)
        else:
            self.evidence(data, media_type)

    def cmw(self, data: bytes) -> None:
        """The content of cmw_attestation: step cmw, and those of what is in it. Throws Refusal."""
        try:
            items = self._unwrap(data)
        except Malformed as e:
            raise Refusal("cmw", e.reason, str(e)) from e
        for media_type, value, indicator in items:
            self.conceptual(media_type, value, indicator)

    def _unwrap(self, data: bytes) -> list[tuple[Any, bytes, int | None]]:
        if not data:
            raise Malformed("cmw", "no bytes")
        signed_cbor = data[0] == 0xD2
        signed_json = not signed_cbor and re.fullmatch(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", data) is not None
        if signed_cbor or signed_json:
            if self.inputs["policy"]["signedCmw"] != "accept":
                raise Malformed("signed", "a signed CMW, which the policy does not take")
            token = (cose if signed_cbor else jose).verify(data, self.opinions, "cmw-token")
            self._path(token.chain, "attestation")
            wanted = "application/cmw+cbor" if signed_cbor else "application/cmw+json"
            if token.protected.get(3 if signed_cbor else "cty") != wanted:
                raise Malformed("content-type", f"the content type is not {wanted}")
            return self._cbor(decode(token.payload)) if signed_cbor else self._json(token.payload)
        # The first byte tells (CMW section 3.4); JSON may have white space in front.
        return self._json(data) if data.lstrip(b" \t\r\n")[:1] in (b"[", b"{") else self._cbor(decode(data))

    def _json(self, data: bytes) -> list[tuple[Any, bytes, int | None]]:
        return self._items(jose.strict_json(data, "CMW"), False)

    def _cbor(self, value: Any) -> list[tuple[Any, bytes, int | None]]:
        return self._items(value, True)

    def _items(self, value: Any, cbor: bool) -> list[tuple[Any, bytes, int | None]]:
        if isinstance(value, list):
            return [self._record(value, cbor)]
        if isinstance(value, cbor2.CBORTag) and cbor:
            kinds = {cmw_tag(number): name for name, number in CONTENT_FORMAT.items()}
            if value.tag not in kinds or not isinstance(value.value, bytes):
                raise Malformed("tag", f"the tag {value.tag} is that of no known Content-Format, or holds no byte string")
            return [(kinds[value.tag], value.value, None)]
        if not isinstance(value, dict):
            raise Malformed("cmw", "neither record, tag nor collection")
        found = []
        for label, item in value.items():
            if label == "__cmwc_t":
                self._collection_type(item)
                continue
            if not isinstance(label, (str, int) if cbor else str) or isinstance(label, bool):
                raise Malformed("label", f"the label {label!r}")
            found += self._items(item, cbor)
        if not found:
            raise Malformed("empty", "a collection without items")
        return found

    @staticmethod
    def _kind(data: bytes, cwt: bool) -> int | None:
        """Evidence or Attestation Result, by the claims of EAR in it; None where the claims cannot be read."""
        try:
            claims = decode(decode(data).value[2]) if cwt else json.loads(jose.base64url(data.decode("ascii").split(".")[1]))
        except (Malformed, AttributeError, IndexError, TypeError, ValueError):
            return None
        return RESULTS if isinstance(claims, dict) and {266, "submods", 1004, "ear.verifier-id"} & set(claims) else EVIDENCE

    @staticmethod
    def _collection_type(value: Any) -> None:
        absolute_uri = isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", value)
        oid = isinstance(value, str) and re.fullmatch(r"[0-2](\.(0|[1-9][0-9]*))+", value)
        if not absolute_uri and not oid:
            raise Malformed("collection-type", f"__cmwc_t is neither an absolute URI nor an OID: {value!r}")

    def _record(self, value: list[Any], cbor: bool) -> tuple[Any, bytes, int | None]:
        if len(value) not in (2, 3):
            raise Malformed("record", f"a record of {len(value)} members")
        kind, body = value[0], value[1]
        indicator = value[2] if len(value) == 3 else None
        if cbor and isinstance(kind, int) and not isinstance(kind, bool):
            # Content-Formats are of CBOR alone (CMW section 3.1, coap-content-format-type).
            kind = {number: name for name, number in CONTENT_FORMAT.items()}.get(kind, kind)
        elif isinstance(kind, str):
            kind = kind.split(";")[0].strip().lower()
            if not re.fullmatch(r"[!#$&^_.+a-z0-9-]+/[!#$&^_.+a-z0-9-]+", kind):
                raise Malformed("type", f"{value[0]!r} is no media type")
        else:
            raise Malformed("type", f"the type is {kind!r}")
        if cbor and not isinstance(body, bytes):
            raise Malformed("value", "the value is no byte string")
        if not cbor:
            if not isinstance(body, str):
                raise Malformed("value", "the value is no text")
            if body == "":
                raise Malformed("value", "the value has no characters (base64url-string in the draft's CDDL)")
            try:
                body = jose.base64url(body)
            except Malformed as e:
                raise Malformed("value", str(e)) from e
        if indicator is not None or len(value) == 3:
            if not isinstance(indicator, int) or isinstance(indicator, bool) or not 1 <= indicator < 1 << 32:
                raise Malformed("indicator", f"the indicator is {indicator!r}")
            if not indicator & (EVIDENCE | RESULTS):
                raise Malformed("indicator", f"the indicator {indicator} speaks of neither Evidence nor results")
        return kind, body, indicator


