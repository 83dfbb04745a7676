//! Exported authenticators (RFC 9261) and exported attestation (draft-fossati-seat-expat) over rustls.
//!
//! [`authenticator`] is RFC 9261, [`attestation`] the draft, and [`shim`] the control protocol of docs/iut-protocol.md. The
//! first knows nothing of the second: what stands in an extension is opaque to it.

pub mod attestation;
pub mod authenticator;
pub mod refusal;
pub mod shim;
