//! What an attester puts into its answer (draft-fossati-seat-expat sections 3 and 5).

use super::{
    binding::Binding,
    cmw::{self, Encoding, Form},
    evidence::{self, Environment},
    profile::Profile,
    record::{ATTESTATION_RESULTS, EVIDENCE, MediaType, Record},
};
use crate::authenticator::{exporter::Exporter, messages::Extension, request::Request};
use crate::refusal::Decision;

/// What is attested: Evidence that is yet to be made, or a result that was issued before.
pub enum Message {
    BackgroundCheck(Environment),
    Passport(Vec<u8>),
}

/// A message with its type and the wrapper to put it in.
pub struct Attestation {
    pub message: Message,
    pub media_type: MediaType,
    pub form: Form,
    pub encoding: Encoding,
}

impl Attestation {
    /// Gives the extension for the entry of the leaf: none where the request does not offer it.
    pub fn answer(
        &self,
        profile: &Profile,
        exporter: &dyn Exporter,
        request: &Request,
        leaf: &[u8],
    ) -> Decision<Vec<Extension>> {
        if !profile.is_offered(request)? {
            return Ok(Vec::new());
        }
        let (value, indicator) = match &self.message {
            Message::BackgroundCheck(environment) => {
                let binding = Binding::new(profile, exporter, &request.context, leaf)?;
                let made = evidence::make(profile, self.media_type, environment, &binding)?;
                (made, EVIDENCE)
            }
            Message::Passport(result) => (result.clone(), ATTESTATION_RESULTS),
        };
        let record = Record {
            media_type: self.media_type,
            value,
            indicator: Some(indicator),
        };
        let wrapped = cmw::make(&record, self.form, self.encoding)?;
        Ok(vec![profile.carry(wrapped)?])
    }
}
