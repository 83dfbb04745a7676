//! TLS exported attestation (draft-fossati-seat-expat) with the Evidence profile of docs/iut-protocol.md.

pub mod algorithm;
pub mod attester;
pub mod binding;
pub mod claims;
pub mod cmw;
pub mod cose;
pub mod evidence;
pub mod extension;
pub mod jose;
pub mod profile;
pub mod record;
pub mod relying_party;
pub mod result;
pub mod strict;
