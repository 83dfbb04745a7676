//! Certification paths (RFC 5280 section 6.1), by webpki.

use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, VerifiedPath};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use super::provider::provider;
use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// Roots that are trusted for one purpose. None trusts nothing.
#[derive(Debug, Clone, Default)]
pub struct Anchors(Vec<TrustAnchor<'static>>);

impl Anchors {
    /// Takes the certificates of the roots, in DER.
    pub fn new(roots: &[Vec<u8>]) -> Result<Self, webpki::Error> {
        let anchor = |root: &Vec<u8>| {
            let root = CertificateDer::from(root.as_slice());
            webpki::anchor_from_trusted_cert(&root).map(|anchor| anchor.to_owned())
        };
        Ok(Self(roots.iter().map(anchor).collect::<Result<_, _>>()?))
    }

    /// Validates a chain, leaf first, with the issuers in any order, up to one of the anchors.
    pub fn validate(&self, chain: &[Vec<u8>], now: UnixTime) -> Decision<()> {
        let Some((leaf, issuers)) = chain.split_first() else {
            return refuse!("pkix", "there is no certificate");
        };
        for certificate in chain {
            // webpki passes over an issuer that it cannot read; what is no certificate has no place in a chain.
            read(certificate)?
                .extensions_map()
                .map_err(|error| Refusal::new("pkix", error))?;
        }
        let pkix = |error: webpki::Error| Refusal::new("pkix", error);
        let leaf = CertificateDer::from(leaf.as_slice());
        let issuers: Vec<_> = issuers
            .iter()
            .map(|issuer| CertificateDer::from(issuer.as_slice()))
            .collect();
        EndEntityCert::try_from(&leaf)
            .map_err(pkix)?
            .verify_for_usage(
                provider().signature_verification_algorithms.all,
                &self.0,
                &issuers,
                now,
                AnyPurpose,
                None,
                Some(&check_key_usage),
            )
            .map_err(pkix)?;
        Ok(())
    }
}

/// Neither RFC 9261 nor the draft asks for an extended key usage.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

/// The key usage of a path, which webpki does not look at: where it is there, that of an issuer has to allow it to sign certificates
/// (RFC 5280 section 6.1.4 (n)), and that of the leaf to sign (RFC 8446 section 4.4.2.2).
fn check_key_usage(path: &VerifiedPath<'_>) -> Result<(), webpki::Error> {
    let usage = |certificate: CertificateDer<'_>| {
        let (_, certificate) =
            X509Certificate::from_der(&certificate).map_err(|_| webpki::Error::BadDer)?;
        let usage = certificate
            .key_usage()
            .map_err(|_| webpki::Error::ExtensionValueInvalid)?;
        Ok::<_, webpki::Error>(usage.map(|extension| *extension.value))
    };
    for issuer in path.intermediate_certificates() {
        if usage(issuer.der())?.is_some_and(|usage| !usage.key_cert_sign()) {
            return Err(webpki::Error::EndEntityUsedAsCa);
        }
    }
    if usage(path.end_entity().der())?.is_some_and(|usage| !usage.digital_signature()) {
        return Err(webpki::Error::CaUsedAsEndEntity);
    }
    Ok(())
}

/// Gives the SubjectPublicKeyInfo of a certificate, and its subjectPublicKey alone.
pub fn public_key(certificate: &[u8]) -> Decision<(Vec<u8>, Vec<u8>)> {
    let certificate = read(certificate)?;
    let key = certificate.public_key();
    Ok((key.raw.to_vec(), key.subject_public_key.data.to_vec()))
}

/// Reads a certificate, behind which nothing may stand.
pub fn read(certificate: &[u8]) -> Decision<X509Certificate<'_>> {
    match X509Certificate::from_der(certificate) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => refuse!("pkix", "there are octets behind the certificate"),
        Err(error) => refuse!("pkix", "the certificate cannot be read: {error}"),
    }
}
