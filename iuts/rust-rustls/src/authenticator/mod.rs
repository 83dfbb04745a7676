//! Exported authenticators (RFC 9261).

pub mod authenticate;
pub mod exporter;
pub mod messages;
pub mod path;
pub mod provider;
pub mod request;
pub mod schemes;
pub mod session;
pub mod transcript;
pub mod validate;

/// An end of the TLS connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Client,
    Server,
}

impl Side {
    pub fn peer(self) -> Self {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }

    /// The word of the exporter labels (RFC 9261 section 5.1).
    pub fn word(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Server => "server",
        }
    }
}
