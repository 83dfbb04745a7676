//! The verdict of a relying party on the attestation in an authenticator (draft-fossati-seat-expat sections 3 to 5).

use rustls::pki_types::UnixTime;

use super::{
    binding::Binding,
    cmw::{self, Encoding},
    cose, evidence, jose,
    profile::Profile,
    record::{ATTESTATION_RESULTS, EVIDENCE, Record},
    result,
};
use crate::authenticator::{exporter::Exporter, path::Anchors, validate::Validated};
use crate::{refusal::Decision, refuse};

/// What is done with attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    Required,
    Optional,
    None,
}

/// By what attestation is judged.
pub struct RelyingParty<'a> {
    pub profile: &'a Profile,
    pub policy: Policy,
    /// Whether a CMW may itself be signed.
    pub accepts_signed: bool,
    /// The reference value of Evidence.
    pub measurement: Option<&'a [u8]>,
    /// Roots of attestation keys, and of issuers of results.
    pub attestation: Anchors,
    pub results: Anchors,
    pub now: UnixTime,
}

/// What was attested: the model, and the media type of the message.
#[derive(Debug, PartialEq, Eq)]
pub struct Attested {
    pub model: &'static str,
    pub media_type: &'static str,
}

impl RelyingParty<'_> {
    /// Judges the attestation in an authenticator that is right otherwise. The rules of the extension hold under every
    /// policy; what is in it is not read under `None`.
    pub fn judge(
        &self,
        exporter: &dyn Exporter,
        validated: &Validated,
    ) -> Decision<Option<Attested>> {
        let data = match self.profile.cmw_data(validated)? {
            None if self.policy == Policy::Required => {
                return refuse!(
                    "attestation-missing",
                    "the authenticator holds no attestation"
                );
            }
            Some(data) if self.policy != Policy::None => data,
            _ => return Ok(None),
        };
        let mut records = cmw::read(&self.unsigned(data)?)?;
        // The order in a collection says nothing (CMW section 3.3): all have to be right, and what is reported is always the same.
        records.sort_by_key(|record| record.media_type);
        let leaf = validated.leaf();
        let binding = Binding::new(self.profile, exporter, &validated.context, leaf)?;
        let mut first = None;
        for record in &records {
            let model = self.appraise(record, &binding, leaf)?;
            let media_type = record.media_type.name();
            first = first.or(Some(Attested { model, media_type }));
        }
        Ok(first)
    }

    /// Appraises one message. EAT serves both kinds, so the indicator says which; without one, it is what it is right as in full.
    fn appraise(&self, record: &Record, binding: &Binding, leaf: &[u8]) -> Decision<&'static str> {
        let evidence = || {
            self.appraise_evidence(record, binding)
                .map(|()| "background-check")
        };
        let result = || {
            result::appraise(
                record.media_type,
                &record.value,
                leaf,
                &self.results,
                self.now,
            )
            .map(|()| "passport")
        };
        match record.indicator {
            None => evidence().or_else(|refusal| result().map_err(|_| refusal)),
            Some(bits) if bits & EVIDENCE != 0 => evidence(),
            Some(bits) if bits & ATTESTATION_RESULTS != 0 => result(),
            Some(bits) => refuse!("cmw", "{bits:#x} indicates neither Evidence nor results"),
        }
    }

    fn appraise_evidence(&self, record: &Record, binding: &Binding) -> Decision<()> {
        evidence::appraise(
            self.profile,
            record.media_type,
            &record.value,
            binding,
            self.measurement,
            &self.attestation,
            self.now,
        )
    }

    /// Gives the CMW within one that is signed by COSE, with tag 18, or JWS (CMW sections 4.1 and 4.2); another as it is.
    fn unsigned(&self, data: Vec<u8>) -> Decision<Vec<u8>> {
        let (payload, expected) = match data.first() {
            Some(0xd2 | b'e') if !self.accepts_signed => {
                return refuse!("cmw", "the policy takes no signed CMW");
            }
            Some(0xd2) => {
                let message = cose::verify(&data, &self.attestation, self.now)?;
                if !cose::is_of_type(&message, "application/cmw+cbor") {
                    return refuse!("cmw", "the COSE message does not say that it holds a CMW");
                }
                (message.payload.unwrap_or_default(), Encoding::Cbor)
            }
            Some(b'e') => {
                let message = jose::verify(&data, &self.attestation, self.now)?;
                if message.header.cty.as_deref() != Some("application/cmw+json") {
                    return refuse!("cmw", "the JWS does not say that it holds a CMW");
                }
                (message.payload, Encoding::Json)
            }
            _ => return Ok(data),
        };
        if cmw::encoding(&payload)? != expected {
            return refuse!(
                "cmw",
                "the signed CMW has the encoding of the other signature"
            );
        }
        Ok(payload)
    }
}
