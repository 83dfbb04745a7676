//! What is declared, and which values of the profile are served.

use serde_json::{Value, json};

use super::rpc::Failure;
use crate::attestation::{profile::Profile, record::MediaType};
use crate::authenticator::{provider::provider, schemes::SCHEMES};

/// No server here sends a ticket, and no client resumes: both revisions are served by the same.
const REVISIONS: [&str; 2] = ["draft-fossati-seat-expat-02", "draft-fossati-seat-expat-03"];

/// The longest value that HKDF with SHA-256 gives (RFC 5869 section 2.3).
const LONGEST: usize = 255 * 32;

/// Names a value of the profile that is not served.
pub fn check(profile: &Profile) -> Result<(), Failure> {
    if !REVISIONS.contains(&profile.revision.as_str()) {
        return Err(Failure::unsupported(&profile.revision));
    }
    if !(1..=LONGEST).contains(&profile.exporter_length) {
        return Err(Failure::unsupported("exporterLength"));
    }
    Ok(())
}

/// The result of `hello`.
pub fn declaration() -> Value {
    let media_types = [MediaType::Cwt.name(), MediaType::Jwt.name()];
    json!({
        "protocol": 1,
        "name": "rust-rustls",
        "version": env!("CARGO_PKG_VERSION"),
        "language": "Rust",
        "tls": "rustls 0.23",
        "concurrency": 1,
        "supports": {
            "positions": ["attester/server", "relying-party/client", "attester/client", "relying-party/server"],
            "cipherSuites": cipher_suites(),
            "signatureSchemes": SCHEMES.map(u16::from),
            "models": ["background-check", "passport"],
            "evidence": media_types,
            "results": media_types,
            "features": [
                "spontaneous", "empty-authenticator", "get-context", "replay-detection", "export", "foreign-request",
                "cmw-tag", "cmw-collection", "cmw-signed", "appraise",
            ],
        },
    })
}

/// The names of the suites of the provider: `TLS_…`, where rustls has `TLS13_…`.
fn cipher_suites() -> Vec<String> {
    let suites = provider().cipher_suites.into_iter();
    suites.map(|suite| name(suite.suite())).collect()
}

/// The IANA name of a cipher suite.
pub fn name(suite: rustls::CipherSuite) -> String {
    format!("{suite:?}").replace("TLS13_", "TLS_")
}
