"""Judges the messages of RFC 9261 with what stands in them: one function a kind of vector, each throws Refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from . import certificates, signatures, tls
from .attestation import Judge, expected_binding
from .exporter import HASH_OF_SUITE, digest, mac, secrets_of
from .opinions import Opinions
from .refusal import Malformed, Refusal

# RFC 8446 section 4.2.3: schemes that TLS 1.3 allows in CertificateVerify.
ALLOWED = {0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0808, 0x0809, 0x080A, 0x080B}
# RFC 8446 section 4.2 and the IANA registry: extensions of TLS 1.3 that are for other messages than CertificateRequest.
NOT_IN_REQUEST = {1, 10, 14, 15, 16, 19, 20, 21, 28, 41, 42, 43, 44, 45, 49, 51}


def exporter(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """Handshake context, finished key and exported value against the exporter."""
    context = bytes.fromhex(inputs["certificateRequestContext"])
    exported = secrets_of(inputs["connection"], inputs["profile"], inputs["sender"], context)
    steps = {"handshakeContext": "handshake-context", "finishedKey": "finished-key", "exportedValue": "exported-value"}
    for name, step in steps.items():
        if output[name] != exported[name].value:
            raise Refusal(step, "value", f"expected {exported[name].value.hex()}, found {output[name].hex()}")


def binding(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """Binding and AIK_pub_hash against what they have to be."""
    context = bytes.fromhex(inputs["certificateRequestContext"])
    right, aik = expected_binding(inputs, context, bytes.fromhex(inputs["endEntityCertificate"]))
    if output["binding"] != right:
        raise Refusal("binding", "value", f"expected {right.hex()}, found {output['binding'].hex()}")
    if output["aikPubHash"] != aik:
        raise Refusal("aik-hash", "value", f"expected {aik.hex()}, found {output['aikPubHash'].hex()}")


def _attestation(inputs: dict[str, Any], opinions: Opinions) -> Judge:
    context = bytes.fromhex(inputs.get("certificateRequestContext", ""))
    return Judge(inputs, bytes.fromhex(inputs["endEntityCertificate"]), context, opinions)


def evidence(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """Evidence alone."""
    _attestation(inputs, opinions).evidence(output["evidence"], inputs["mediaType"])


def result(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """An Attestation Result alone."""
    _attestation(inputs, opinions).result(output["attestationResult"], inputs["mediaType"])


def cmw(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """The content of cmw_attestation."""
    _attestation(inputs, opinions).cmw(output["cmwData"])


def _request(data: bytes, sender: str, prefix: str = "") -> tls.Request:
    """Steps structure and type of a request."""
    try:
        found = tls.messages(data)
        if len(found) != 1 or found[0].type not in (tls.CERTIFICATE_REQUEST, tls.CLIENT_CERTIFICATE_REQUEST):
            raise Malformed("message", "not one CertificateRequest or ClientCertificateRequest, and nothing else")
        request = tls.request_body(found[0])
        if not request.extensions:
            raise Malformed("syntax", "extensions<2..2^16-1> is empty (RFC 9261 section 4)")
    except Malformed as e:
        raise Refusal(prefix + "structure", e.reason, str(e)) from e
    wanted = tls.CLIENT_CERTIFICATE_REQUEST if sender == "client" else tls.CERTIFICATE_REQUEST
    if request.type != wanted:
        raise Refusal(prefix + "type", "type", f"expected the handshake type {wanted}, found {request.type}")
    return request


def request(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions, prefix: str = "") -> None:
    """A request, judged also by what its sender was to ask for."""
    asked = inputs["asked"]
    sender = inputs["sender"] if not prefix else {"client": "server", "server": "client"}[inputs["sender"]]
    found = _request(output["request"], sender, prefix)
    if asked.get("context") is not None and found.context.hex() != asked["context"]:
        raise Refusal(prefix + "context", "other", f"expected {asked['context']}, found {found.context.hex()}")
    if found.context.hex() in inputs.get("earlierContexts", []):
        raise Refusal(prefix + "context", "reused", "the context was used on the connection before")
    data = found.data(tls.SIGNATURE_ALGORITHMS)
    if data is None:
        raise Refusal(prefix + "signature-algorithms", "missing", "no signature_algorithms (RFC 9261 section 4)")
    try:
        schemes = tls.schemes(data)
    except Malformed as e:
        raise Refusal(prefix + "signature-algorithms", e.reason, str(e)) from e
    missing = [s for s in asked["signatureSchemes"] if s not in schemes]
    if missing:
        raise Refusal(prefix + "signature-algorithms", "other", f"the schemes {missing} are not offered")
    types = found.types()
    if len(set(types)) != len(types):
        raise Refusal(prefix + "extensions", "duplicate", "an extension stands twice (RFC 8446 section 4.2)")
    misplaced = NOT_IN_REQUEST & set(types)
    if misplaced:
        raise Refusal(prefix + "extensions", "misplaced", f"the extensions {sorted(misplaced)} are for other messages")
    offer = found.data(inputs["profile"]["cmwAttestation"])
    if asked["attestation"] and offer is None:
        raise Refusal(prefix + "offer", "missing", "cmw_attestation is not offered")
    if offer:
        raise Refusal(prefix + "offer", "not-empty", "the offer is not empty (expat section 3)")


def _finished(inputs: dict[str, Any], secrets: dict[str, bytes], transcript: bytes, found: bytes) -> bool:
    name = HASH_OF_SUITE[inputs["connection"]["cipherSuite"]]
    return mac(name, secrets["finishedKey"], digest(name, secrets["handshakeContext"] + transcript)) == found


def _secrets(inputs: dict[str, Any], context: bytes) -> dict[str, bytes]:
    exported = secrets_of(inputs["connection"], inputs["profile"], inputs["sender"], context)
    return {n: e.value for n, e in exported.items()}


def empty(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """An empty authenticator: Finished alone, over a Certificate that is not sent (RFC 9261 section 6)."""
    sent = bytes.fromhex(inputs["request"])
    context = tls.request_body(tls.messages(sent)[0]).context
    secrets = _secrets(inputs, context)
    try:
        found = tls.messages(output["authenticator"])
    except Malformed as e:
        raise Refusal("empty-frame", e.reason, str(e)) from e
    if [m.type for m in found] != [tls.FINISHED] or len(found[0].body) != len(secrets["finishedKey"]):
        raise Refusal("empty-frame", "frame", "not a Finished alone, with a MAC of the length of the hash")
    certificate = tls.handshake(tls.CERTIFICATE, tls.vector(context, 1) + tls.vector(b"", 3))
    if not _finished(inputs, secrets, sent + certificate, found[0].body):
        raise Refusal("empty-finished", "mac", "the MAC is not that over the request and an empty Certificate")


def _step(step: str, action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Malformed as e:
        raise Refusal(step, e.reason, str(e)) from e


def _frame(data: bytes, size: int) -> tuple[list[tls.Message], tls.Certificate, int, bytes]:
    """Steps frame and parse."""
    found = _step("frame", lambda: tls.messages(data))
    if [m.type for m in found] == [tls.FINISHED]:
        raise Refusal("frame", "empty", "an empty authenticator")
    if [m.type for m in found] != [tls.CERTIFICATE, tls.CERTIFICATE_VERIFY, tls.FINISHED]:
        raise Refusal("frame", "frame", "not Certificate, CertificateVerify, Finished, and nothing else")
    certificate = _step("parse", lambda: tls.certificate_body(found[0].body))
    scheme, signature = _step("parse", lambda: tls.verify_body(found[1].body))
    if not certificate.entries:
        raise Refusal("parse", "syntax", "a Certificate without entries before a CertificateVerify")
    if len(found[2].body) != size:
        raise Refusal("parse", "syntax", f"a MAC of {len(found[2].body)} bytes in place of {size}")
    return found, certificate, scheme, signature


def _extensions(inputs: dict[str, Any], request: tls.Request | None, certificate: tls.Certificate) -> bytes | None:
    """Steps extensions and placement; returns the cmw_data of cmw_attestation, if there is one."""
    number = inputs["profile"]["cmwAttestation"]
    offered = request.types() if request else inputs.get("clientHello")
    for _, held in certificate.entries:
        types = [t for t, _ in held]
        if len(set(types)) != len(types):
            raise Refusal("extensions", "duplicate", "an extension stands twice in an entry")
        for kind in types:
            # cmw_attestation answers requests alone: no ClientHello offers it (expat section 3).
            if (kind == number and request is None) or (offered is not None and kind not in offered):
                raise Refusal("extensions", "unsolicited", f"the extension {kind} was not offered")
    if any(number == t for _, held in certificate.entries[1:] for t, _ in held):
        raise Refusal("placement", "entry", "cmw_attestation stands in another entry than the first")
    data = next((d for t, d in certificate.entries[0][1] if t == number), None)
    if data is None:
        return None
    reader = tls.Reader(data)
    content: bytes = _step("placement", lambda: reader.vector(2))
    _step("placement", lambda: reader.end("cmw_data"))
    if not content:
        raise Refusal("placement", "syntax", "cmw_data<1..2^16-1> is empty (expat section 3)")
    return content


def authenticator(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """A whole authenticator with the attestation in it."""
    sent = bytes.fromhex(inputs["request"]) if inputs["request"] is not None else b""
    asked = tls.request_body(tls.messages(sent)[0]) if sent else None
    secrets = _secrets(inputs, b"")
    found, certificate, scheme, signature = _frame(output["authenticator"], len(secrets["finishedKey"]))
    if asked and certificate.context != asked.context:
        raise Refusal("context", "other", "the context is not that of the request")
    offered = tls.schemes(asked.data(tls.SIGNATURE_ALGORITHMS) or b"") if asked else None
    if scheme not in ALLOWED or (offered is not None and scheme not in offered):
        raise Refusal("schemes", "scheme", f"the scheme {scheme:#06x} was not offered, or is none of TLS 1.3")
    data = _extensions(inputs, asked, certificate)
    chain = _path(inputs, certificate, opinions)
    name = HASH_OF_SUITE[inputs["connection"]["cipherSuite"]]
    transcript = sent + found[0].bytes
    content = b"\x20" * 64 + b"Exported Authenticator\x00" + digest(name, secrets["handshakeContext"] + transcript)
    algorithm = signatures.SCHEMES.get(scheme)
    if algorithm is None or not signatures.verifies(algorithm, chain[0].public_key(), signature, content):
        raise Refusal("certificate-verify", "signature", "the signature does not verify over the transcript")
    if not _finished(inputs, secrets, transcript + found[1].bytes, found[2].body):
        raise Refusal("finished", "mac", "the MAC is not that of the transcript")
    _attested(inputs, data, certificate, opinions)
    if certificate.context.hex() in inputs["consumedContexts"]:
        raise Refusal("freshness", "reused", "the context was consumed on the connection before")


def _path(inputs: dict[str, Any], certificate: tls.Certificate, opinions: Opinions) -> list[x509.Certificate]:
    leaf = _step("certificate-path", lambda: certificates.read(certificate.entries[0][0]))
    chain = [leaf]
    for der, _ in certificate.entries[1:]:
        try:
            chain.append(certificates.read(der))
        except Malformed:
            continue  # What cannot be read leads nowhere; the path fails if it is needed.
    anchors = [bytes.fromhex(a) for a in inputs["trust"]["pkix"]]
    now = datetime.fromisoformat(inputs["now"].replace("Z", "+00:00"))
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if inputs["sender"] == "server" else ExtendedKeyUsageOID.CLIENT_AUTH
    purposes = {purpose, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    try:
        certificates.path(chain, anchors, now, purposes)
    except Malformed as e:
        certificates.ask_library(opinions, "pkix-path", False, chain, anchors, now)
        raise Refusal("certificate-path", e.reason, str(e)) from e
    certificates.ask_library(opinions, "pkix-path", True, chain, anchors, now)
    return chain


def _attested(inputs: dict[str, Any], data: bytes | None, certificate: tls.Certificate, opinions: Opinions) -> None:
    """Step cmw and those behind it, as the policy asks."""
    if data is None:
        if inputs["policy"]["attestation"] == "required":
            raise Refusal("policy", "attestation-missing", "the policy requires attestation")
        return
    if inputs["policy"]["attestation"] == "none":
        return
    Judge(inputs, certificate.entries[0][0], certificate.context, opinions).cmw(data)


def exchange(inputs: dict[str, Any], output: dict[str, bytes], opinions: Opinions) -> None:
    """A request and the authenticator that answers it."""
    request(inputs, output, opinions, prefix="request-")
    authenticator({**inputs, "request": output["request"].hex(), "clientHello": None}, output, opinions)


JUDGES: dict[str, Callable[[dict[str, Any], dict[str, bytes], Opinions], None]] = {
    "exporter": exporter,
    "binding": binding,
    "evidence": evidence,
    "result": result,
    "cmw": cmw,
    "request": request,
    "empty": empty,
    "authenticator": authenticator,
    "exchange": exchange,
}
