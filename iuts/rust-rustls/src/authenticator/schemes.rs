//! Signatures of CertificateVerify, by the keys and algorithms of rustls' provider.

use std::sync::Arc;

use rustls::{
    SignatureScheme,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::SigningKey,
};
use webpki::EndEntityCert;

use super::provider::provider;
use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// The schemes that TLS 1.3 allows in CertificateVerify (RFC 8446 section 4.4.3) and ring has: no RSASSA-PKCS1-v1_5, no SHA-1.
pub const SCHEMES: [SignatureScheme; 6] = [
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::ED25519,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA512,
];

/// A chain, leaf first, with the key of its leaf.
pub struct Identity {
    pub chain: Vec<Vec<u8>>,
    pub key: Arc<dyn SigningKey>,
}

impl Identity {
    /// Takes a private key as PKCS #8 in DER.
    pub fn new(chain: Vec<Vec<u8>>, key: Vec<u8>) -> Result<Self, rustls::Error> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
        let key = provider().key_provider.load_private_key(key)?;
        Ok(Self { chain, key })
    }
}

fn allowed(offered: &[u16]) -> Vec<SignatureScheme> {
    let offered = offered.iter().map(|&code| SignatureScheme::from(code));
    offered.filter(|scheme| SCHEMES.contains(scheme)).collect()
}

/// Signs under one of the schemes that are offered: the first in the order of the key's own preference that fits it.
/// Gives the scheme and the signature.
pub fn sign(identity: &Identity, offered: &[u16], message: &[u8]) -> Decision<(u16, Vec<u8>)> {
    let Some(signer) = identity.key.choose_scheme(&allowed(offered)) else {
        return refuse!("no-common-scheme", "no scheme that is offered fits the key");
    };
    let signature = signer
        .sign(message)
        .map_err(|error| Refusal::new("other", error))?;
    Ok((signer.scheme().into(), signature))
}

/// Verifies a signature of the key of `leaf` under a scheme that was offered (RFC 9261 section 5.2.2).
pub fn verify(
    leaf: &[u8],
    offered: &[u16],
    scheme: u16,
    message: &[u8],
    signature: &[u8],
) -> Decision<()> {
    if !offered.contains(&scheme) {
        return refuse!("scheme-not-offered", "scheme {scheme:#06x} was not offered");
    }
    let scheme = SignatureScheme::from(scheme);
    // The first algorithm of a scheme is the one whose curve TLS 1.3 fixes; the others are for TLS 1.2.
    let algorithm = provider()
        .signature_verification_algorithms
        .mapping
        .iter()
        .find(|(known, _)| *known == scheme && SCHEMES.contains(known))
        .and_then(|(_, algorithms)| algorithms.first().copied());
    let Some(algorithm) = algorithm else {
        return refuse!(
            "scheme-not-offered",
            "{scheme:?} is no scheme of CertificateVerify"
        );
    };
    EndEntityCert::try_from(&CertificateDer::from(leaf))
        .map_err(|error| Refusal::new("pkix", format!("end-entity certificate: {error}")))?
        .verify_signature(algorithm, message, signature)
        .map_err(|error| Refusal::new("signature-mismatch", error))
}
