"""Chains of certificates by the rules of RFC 5280 section 6, as far as they do not belong to the web PKI alone."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtensionOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store

from .opinions import Opinions
from .refusal import Malformed

# Those that the checks below look at, or that restrict nothing that is asked here.
UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.NAME_CONSTRAINTS,
}
WEAK = {"md5", "sha1"}


@lru_cache(maxsize=1024)
def read(der: bytes) -> x509.Certificate:
    """One certificate in DER, with all that is asked of it later. Throws Malformed (reason certificate)."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        # cryptography reads these when they are asked for.
        _ = (certificate.subject, certificate.issuer, certificate.extensions, certificate.public_key())
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion) as e:
        raise Malformed("certificate", f"no certificate: {e}") from e
    return certificate


def key_bytes(certificate: x509.Certificate, form: str) -> bytes:
    """The public key as the profile has it: `spki-der`, or `raw`, the bits of subjectPublicKey alone."""
    key = certificate.public_key()
    if form == "spki-der":
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return _subject_public_key(spki)


def _der(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, begin and end of the content of the DER element at `at`."""
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[begin : begin + size], "big")
        begin += size
    return data[at], begin, begin + length


def _subject_public_key(spki: bytes) -> bytes:
    _, begin, _ = _der(spki, 0)
    _, _, algorithm_end = _der(spki, begin)
    _, bits, end = _der(spki, algorithm_end)
    return spki[bits + 1 : end]


def _extension(certificate: x509.Certificate, kind: type) -> x509.ExtensionType | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    alternative = _extension(certificate, x509.SubjectAlternativeName)
    names: list[x509.GeneralName] = list(alternative) if isinstance(alternative, x509.SubjectAlternativeName) else []
    if list(certificate.subject):
        names.append(x509.DirectoryName(certificate.subject))
    return names


def _within(name: x509.GeneralName, subtree: x509.GeneralName) -> bool:
    if isinstance(name, x509.DNSName) and isinstance(subtree, x509.DNSName):
        base = subtree.value.lstrip(".").lower()
        return base == "" or name.value.lower() == base or name.value.lower().endswith("." + base)
    if isinstance(name, x509.DirectoryName) and isinstance(subtree, x509.DirectoryName):
        wanted = list(subtree.value.rdns)
        return list(name.value.rdns)[: len(wanted)] == wanted
    return False


def _constrained(issuer: x509.Certificate, below: list[x509.Certificate]) -> None:
    """Name constraints (RFC 5280 section 4.2.1.10) of an issuer over all below it."""
    constraints = _extension(issuer, x509.NameConstraints)
    if not isinstance(constraints, x509.NameConstraints):
        return
    for name in (n for c in below for n in _names(c)):
        permitted = [s for s in constraints.permitted_subtrees or [] if type(s) is type(name)]
        if permitted and not any(_within(name, s) for s in permitted):
            raise Malformed("constraints", f"{name!r} is not in a permitted subtree")
        if any(_within(name, s) for s in constraints.excluded_subtrees or []):
            raise Malformed("constraints", f"{name!r} is in an excluded subtree")


def _usable(certificate: x509.Certificate, now: datetime) -> None:
    if certificate.version is not x509.Version.v3:
        raise Malformed("version", "not of version 3 (RFC 8446 section 4.4.2.2)")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Malformed("validity", f"counts from {certificate.not_valid_before_utc} to {certificate.not_valid_after_utc}")
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in UNDERSTOOD:
            raise Malformed("critical", f"the critical extension {extension.oid.dotted_string} is not understood")
    algorithm = certificate.signature_hash_algorithm
    if algorithm is not None and algorithm.name in WEAK:
        raise Malformed("weak", f"signed with {algorithm.name}")


def _is_issuer(certificate: x509.Certificate, below: list[x509.Certificate]) -> None:
    basic = _extension(certificate, x509.BasicConstraints)
    if not isinstance(basic, x509.BasicConstraints) or not basic.ca:
        raise Malformed("not-ca", "an issuer without cA in its basic constraints")
    usage = _extension(certificate, x509.KeyUsage)
    if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
        raise Malformed("not-ca", "an issuer whose key usage leaves out keyCertSign")
    # Self-issued certificates do not count, and neither does the last of the path (RFC 5280 section 4.2.1.9).
    intermediates = [c for c in below[1:] if c.subject != c.issuer]
    if basic.path_length is not None and len(intermediates) > basic.path_length:
        raise Malformed("path-length", f"{len(intermediates)} intermediates below a path length of {basic.path_length}")


def check_end_entity(certificate: x509.Certificate, purposes: set[x509.ObjectIdentifier]) -> None:
    """What the end entity may do: digitalSignature, and one of `purposes` where it is restricted to some."""
    usage = _extension(certificate, x509.KeyUsage)
    if isinstance(usage, x509.KeyUsage) and not usage.digital_signature:
        raise Malformed("usage", "the key usage leaves out digitalSignature")
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes and isinstance(extended, x509.ExtendedKeyUsage) and not purposes & set(extended):
        raise Malformed("usage", "the extended key usage is for another purpose")


def path(
    chain: list[x509.Certificate], anchors: list[bytes], now: datetime, purposes: set[x509.ObjectIdentifier]
) -> list[x509.Certificate]:
    """A path from the first certificate to an anchor, the anchor last (RFC 5280 section 6.1).

    Throws Malformed with the reason of the last branch that was tried; `untrusted` where none leads to an anchor.
    """
    roots = [read(a) for a in anchors]
    failure = Malformed("untrusted", "no path to an anchor")

    def extend(done: list[x509.Certificate]) -> list[x509.Certificate] | None:
        nonlocal failure
        for root in roots:
            if _issued(root, done[-1]):
                try:
                    _constrained(root, done)
                    _is_issuer(root, done) if root.version is x509.Version.v3 else None
                    return [*done, root]
                except Malformed as e:
                    failure = e
        for issuer in chain:
            if issuer in done or not _issued(issuer, done[-1]):
                continue
            try:
                _usable(issuer, now)
                _is_issuer(issuer, done)
                _constrained(issuer, done)
            except Malformed as e:
                failure = e
                continue
            found = extend([*done, issuer])
            if found:
                return found
        return None

    _usable(chain[0], now)
    check_end_entity(chain[0], purposes)
    found = extend([chain[0]])
    if not found:
        raise failure
    return found


def ask_library(
    opinions: Opinions, question: str, ours: bool, chain: list[x509.Certificate], anchors: list[bytes], now: datetime
) -> None:
    """What the path validation of `cryptography` says, with the rules of the web PKI about extensions taken off."""

    def theirs() -> str | None:
        if not anchors:
            return "no anchor"
        issuers = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
        policy = PolicyBuilder().store(Store([read(a) for a in anchors])).time(now)
        verifier = policy.extension_policies(ca_policy=issuers, ee_policy=ExtensionPolicy.permit_all()).build_client_verifier()
        verifier.verify(chain[0], chain[1:])
        return None

    opinions.ask("cryptography.x509.verification", question, ours, theirs)

