"""Signature schemes that TLS 1.3 allows in CertificateVerify (RFC 8446 sections 4.2.3 and 4.4.3).

RSASSA-PKCS1-v1_5 and SHA-1 are not in the table, so that no request can bring them in (RFC 9261 section 5.2.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.x509.oid import PublicKeyAlgorithmOID

from .refusal import Refused


@dataclass(frozen=True)
class Scheme:
    code: int
    algorithm: x509.ObjectIdentifier
    curve: type[ec.EllipticCurve] | None
    arguments: tuple[Any, ...]

    def fits(self, certificate: x509.Certificate) -> bool:
        """The key of the certificate is of the family, and for ECDSA on the curve, that the scheme names."""
        if certificate.public_key_algorithm_oid != self.algorithm:
            return False
        return self.curve is None or isinstance(public_key(certificate).curve, self.curve)


def _ecdsa(code: int, curve: type[ec.EllipticCurve], hash_: hashes.HashAlgorithm) -> Scheme:
    return Scheme(code, PublicKeyAlgorithmOID.EC_PUBLIC_KEY, curve, (ec.ECDSA(hash_),))


def _pss(code: int, algorithm: x509.ObjectIdentifier, hash_: hashes.HashAlgorithm) -> Scheme:
    salted = padding.PSS(mgf=padding.MGF1(hash_), salt_length=hash_.digest_size)
    return Scheme(code, algorithm, None, (salted, hash_))


_RSAE = PublicKeyAlgorithmOID.RSAES_PKCS1_v1_5  # the identifier rsaEncryption
_PSS = PublicKeyAlgorithmOID.RSASSA_PSS

SCHEMES = {
    scheme.code: scheme
    for scheme in (
        _ecdsa(0x0403, ec.SECP256R1, hashes.SHA256()),
        _ecdsa(0x0503, ec.SECP384R1, hashes.SHA384()),
        _ecdsa(0x0603, ec.SECP521R1, hashes.SHA512()),
        _pss(0x0804, _RSAE, hashes.SHA256()),
        _pss(0x0805, _RSAE, hashes.SHA384()),
        _pss(0x0806, _RSAE, hashes.SHA512()),
        Scheme(0x0807, PublicKeyAlgorithmOID.ED25519, None, ()),
        Scheme(0x0808, PublicKeyAlgorithmOID.ED448, None, ()),
        _pss(0x0809, _PSS, hashes.SHA256()),
        _pss(0x080A, _PSS, hashes.SHA384()),
        _pss(0x080B, _PSS, hashes.SHA512()),
    )
}


def public_key(certificate: x509.Certificate) -> Any:
    try:
        return certificate.public_key()
    except Exception as reason:  # what cryptography raises for a key that it cannot read is not one type
        raise Refused("pkix", f"the key of the certificate cannot be used: {reason}") from reason


def choose(offered: list[int], certificate: x509.Certificate) -> Scheme | None:
    """The first offered scheme that fits the key (RFC 9261 section 5.2.2)."""
    return next((SCHEMES[code] for code in offered if code in SCHEMES and SCHEMES[code].fits(certificate)), None)


def sign(scheme: Scheme, key: Any, content: bytes) -> bytes:
    signer: Callable[..., bytes] = key.sign
    return signer(content, *scheme.arguments)


def verify(scheme: Scheme, certificate: x509.Certificate, signature: bytes, content: bytes) -> None:
    """Raises Refused where the signature is not right, or the key is none for the scheme (RFC 8446 section 4.4.3)."""
    if not scheme.fits(certificate):
        raise Refused("signature-mismatch", f"the key of the certificate is not for the scheme {scheme.code:#06x}")
    try:
        public_key(certificate).verify(signature, content, *scheme.arguments)
    except InvalidSignature as reason:
        raise Refused("signature-mismatch", "the signature of CertificateVerify does not verify") from reason
