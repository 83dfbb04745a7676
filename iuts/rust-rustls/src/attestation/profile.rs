//! What the draft leaves open (docs/iut-protocol.md, Profile).

use serde::Deserialize;

/// The values that the harness chooses in `hello`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    pub revision: String,
    /// The code point of the extension.
    pub cmw_attestation: u16,
    pub exporter_label: String,
    pub exporter_length: usize,
    pub public_key: PublicKeyEncoding,
    /// The claim that holds the binding.
    pub evidence_nonce: Label,
    pub aik_hash_claim: Label,
}

/// What is hashed of the end-entity key: all of SubjectPublicKeyInfo, or the bits of subjectPublicKey alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PublicKeyEncoding {
    #[serde(rename = "spki-der")]
    SpkiDer,
    #[serde(rename = "raw")]
    Raw,
}

/// A claim by its number in CBOR and its name in JSON.
#[derive(Debug, Clone, Deserialize)]
pub struct Label {
    #[serde(rename = "cwt")]
    pub number: i64,
    #[serde(rename = "jwt")]
    pub name: String,
}

impl Label {
    pub fn new(number: i64, name: &str) -> Self {
        Self {
            number,
            name: name.to_owned(),
        }
    }
}
