//! Signature algorithms of Evidence, Attestation Results and signed CMWs.

use coset::iana;
use jsonwebtoken::DecodingKey;
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaKeyPair, UnparsedPublicKey,
        VerificationAlgorithm,
    },
};
use x509_parser::asn1_rs::{Oid, oid};

use crate::authenticator::path::read;
use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// The algorithms of the Evidence profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Es256,
    Es384,
    EdDsa,
    Ps256,
}

const RSA_ENCRYPTION: Oid<'static> = oid!(1.2.840.113549.1.1.1);
const EC_PUBLIC_KEY: Oid<'static> = oid!(1.2.840.10045.2.1);
const PRIME256V1: Oid<'static> = oid!(1.2.840.10045.3.1.7);
const SECP384R1: Oid<'static> = oid!(1.3.132.0.34);
const ED25519_KEY: Oid<'static> = oid!(1.3.101.112);

/// The public key of a certificate, as the bits of its subjectPublicKey, and the one algorithm that it is for.
pub struct Key {
    pub algorithm: Algorithm,
    pub bits: Vec<u8>,
}

impl Key {
    pub fn of(certificate: &[u8]) -> Decision<Self> {
        let certificate = read(certificate)?;
        let key = certificate.public_key();
        let curve = || key.algorithm.parameters.as_ref()?.as_oid().ok();
        let kind = &key.algorithm.algorithm;
        let algorithm = if *kind == RSA_ENCRYPTION {
            Algorithm::Ps256
        } else if *kind == ED25519_KEY {
            Algorithm::EdDsa
        } else if *kind == EC_PUBLIC_KEY && curve() == Some(PRIME256V1) {
            Algorithm::Es256
        } else if *kind == EC_PUBLIC_KEY && curve() == Some(SECP384R1) {
            Algorithm::Es384
        } else {
            return refuse!("other", "no algorithm is known for a key of {kind}");
        };
        let bits = key.subject_public_key.data.to_vec();
        Ok(Self { algorithm, bits })
    }

    /// Verifies a signature in the form of JOSE and COSE: of ECDSA two numbers side by side (RFC 9053 section 2.1).
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Decision<()> {
        let algorithm: &dyn VerificationAlgorithm = match self.algorithm {
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
            Algorithm::EdDsa => &ED25519,
            Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, &self.bits)
            .verify(message, signature)
            .map_err(|_| Refusal::new("signature-mismatch", "the signature does not verify"))
    }
}

impl Key {
    pub fn in_jose(&self) -> DecodingKey {
        match self.algorithm {
            Algorithm::Es256 | Algorithm::Es384 => DecodingKey::from_ec_der(&self.bits),
            Algorithm::EdDsa => DecodingKey::from_ed_der(&self.bits),
            Algorithm::Ps256 => DecodingKey::from_rsa_der(&self.bits),
        }
    }
}

impl Algorithm {
    pub fn in_cose(self) -> iana::Algorithm {
        match self {
            Algorithm::Es256 => iana::Algorithm::ES256,
            Algorithm::Es384 => iana::Algorithm::ES384,
            Algorithm::EdDsa => iana::Algorithm::EdDSA,
            Algorithm::Ps256 => iana::Algorithm::PS256,
        }
    }

    pub fn in_jose(self) -> jsonwebtoken::Algorithm {
        match self {
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
            Algorithm::Es384 => jsonwebtoken::Algorithm::ES384,
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
        }
    }

    /// Signs with a private key as PKCS #8 in DER, in the form of JOSE and COSE.
    pub fn sign(self, pkcs8: &[u8], message: &[u8]) -> Decision<Vec<u8>> {
        let random = SystemRandom::new();
        let bad_key = |error| Refusal::new("other", format!("attestation key: {error}"));
        let ecdsa = |algorithm| {
            EcdsaKeyPair::from_pkcs8(algorithm, pkcs8, &random)
                .map_err(bad_key)?
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| Refusal::new("other", "the attestation key does not sign"))
        };
        match self {
            Algorithm::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::EdDsa => {
                let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(bad_key)?;
                Ok(key.sign(message).as_ref().to_vec())
            }
            Algorithm::Ps256 => {
                let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(bad_key)?;
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PSS_SHA256, &random, message, &mut signature)
                    .map_err(|_| Refusal::new("other", "the attestation key does not sign"))?;
                Ok(signature)
            }
        }
    }
}
