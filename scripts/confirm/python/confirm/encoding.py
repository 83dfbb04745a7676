"""What each stage is encoded to: `value` of docs/vectors.md to bytes, written from the specifications of the messages."""

from __future__ import annotations

import base64
import json
from typing import Any

import cbor2

from . import jose, strict_cbor, tls
from .cose import signed_content
from .exporter import digest
from .refusal import NotUnderstood

Entry = dict[str, Any]


def _cbor_value(entry: Entry) -> bytes:
    if "bytes" in entry:
        return cbor2.dumps(bytes.fromhex(entry["bytes"]))
    if "certificates" in entry:
        # COSE_X509 (RFC 9360 section 2): one certificate is a bare byte string.
        ders = [bytes.fromhex(c) for c in entry["certificates"]]
        return cbor2.dumps(ders[0] if len(ders) == 1 else ders)
    if "fields" in entry:
        return cbor_map(entry["fields"])
    for form in ("text", "number"):
        if form in entry:
            return cbor2.dumps(entry[form])
    raise NotUnderstood(f"a claim with {sorted(entry)}")


def cbor_map(entries: list[Entry]) -> bytes:
    """A CBOR map in the order of the entries, also where a label stands twice."""
    return strict_cbor.pairs([(cbor2.dumps(e["label"]), _cbor_value(e)) for e in entries])


def _json_value(entry: Entry) -> str:
    if "bytes" in entry:
        return json.dumps(jose.encode(bytes.fromhex(entry["bytes"])))
    if "certificates" in entry:
        texts = [base64.b64encode(bytes.fromhex(c)).decode() for c in entry["certificates"]]
        return json.dumps(texts, separators=(",", ":"))
    if "fields" in entry:
        return json_object(entry["fields"])
    for form in ("text", "number"):
        if form in entry:
            return json.dumps(entry[form], ensure_ascii=False)
    raise NotUnderstood(f"a claim with {sorted(entry)}")


def json_object(entries: list[Entry]) -> str:
    """A JSON object without white space, in the order of the entries, also where a name stands twice."""
    return "{" + ",".join(f"{json.dumps(str(e['label']))}:{_json_value(e)}" for e in entries) + "}"


def claims(entries: list[Entry], cwt: bool) -> bytes:
    """The payload of a token."""
    return cbor_map(entries) if cwt else json_object(entries).encode()


def is_cwt(token: dict[str, Any]) -> bool:
    """Whether a stage `evidence` is of COSE: it then has an unprotected header."""
    return "unprotectedHeader" in token


def token_content(token: dict[str, Any]) -> bytes:
    """What is signed of a token: the Sig_structure, or the signing input."""
    payload = bytes.fromhex(token["payload"])
    if is_cwt(token):
        return signed_content(_protected(token), payload)
    return f"{jose.encode(json_object(token['protectedHeader']).encode())}.{jose.encode(payload)}".encode()


def _protected(token: dict[str, Any]) -> bytes:
    # An empty header is a byte string of length zero (RFC 9052 section 3).
    return cbor_map(token["protectedHeader"]) if token["protectedHeader"] else b""


def token(value: dict[str, Any], signature: bytes) -> bytes:
    """The whole token."""
    if not is_cwt(value):
        return token_content(value) + b"." + jose.encode(signature).encode()
    message = b"\x84" + cbor2.dumps(_protected(value)) + cbor_map(value["unprotectedHeader"])
    message += cbor2.dumps(bytes.fromhex(value["payload"])) + cbor2.dumps(signature)
    tag = value.get("tag")
    if tag is None:
        return message
    head = cbor2.dumps(tag)
    return bytes([head[0] | 0xC0]) + head[1:] + message


def _json_bytes(value: bytes, form: str) -> str:
    if form == "base64url":
        return jose.encode(value)
    if form == "base64url-padded":
        return base64.urlsafe_b64encode(value).decode()
    if form == "base64":
        return base64.b64encode(value).decode()
    if form == "verbatim":
        return value.decode()
    raise NotUnderstood(f"valueAs {form!r}")


def cmw(value: dict[str, Any]) -> bytes:
    """A CMW (draft-ietf-rats-msg-wrap section 3): record, tag or collection."""
    form, as_cbor = value["form"], value["encoding"] == "cbor"
    if form == "record":
        raw = bytes.fromhex(value["value"])
        body = raw if as_cbor else _json_bytes(raw, value.get("valueAs") or "base64url")
        record = [value["type"], body] + ([] if value["indicator"] is None else [value["indicator"]])
        return cbor2.dumps(record) if as_cbor else json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()
    if form == "tag":
        return cbor2.dumps(cbor2.CBORTag(value["tag"], bytes.fromhex(value["value"])))
    if form != "collection":
        raise NotUnderstood(f"form {form!r} of a CMW")
    items = [(i["label"], cmw(i["cmw"])) for i in value["items"]]
    kind = value["collectionType"]
    if as_cbor:
        typed = [] if kind is None else [(cbor2.dumps("__cmwc_t"), cbor2.dumps(kind))]
        return strict_cbor.pairs(typed + [(cbor2.dumps(label), item) for label, item in items])
    members = [] if kind is None else [f'"__cmwc_t":{json.dumps(kind)}']
    members += [f"{json.dumps(str(label))}:{item.decode()}" for label, item in items]
    return ("{" + ",".join(members) + "}").encode()


def request_message(value: dict[str, Any]) -> bytes:
    """A request as a handshake message."""
    context = bytes.fromhex(value["certificateRequestContext"])
    return tls.handshake(value["handshakeType"], tls.vector(context, 1) + tls.extension_block(value["extensions"]))


def certificate(value: dict[str, Any]) -> bytes:
    """A Certificate as a handshake message."""
    entries = b"".join(
        tls.vector(bytes.fromhex(e["certData"]), 3) + tls.extension_block(e["extensions"]) for e in value["entries"]
    )
    context = bytes.fromhex(value["certificateRequestContext"])
    return tls.handshake(value["handshakeType"], tls.vector(context, 1) + tls.vector(entries, 3))


def transcript(value: dict[str, Any]) -> bytes:
    """The transcript hash of `signature-input`, and of `mac-input` with CertificateVerify (RFC 9261 section 5.2)."""
    parts = [value[n] for n in ("handshakeContext", "request", "certificate")] + [value.get("certificateVerify", "")]
    return digest(value["hash"], b"".join(bytes.fromhex(p) for p in parts))


def signature_content(value: dict[str, Any]) -> bytes:
    """What CertificateVerify signs (RFC 9261 section 5.2.2)."""
    front = b"".join(bytes.fromhex(value[n]) for n in ("padding", "contextString", "separator"))
    return front + transcript(value)


def stage_bytes(stage: str, value: Any, before: dict[str, Any]) -> bytes | None:
    """The bytes of a stage from its value, and None for one that has none. `before` are the stages ahead of it."""
    if stage in ("evidence-signature", "second-evidence-signature", "result-signature", "cmw-signature"):
        signed = {"cmw-signature": "signed-cmw"}.get(stage, stage.removesuffix("-signature"))
        return token(before[signed]["value"], bytes.fromhex(value["signature"]))
    if stage == "cmw":
        return cmw(value)
    if stage == "extension":
        return tls.vector(bytes.fromhex(value["cmwData"]), 2)
    if stage == "request-message":
        return request_message(value)
    if stage == "certificate":
        return certificate(value)
    if stage == "certificate-verify":
        body = value["algorithm"].to_bytes(2, "big") + tls.vector(bytes.fromhex(value["signature"]), 2)
        return tls.handshake(value["handshakeType"], body)
    if stage == "finished":
        return tls.handshake(value["handshakeType"], bytes.fromhex(value["verifyData"]))
    if stage == "frame":
        return b"".join(bytes.fromhex(m["bytes"]) for m in value["messages"])
    if stage == "request-frame":
        return b"".join(bytes.fromhex(m) for m in value["messages"])
    return None


def stage_intermediates(stage: str, value: Any) -> dict[str, Any] | None:
    """The intermediates of a stage that follow from its value; those of `secrets` do not, and are computed there."""
    if stage == "binding":
        joined = bytes.fromhex(value["publicKey"] + value["exportedValue"])
        return {"hashInput": joined.hex(), "binding": digest(value["hash"], joined).hex()}
    if stage == "aik-hash":
        return {"aikPubHash": digest(value["hash"], bytes.fromhex(value["publicKey"])).hex()}
    if stage in ("evidence", "second-evidence", "result", "signed-cmw"):
        return {"signedContent": token_content(value).hex()}
    if stage == "signature-input":
        return {"transcriptHash": transcript(value).hex(), "content": signature_content(value).hex()}
    if stage == "mac-input":
        return {"transcriptHash": transcript(value).hex()}
    return None
