"""What each stage of the build has to be, given what the message was made from and the stages before it.

Written from RFC 9261 section 5, the expat draft sections 3 to 5, and docs/iut-protocol.md (Evidence profile). A rule
gives the value; `encoding` gives bytes and intermediates.
"""

from __future__ import annotations

from typing import Any

from . import signatures
from .encoding import claims as encode_claims
from .exporter import mac, secrets_of
from .refusal import NotUnderstood
from .source import Source

Stages = dict[str, Any]
REQUEST = ["request-context", "request-extensions", "request-message", "request-frame"]
EVIDENCE = ["secrets", "binding", "aik-hash", "claims", "evidence", "evidence-signature"]
SECOND = ["second-claims", "second-evidence", "second-evidence-signature"]
RESULT = ["result-claims", "result", "result-signature"]
CMW = [*EVIDENCE, *SECOND, *RESULT, "cmw", "signed-cmw", "cmw-signature"]
AUTHENTICATOR = [
    *CMW, "extension", "certificate", "signature-input", "certificate-verify", "mac-input", "finished", "frame",
]  # fmt: skip
STAGES_OF = {
    "exporter": ["secrets"],
    "binding": ["secrets", "binding", "aik-hash"],
    "evidence": EVIDENCE,
    "result": RESULT,
    "cmw": CMW,
    "request": REQUEST,
    "authenticator": AUTHENTICATOR,
    "empty": AUTHENTICATOR,
    "exchange": [*REQUEST, *AUTHENTICATOR],
}
SEALS = {
    "evidence-signature", "second-evidence-signature", "result-signature", "cmw-signature", "certificate-verify", "finished",
}  # fmt: skip
EVIDENCE_PROFILE = "tag:expat-conformance,2026:evidence"
RESULT_PROFILE = "tag:ietf.org,2026:rats/ear#03"
# What the issuer of results says of itself (EAR section 3.3); no part of `source`, and the same in all files.
VERIFIER = ("https://example.org/expat-conformance", "expat-conformance")
CONTENT_FORMAT = {"application/eat+cwt": 263, "application/eat+jwt": 264}
CWT = {"application/eat+cwt": True, "application/eat+jwt": False}
MIN_TAG, INDICATOR = 1668546817, {"background-check": 4, "passport": 8}


def cmw_tag(content_format: int) -> int:
    """TN() of RFC 9277 section 4.3: the tag of a Content-Format."""
    return MIN_TAG + (content_format // 255) * 256 + content_format % 255


def entry(name: str, label: int | str, **value: Any) -> dict[str, Any]:
    """A claim or header parameter as the stages have it."""
    return {"name": name, "label": label, **value}


def _evidence_claims(source: Source, message: dict[str, Any] | None, s: Stages) -> Any:
    if message is None:
        return None
    form = "cwt" if CWT[message["mediaType"]] else "jwt"
    profile = source.inputs["profile"]
    cwt = form == "cwt"
    return [
        entry("nonce", profile["evidenceNonce"][form], bytes=s["binding"]["intermediates"]["binding"]),
        entry("aikPubHash", profile["aikHashClaim"][form], bytes=s["aik-hash"]["intermediates"]["aikPubHash"]),
        entry("ueid", 256 if cwt else "ueid", bytes=message["ueid"]),
        entry("eatProfile", 265 if cwt else "eat_profile", text=EVIDENCE_PROFILE),
        entry("measurement", -65538 if cwt else "measurement", bytes=message["measurement"]),
    ]


def _token(source: Source, key: str, cwt: bool, payload: bytes, more: list[dict[str, Any]]) -> dict[str, Any]:
    name = signatures.token_algorithm(source.private(key))
    chain = source.chain(key)
    if not cwt:
        header = [entry("alg", "alg", text=name), *more, entry("x5c", "x5c", certificates=chain)]
        return {"protectedHeader": header, "payload": payload.hex(), "key": key}
    number = next(n for n, text in signatures.COSE_NAMES.items() if text == name)
    return {
        "tag": 18,
        "protectedHeader": [entry("alg", 1, number=number), *more],
        "unprotectedHeader": [entry("x5chain", 33, certificates=chain)],
        "payload": payload.hex(),
        "key": key,
    }


def _evidence(source: Source, message: dict[str, Any] | None, claims: Any) -> Any:
    if message is None:
        return None
    cwt = CWT[message["mediaType"]]
    return _token(source, message["key"], cwt, encode_claims(claims, cwt), [])


STATUS = {"none": 0, "affirming": 2, "warning": 32, "contraindicated": 96}


def _result_claims(source: Source) -> Any:
    message = source.message("passport")
    if message is None:
        return None
    cwt = CWT[message["mediaType"]]
    spki = message["publicKey"] or source.public_key.hex()

    def label(name: str, number: int) -> int | str:
        return number if cwt else name

    status: dict[str, Any] = {"number": STATUS[message["status"]]} if cwt else {"text": message["status"]}
    attester = [
        entry("status", label("ear.status", 1000), **status),
        entry("keyAttestation", label("ear.veraison.key-attestation", -70002), fields=[entry("akpub", "akpub", bytes=spki)]),
    ]
    developer = entry("developer", label("developer", 0), text=VERIFIER[0])
    verifier = [developer, entry("build", label("build", 1), text=VERIFIER[1])]
    claims = [entry("eatProfile", label("eat_profile", 265), text=RESULT_PROFILE)]
    for name, text, number in (("issuedAt", "iat", 6), ("notBefore", "nbf", 5), ("expires", "exp", 4)):
        if message[name] is not None:
            claims.append(entry(name, label(text, number), number=message[name]))
    claims.append(entry("verifierId", label("ear.verifier-id", 1004), fields=verifier))
    submods = [entry("attester", "attester", fields=attester)]
    claims.append(entry("submods", label("submods", 266), fields=submods))
    return claims


def _result(source: Source, s: Stages) -> Any:
    message = source.message("passport")
    if message is None:
        return None
    cwt = CWT[message["mediaType"]]
    return _token(source, message["key"], cwt, encode_claims(s["result-claims"]["value"], cwt), [])


def _record(attestation: dict[str, Any], message: dict[str, Any], value: str, form: str) -> dict[str, Any]:
    encoding = attestation["cmw"]
    if form == "tag":
        return {"form": "tag", "encoding": encoding, "tag": cmw_tag(CONTENT_FORMAT[message["mediaType"]]), "value": value}
    record = {"form": "record", "encoding": encoding, "type": message["mediaType"], "value": value}
    written = {"valueAs": "base64url"} if encoding == "json" else {}
    return {**record, "indicator": INDICATOR[message["model"]], **written}


def _cmw(source: Source, s: Stages) -> Any:
    attestation = source.attestation
    if attestation is None:
        return None
    message = attestation["message"]
    made = "evidence-signature" if message["model"] == "background-check" else "result-signature"
    first = s[made]["bytes"]
    form = attestation["form"]
    if form not in ("record", "tag", "collection"):
        raise NotUnderstood(f"form {form!r} of a CMW")
    if form != "collection":
        return _record(attestation, message, first, form)
    items = [{"name": "first", "label": "first", "cmw": _record(attestation, message, first, "record")}]
    if attestation["second"]:
        second = _record(attestation, attestation["second"], s["second-evidence-signature"]["bytes"], "record")
        items.append({"name": "second", "label": "second", "cmw": second})
    return {"form": "collection", "encoding": attestation["cmw"], "collectionType": None, "items": items}


def _signed_cmw(source: Source, s: Stages) -> Any:
    attestation = source.attestation
    if not attestation or not attestation["signer"]:
        return None
    cwt = attestation["cmw"] == "cbor"
    content_type = entry("contentType", 3 if cwt else "cty", text=f"application/cmw+{attestation['cmw']}")
    return _token(source, attestation["signer"], cwt, bytes.fromhex(s["cmw"]["bytes"]), [content_type])


def _request(source: Source, s: Stages, stage: str) -> Any:
    asked = source.inputs["asked"]
    # The end that asks: `sender` of a request itself, and the peer of the one that sends the authenticator.
    asker = source.sender if source.kind == "request" else {"client": "server", "server": "client"}[source.sender]
    if stage == "request-context":
        return {"certificateRequestContext": source.context.hex()}
    if stage == "request-extensions":
        schemes = b"".join(n.to_bytes(2, "big") for n in asked["signatureSchemes"])
        listed = [{"name": "signatureAlgorithms", "type": 13, "data": (len(schemes).to_bytes(2, "big") + schemes).hex()}]
        if asked["attestation"]:
            listed.append({"name": "cmwAttestation", "type": source.inputs["profile"]["cmwAttestation"], "data": ""})
        return {"list": listed}
    if stage == "request-message":
        kind = 17 if asker == "client" else 13
        return {"handshakeType": kind, **s["request-context"]["value"], "extensions": s["request-extensions"]["value"]["list"]}
    return {"messages": [s["request-message"]["bytes"]]}


def _certificate(source: Source, s: Stages) -> Any:
    identity = source.source.get("identity")
    value: dict[str, Any] = {"handshakeType": 11, "certificateRequestContext": source.context.hex(), "entries": []}
    if identity is None:
        return value
    extension = s["extension"]["value"]
    held = [] if extension is None else [{"type": extension["type"], "data": s["extension"]["bytes"]}]
    for number, der in enumerate(source.chain(identity["key"])):
        value["entries"].append({"certData": der, "extensions": held if number == 0 else []})
    return value


def request_of(source: Source, s: Stages) -> str:
    """The request that an authenticator answers, in hexadecimal; empty where it is spontaneous."""
    return s["request-frame"]["bytes"] if source.kind == "exchange" else source.inputs["request"] or ""


def _authenticator(source: Source, s: Stages, stage: str) -> Any:
    secrets = s["secrets"]["value"]
    identity = source.source.get("identity")
    if stage == "extension":
        if source.attestation is None:
            return None
        signed = s["cmw-signature"]
        data = signed["bytes"] if signed["value"] else s["cmw"]["bytes"]
        return {"type": source.inputs["profile"]["cmwAttestation"], "cmwData": data}
    if stage == "certificate":
        return _certificate(source, s)
    inputs = {"hash": secrets["hash"], "handshakeContext": secrets["handshakeContext"]}
    inputs |= {"request": request_of(source, s), "certificate": s["certificate"]["bytes"]}
    if stage == "signature-input":
        if identity is None:
            return None
        front = {"padding": "20" * 64, "contextString": b"Exported Authenticator".hex(), "separator": "00"}
        deviates = {"prehash": None, "ecdsaEncoding": None, "saltLength": None}
        return {**front, **inputs, "scheme": identity["scheme"], "key": identity["key"], **deviates}
    if stage == "mac-input":
        verify = "" if identity is None else s["certificate-verify"]["bytes"]
        return {**inputs, "key": secrets["finishedKey"], "certificateVerify": verify}
    if stage == "finished":
        value = s["mac-input"]["value"]
        transcript = bytes.fromhex(s["mac-input"]["intermediates"]["transcriptHash"])
        return {"handshakeType": 20, "verifyData": mac(value["hash"], bytes.fromhex(value["key"]), transcript).hex()}
    if stage == "frame":
        names = {"certificate": "certificate", "certificateVerify": "certificate-verify", "finished": "finished"}
        sent = names if identity is not None else {"finished": "finished"}
        return {"messages": [{"name": n, "bytes": s[at]["bytes"]} for n, at in sent.items()]}
    raise NotUnderstood(f"stage {stage!r}")


def value_of(source: Source, stage: str, s: Stages) -> Any:
    """The right value of a stage after the stages `s`. Signatures are not made here: see `follow`."""
    bound = source.kind == "binding" or source.attestation is not None
    if stage in REQUEST:
        return _request(source, s, stage)
    if stage == "secrets":
        exported = secrets_of(source.inputs["connection"], source.inputs["profile"], source.sender, source.context)
        values = {n: e.value.hex() for n, e in exported.items()}
        return {"hash": source.hash, **values, **({} if source.exports_value else {"exportedValue": ""})}
    if stage == "binding":
        key = {"hash": source.hash, "publicKey": source.public_key.hex()} if bound else None
        return key and {**key, "exportedValue": s["secrets"]["value"]["exportedValue"]}
    if stage == "aik-hash":
        return {"hash": source.hash, "publicKey": source.public_key.hex()} if bound else None
    evidence = source.message("background-check")
    second = source.attestation["second"] if source.attestation else None
    if stage in ("claims", "second-claims"):
        return _evidence_claims(source, evidence if stage == "claims" else second, s)
    if stage in ("evidence", "second-evidence"):
        claims = s["claims" if stage == "evidence" else "second-claims"]["value"]
        return _evidence(source, evidence if stage == "evidence" else second, claims)
    if stage == "result-claims":
        return _result_claims(source)
    if stage == "result":
        return _result(source, s)
    if stage == "cmw":
        return _cmw(source, s)
    if stage == "signed-cmw":
        return _signed_cmw(source, s)
    return _authenticator(source, s, stage)
