//! Evidence as EAT (RFC 9711) in the profile of docs/iut-protocol.md.

use ciborium::Value;
use rustls::pki_types::UnixTime;
use serde_json::json;

use super::{
    binding::Binding,
    claims::Claims,
    cose, jose,
    jose::to_base64url,
    profile::{Label, Profile},
    record::MediaType,
};
use crate::authenticator::path::Anchors;
use crate::{refusal::Decision, refuse};

const PROFILE: &str = "tag:expat-conformance,2026:evidence";

/// What the attesting environment has: its claims, and the attestation key with its chain, leaf first.
pub struct Environment {
    pub ueid: Vec<u8>,
    pub measurement: Vec<u8>,
    pub key: Vec<u8>,
    pub chain: Vec<Vec<u8>>,
}

fn ueid() -> Label {
    Label::new(256, "ueid")
}

fn eat_profile() -> Label {
    Label::new(265, "eat_profile")
}

fn measurement() -> Label {
    Label::new(-65538, "measurement")
}

/// Makes Evidence.
pub fn make(
    profile: &Profile,
    media_type: MediaType,
    environment: &Environment,
    binding: &Binding,
) -> Decision<Vec<u8>> {
    let (key, chain) = (&environment.key, &environment.chain);
    let bytes = [
        (profile.evidence_nonce.clone(), &binding.nonce),
        (profile.aik_hash_claim.clone(), &binding.aik_hash),
        (ueid(), &environment.ueid),
        (measurement(), &environment.measurement),
    ];
    match media_type {
        MediaType::Cwt => {
            let mut members = vec![(eat_profile().number, Value::from(PROFILE))];
            for (label, value) in bytes {
                members.push((label.number, Value::from(value.as_slice())));
            }
            cose::sign(cose::claims(members)?, key, chain)
        }
        MediaType::Jwt => {
            let mut members = json!({ eat_profile().name: PROFILE });
            for (label, value) in bytes {
                members[label.name] = to_base64url(value).into();
            }
            jose::sign(&members, key, chain)
        }
    }
}

/// Appraises Evidence: signature and chain, binding, AIK_pub_hash, and the measurement where there is a reference value
/// (draft-fossati-seat-expat sections 4 and 5).
pub fn appraise(
    profile: &Profile,
    media_type: MediaType,
    evidence: &[u8],
    binding: &Binding,
    reference: Option<&[u8]>,
    anchors: &Anchors,
    now: UnixTime,
) -> Decision<()> {
    let claims = Claims::of(media_type, evidence, anchors, now)?;
    if claims.bytes(&profile.evidence_nonce)?.as_ref() != Some(&binding.nonce) {
        return refuse!("binding-mismatch", "the nonce is not the binding");
    }
    if claims.bytes(&profile.aik_hash_claim)?.as_ref() != Some(&binding.aik_hash) {
        return refuse!("aik-mismatch", "AIK_pub_hash is that of another key");
    }
    if reference.is_some() && claims.bytes(&measurement())?.as_deref() != reference {
        return refuse!("policy", "the measurement is not the reference value");
    }
    Ok(())
}
