"""Validation of certification paths (RFC 5280 section 6), by OpenSSL.

Not by cryptography.x509.verification: that follows the profile of the web's certificates, which has no Ed25519 key in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from OpenSSL import crypto

from .refusal import Refused


def load(der: bytes) -> x509.Certificate:
    """One certificate, and nothing behind it (RFC 8446 section 4.4.2)."""
    try:
        return x509.load_der_x509_certificate(der)
    except Exception as reason:  # what cryptography raises for broken DER is not one type
        raise Refused("pkix", f"no X.509 certificate: {reason}") from reason


def validate(chain: Sequence[x509.Certificate], roots: Sequence[bytes], now: datetime) -> None:
    """Raises Refused unless the first certificate of the chain leads to one of the roots at that time.

    The others may stand in any order, and some may be needless (RFC 8446 section 4.4.2). No root trusts nothing.
    """
    leaf = chain[0]
    try:
        store = crypto.X509Store()
        # An anchor need not be self-signed (RFC 5280 section 6.1.1).
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        store.set_time(now)
        for der in roots:
            store.add_cert(crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)))
        issuers = [crypto.X509.from_cryptography(issuer) for issuer in chain[1:]]
        context = crypto.X509StoreContext(store, crypto.X509.from_cryptography(leaf), issuers)
        path = [certificate.to_cryptography() for certificate in context.get_verified_chain()]
    except crypto.X509StoreContextError as reason:
        raise Refused("pkix", f"path: {reason}") from reason
    except crypto.Error as reason:
        raise Refused("pkix", f"path: OpenSSL cannot read a certificate: {reason}") from reason
    for certificate in path[:-1]:
        _check_signature_hash(certificate)
    for issuer in path[1:-1]:
        _check_issuer(issuer)
    _check_end_entity(leaf)


def _check_signature_hash(certificate: x509.Certificate) -> None:
    """MD5 is refused, SHA-1 better too (RFC 8446 section 4.4.2.4); X509_verify_cert alone asks for neither."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm as reason:
        raise Refused("pkix", f"path: {reason}") from reason
    if isinstance(algorithm, hashes.MD5 | hashes.SHA1):
        raise Refused("pkix", f"a certificate of the path is signed with {algorithm.name}")


def _check_issuer(issuer: x509.Certificate) -> None:
    """OpenSSL takes an issuer without basic constraints where its key usage allows it to issue: RFC 5280 section 6.1.4 (k) does not."""
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError) as reason:
        raise Refused("pkix", f"an issuer does not say that it is a CA: {reason}") from reason
    if not constraints.ca:
        raise Refused("pkix", "an issuer says that it is no CA")


def _check_end_entity(leaf: x509.Certificate) -> None:
    """RFC 8446 section 4.4.2.2: version 3, and a key usage allows digital signatures."""
    if leaf.version is not x509.Version.v3:
        raise Refused("pkix", "the certificate is not of version 3")
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    except (x509.DuplicateExtension, ValueError) as reason:
        raise Refused("pkix", f"the extensions of the certificate cannot be read: {reason}") from reason
    if not usage.digital_signature:
        raise Refused("pkix", "the key usage of the certificate does not allow digital signatures")
