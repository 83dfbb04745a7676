//! JWS in compact serialisation with its signer's chain in x5c (RFC 7515), by jsonwebtoken.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{EncodingKey, Header, crypto};
use rustls::pki_types::UnixTime;
use serde_json::Value;
use x509_parser::{
    asn1_rs::{OctetString, Sequence},
    prelude::FromDer,
};

use super::{
    algorithm::{Algorithm, Key},
    strict,
};
use crate::authenticator::path::Anchors;
use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// A JWS whose signature and chain are right.
pub struct Verified {
    pub header: Header,
    pub payload: Vec<u8>,
}

/// Decodes base64url without padding, and nothing else.
pub fn from_base64url(text: &str) -> Decision<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| Refusal::new("malformed", format!("base64url: {error}")))
}

pub fn to_base64url(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// Signs claims. `chain` is that of the key, leaf first.
pub fn sign(claims: &Value, pkcs8: &[u8], chain: &[Vec<u8>]) -> Decision<Vec<u8>> {
    let Some(leaf) = chain.first() else {
        return refuse!("other", "the attestation key has no certificate");
    };
    let algorithm = Key::of(leaf)?.algorithm;
    let header = Header {
        typ: None,
        x5c: Some(chain.iter().map(|each| STANDARD.encode(each)).collect()),
        ..Header::new(algorithm.in_jose())
    };
    let key = match algorithm {
        Algorithm::Es256 | Algorithm::Es384 => EncodingKey::from_ec_der(pkcs8),
        Algorithm::EdDsa => EncodingKey::from_ed_der(pkcs8),
        Algorithm::Ps256 => EncodingKey::from_rsa_der(&pkcs1(pkcs8)?),
    };
    jsonwebtoken::encode(&header, claims, &key)
        .map(String::into_bytes)
        .map_err(|error| Refusal::new("other", error))
}

/// Gives the RSAPrivateKey within PKCS #8 (RFC 5958 section 2), which is what jsonwebtoken takes.
fn pkcs1(pkcs8: &[u8]) -> Decision<Vec<u8>> {
    let read = || {
        let (_, info) = Sequence::from_der(pkcs8).ok()?;
        let (rest, _version) = u8::from_der(&info.content).ok()?;
        let (rest, _algorithm) = Sequence::from_der(rest).ok()?;
        let (_, key) = OctetString::from_der(rest).ok()?;
        Some(key.into_cow().into_owned())
    };
    read().ok_or_else(|| Refusal::new("other", "the attestation key is no PKCS #8"))
}

/// Verifies a JWS up to one of the anchors. The key is that of the first certificate in x5c, and of no other header parameter.
pub fn verify(octets: &[u8], anchors: &Anchors, now: UnixTime) -> Decision<Verified> {
    let malformed = |what: &str| Refusal::new("malformed", format!("JWS: {what}"));
    let text = std::str::from_utf8(octets).map_err(|_| malformed("it is no text"))?;
    let (signed, signature) = text
        .rsplit_once('.')
        .ok_or_else(|| malformed("it has no parts"))?;
    let (header, payload) = signed
        .split_once('.')
        .ok_or_else(|| malformed("it has two parts"))?;
    let (header, payload) = (from_base64url(header)?, from_base64url(payload)?);
    let header = strict::json(&header)?;
    if header.get("crit").is_some() {
        return refuse!("malformed", "a critical header parameter is not understood");
    }
    let header: Header =
        serde_json::from_value(header).map_err(|error| malformed(&error.to_string()))?;

    let certificates = header.x5c.iter().flatten();
    let chain: Vec<Vec<u8>> = certificates
        .map(|each| {
            STANDARD
                .decode(each)
                .map_err(|error| malformed(&error.to_string()))
        })
        .collect::<Result<_, _>>()?;
    let Some(leaf) = chain.first() else {
        return refuse!("pkix", "the JWS has no x5c");
    };
    let key = Key::of(leaf)?;
    if header.alg != key.algorithm.in_jose() {
        return refuse!("signature-mismatch", "the algorithm is not that of the key");
    }
    if !crypto::verify(signature, signed.as_bytes(), &key.in_jose(), header.alg).unwrap_or(false) {
        return refuse!("signature-mismatch", "the signature does not verify");
    }
    anchors.validate(&chain, now)?;
    Ok(Verified { header, payload })
}
