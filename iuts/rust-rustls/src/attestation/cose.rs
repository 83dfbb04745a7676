//! COSE_Sign1 with its signer's chain in x5chain (RFC 9052 section 4.2, RFC 9360 section 2), by coset.

use std::collections::HashSet;

use ciborium::Value;
use coset::{
    AsCborValue, CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, Label,
    RegisteredLabelWithPrivate, TaggedCborSerializable, iana,
};
use rustls::pki_types::UnixTime;

use super::{algorithm::Key, strict};
use crate::authenticator::path::Anchors;
use crate::refusal::{Decision, Refusal};
use crate::refuse;

const X5CHAIN: i64 = iana::HeaderParameter::X5Chain as i64;

/// Signs a payload. `chain` is that of the key, leaf first; one certificate stands bare.
pub fn sign(payload: Vec<u8>, pkcs8: &[u8], chain: &[Vec<u8>]) -> Decision<Vec<u8>> {
    let Some(leaf) = chain.first() else {
        return refuse!("other", "the attestation key has no certificate");
    };
    let algorithm = Key::of(leaf)?.algorithm;
    let certificates = match chain {
        [single] => Value::Bytes(single.clone()),
        several => Value::Array(several.iter().cloned().map(Value::Bytes).collect()),
    };
    CoseSign1Builder::new()
        .protected(HeaderBuilder::new().algorithm(algorithm.in_cose()).build())
        .unprotected(HeaderBuilder::new().value(X5CHAIN, certificates).build())
        .payload(payload)
        .try_create_signature(&[], |message| algorithm.sign(pkcs8, message))?
        .build()
        .to_tagged_vec()
        .map_err(|error| Refusal::new("other", error))
}

/// Verifies a message with tag 18 up to one of the anchors. Gives it with its payload in it.
pub fn verify(octets: &[u8], anchors: &Anchors, now: UnixTime) -> Decision<CoseSign1> {
    strict::cbor(octets)?;
    let message = CoseSign1::from_tagged_slice(octets)
        .map_err(|error| Refusal::new("malformed", format!("COSE_Sign1: {error}")))?;
    check_headers(&message)?;
    let chain = x5chain(&message)?;
    let key = Key::of(&chain[0])?;
    let expected = RegisteredLabelWithPrivate::Assigned(key.algorithm.in_cose());
    if message.protected.header.alg.as_ref() != Some(&expected) {
        return refuse!(
            "signature-mismatch",
            "the algorithm in the protected header is not that of the key"
        );
    }
    message.verify_signature(&[], |signature, signed| key.verify(signed, signature))?;
    anchors.validate(&chain, now)?;
    match message.payload {
        Some(_) => Ok(message),
        None => refuse!("malformed", "the COSE message has no payload"),
    }
}

/// Refuses a label in both headers (RFC 9052 section 3), and critical parameters, of which none is understood here (section 3.1).
fn check_headers(message: &CoseSign1) -> Decision<()> {
    let (protected, unprotected) = (&message.protected.header, &message.unprotected);
    if !protected.crit.is_empty() || !unprotected.crit.is_empty() {
        return refuse!("malformed", "a critical header parameter is not understood");
    }
    let mut labels = HashSet::new();
    for header in [protected, unprotected] {
        let map = header.clone().to_cbor_value();
        let Ok(Value::Map(members)) = map else {
            return refuse!("malformed", "a header of the COSE message is no map");
        };
        for (label, _) in members {
            if !labels.insert(strict::to_cbor(&label)?) {
                return refuse!("malformed", "a label stands in both headers");
            }
        }
    }
    Ok(())
}

/// Gives the certificates of x5chain, in whichever header it stands, leaf first: one bare, or an array of several.
fn x5chain(message: &CoseSign1) -> Decision<Vec<Vec<u8>>> {
    let rest = [
        &message.protected.header.rest[..],
        &message.unprotected.rest[..],
    ]
    .concat();
    let certificates = match rest
        .into_iter()
        .find(|(label, _)| *label == Label::Int(X5CHAIN))
    {
        Some((_, Value::Bytes(single))) => vec![Value::Bytes(single)],
        Some((_, Value::Array(several))) if several.len() > 1 => several,
        Some(_) => return refuse!("malformed", "x5chain holds no certificates"),
        None => return refuse!("pkix", "the COSE message has no x5chain"),
    };
    let octets = certificates.into_iter().map(|each| each.into_bytes());
    octets
        .collect::<Result<_, _>>()
        .map_err(|_| Refusal::new("malformed", "a certificate in x5chain is no byte string"))
}

/// Says whether the protected header holds the content type.
pub fn is_of_type(message: &CoseSign1, content_type: &str) -> bool {
    let text = coset::ContentType::Text(content_type.to_owned());
    message.protected.header.content_type.as_ref() == Some(&text)
}

/// Encodes a map of claims.
pub fn claims(members: Vec<(i64, Value)>) -> Decision<Vec<u8>> {
    let members = members.into_iter();
    let map = members.map(|(label, value)| (Value::from(label), value));
    Value::Map(map.collect())
        .to_vec()
        .map_err(|error| Refusal::new("other", error))
}
