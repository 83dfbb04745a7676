//! The extension cmw_attestation (draft-fossati-seat-expat section 3).

use tls_codec::TlsByteVecU16;

use super::profile::Profile;
use crate::authenticator::{
    messages::{Extension, decode, encode},
    request::Request,
    validate::Validated,
};
use crate::{refusal::Decision, refuse};

impl Profile {
    /// The offer in a request: an empty extension (section 3.1).
    pub fn offer(&self) -> Extension {
        Extension {
            extension_type: self.cmw_attestation,
            extension_data: Vec::new().into(),
        }
    }

    /// Says whether a request offers attestation. An offer that is not empty is malformed.
    pub fn is_offered(&self, request: &Request) -> Decision<bool> {
        match request.extension(self.cmw_attestation) {
            Some(offer) if !offer.extension_data.is_empty() => {
                refuse!("malformed", "the offer of attestation is not empty")
            }
            offer => Ok(offer.is_some()),
        }
    }

    /// CMWAttestation around a CMW.
    pub fn carry(&self, cmw: Vec<u8>) -> Decision<Extension> {
        Ok(Extension {
            extension_type: self.cmw_attestation,
            extension_data: encode(&TlsByteVecU16::new(cmw))?.into(),
        })
    }

    /// Gives cmw_data of an authenticator. Only the first entry may hold it, only in answer to a request, and it is not empty.
    /// That the request offered it, and that it stands there once, the authenticator was validated for.
    pub fn cmw_data(&self, validated: &Validated) -> Decision<Option<Vec<u8>>> {
        let mut found = None;
        for (index, entry) in validated.entries.iter().enumerate() {
            for each in entry.extensions.iter() {
                if each.extension_type != self.cmw_attestation {
                    continue;
                }
                if index > 0 || !validated.requested {
                    return refuse!(
                        "unsolicited-extension",
                        "attestation stands beside the first entry, or was not asked for"
                    );
                }
                let data: TlsByteVecU16 =
                    decode(each.extension_data.as_slice(), "cmw_attestation")?;
                if data.is_empty() {
                    return refuse!("malformed", "cmw_data is empty");
                }
                found = Some(data.into_vec());
            }
        }
        Ok(found)
    }
}
