//! Attestation Results as EAR (draft-ietf-rats-ear-04).

use rustls::pki_types::UnixTime;

use super::{claims::Claims, profile::Label, record::MediaType};
use crate::authenticator::path::{Anchors, public_key};
use crate::{refusal::Decision, refuse};

/// Appraises a result: signature and chain of the issuer, times, and of each appraisal in it that it affirms the end-entity key.
///
/// A result that names no key would be good beside any, so it is refused; a warning is no access.
pub fn appraise(
    media_type: MediaType,
    result: &[u8],
    leaf: &[u8],
    issuers: &Anchors,
    now: UnixTime,
) -> Decision<()> {
    let (key, _) = public_key(leaf)?;
    let claims = Claims::of(media_type, result, issuers, now)?;
    let appraisals = claims.maps(&Label::new(266, "submods"))?;
    if appraisals.is_empty() {
        return refuse!("malformed", "the result holds no appraisal");
    }
    for appraisal in appraisals {
        if !appraisal.is(&Label::new(1000, "ear.status"), 2, "affirming") {
            return refuse!("policy", "the status is not affirming");
        }
        let attested = Label::new(-70002, "ear.veraison.key-attestation");
        if appraisal.bytes_within(&attested, "akpub")?.as_ref() != Some(&key) {
            return refuse!("aik-mismatch", "the result is not about the end-entity key");
        }
    }
    Ok(())
}
