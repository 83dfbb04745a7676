//! The binding of Evidence to connection, context and key (draft-fossati-seat-expat section 5).

use super::profile::{Profile, PublicKeyEncoding};
use crate::authenticator::{exporter::Exporter, path::public_key};
use crate::refusal::Decision;

/// What Evidence has to hold.
pub struct Binding {
    /// Hash(public_key ‖ exported_value), the nonce of the Evidence.
    pub nonce: Vec<u8>,
    /// Hash(public_key).
    pub aik_hash: Vec<u8>,
}

impl Binding {
    /// Computes it for an end-entity certificate and the context of the request.
    pub fn new(
        profile: &Profile,
        exporter: &dyn Exporter,
        context: &[u8],
        leaf: &[u8],
    ) -> Decision<Self> {
        let (info, bits) = public_key(leaf)?;
        let key = match profile.public_key {
            PublicKeyEncoding::SpkiDer => info,
            PublicKeyEncoding::Raw => bits,
        };
        let exported =
            exporter.export(&profile.exporter_label, context, profile.exporter_length)?;
        let hash = exporter.hash();
        Ok(Self {
            nonce: hash.digest(&[&key, &exported]),
            aik_hash: hash.digest(&[&key]),
        })
    }
}
