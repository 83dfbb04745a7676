//! The cryptography of rustls that everything here uses: ring, with one thing more.
//!
//! The parameters of RSASSA-PSS in a certificate name hashes whose own parameters are NULL or absent; both are legal and equivalent
//! (RFC 4055 section 2.1). webpki compares them octet by octet with the form that has NULL.

use std::sync::LazyLock;

use rustls::{
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring},
    pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm},
};
use webpki::ring::{
    RSA_PSS_2048_8192_SHA256_LEGACY_KEY, RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
};

/// An algorithm of webpki under another identifier of the signature.
#[derive(Debug)]
struct Renamed {
    known: &'static dyn SignatureVerificationAlgorithm,
    identifier: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for Renamed {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.known.verify_signature(public_key, message, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.known.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.identifier
    }
}

/// RSASSA-PSS with the last arc of a hash, its MGF1 and the length of the salt (RFC 4055 section 3.1), without parameters of the hash.
macro_rules! without_parameters {
    ($known:ident, $hash:literal, $salt:literal) => {
        Renamed {
            known: $known,
            #[rustfmt::skip]
            identifier: AlgorithmIdentifier::from_slice(&[
                0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, // id-RSASSA-PSS
                0x30, 0x30,
                0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, $hash,
                0xa1, 0x1a, 0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, // id-mgf1
                0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, $hash,
                0xa2, 0x03, 0x02, 0x01, $salt,
            ]),
        }
    };
}

static WITHOUT_PARAMETERS: [Renamed; 3] = [
    without_parameters!(RSA_PSS_2048_8192_SHA256_LEGACY_KEY, 1, 32),
    without_parameters!(RSA_PSS_2048_8192_SHA384_LEGACY_KEY, 2, 48),
    without_parameters!(RSA_PSS_2048_8192_SHA512_LEGACY_KEY, 3, 64),
];

static ALL: LazyLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = LazyLock::new(|| {
    let known = ring::default_provider().signature_verification_algorithms;
    let more = WITHOUT_PARAMETERS
        .iter()
        .map(|each| each as &dyn SignatureVerificationAlgorithm);
    known.all.iter().copied().chain(more).collect()
});

/// ring, and in certification paths RSASSA-PSS in both forms.
pub fn provider() -> CryptoProvider {
    let known = ring::default_provider();
    CryptoProvider {
        signature_verification_algorithms: WebPkiSupportedAlgorithms {
            all: ALL.as_slice(),
            mapping: known.signature_verification_algorithms.mapping,
        },
        ..known
    }
}
