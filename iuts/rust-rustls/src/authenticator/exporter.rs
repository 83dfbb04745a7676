//! The exporter of a connection and what RFC 9261 section 5.1 derives from it.

use ring::{digest, hkdf, hmac};
use tls_codec::{TlsByteVecU8, TlsSerialize, TlsSize};

use super::{Side, messages::encode};
use crate::refusal::{Decision, Refusal};

/// The hash of the negotiated cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
        }
    }

    pub fn length(self) -> usize {
        self.algorithm().output_len()
    }

    /// Hashes the parts, one behind the other.
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = digest::Context::new(self.algorithm());
        for part in parts {
            context.update(part);
        }
        context.finish().as_ref().to_vec()
    }

    pub(super) fn hmac_key(self, key: &[u8]) -> hmac::Key {
        let algorithm = match self {
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
        };
        hmac::Key::new(algorithm, key)
    }
}

/// The exporter of a TLS 1.3 connection (RFC 8446 section 7.5), by its exporter_master_secret.
pub trait Exporter {
    fn hash(&self) -> Hash;

    /// Gives `length` octets for the label and the context. Without a context is the same as with an empty one.
    fn export(&self, label: &str, context: &[u8], length: usize) -> Decision<Vec<u8>>;
}

/// The two values of RFC 9261 section 5.1.
pub struct Secrets {
    pub hash: Hash,
    pub handshake_context: Vec<u8>,
    pub finished_key: Vec<u8>,
}

impl Secrets {
    /// Derives them for authenticators that `sender` sends.
    pub fn new(exporter: &dyn Exporter, sender: Side) -> Decision<Self> {
        let hash = exporter.hash();
        let export = |what: &str| {
            let label = format!("EXPORTER-{} authenticator {what}", sender.word());
            exporter.export(&label, &[], hash.length())
        };
        Ok(Self {
            hash,
            handshake_context: export("handshake context")?,
            finished_key: export("finished key")?,
        })
    }
}

/// An exporter over a secret that is known, for recorded connections.
pub struct ExporterMasterSecret {
    pub hash: Hash,
    pub secret: Vec<u8>,
}

impl Exporter for ExporterMasterSecret {
    fn hash(&self) -> Hash {
        self.hash
    }

    fn export(&self, label: &str, context: &[u8], length: usize) -> Decision<Vec<u8>> {
        let none = self.hash.digest(&[]);
        let derived = expand_label(self.hash, &self.secret, label, &none, self.hash.length())?;
        let context = self.hash.digest(&[context]);
        expand_label(self.hash, &derived, "exporter", &context, length)
    }
}

/// HkdfLabel (RFC 8446 section 7.1).
#[derive(TlsSerialize, TlsSize)]
struct HkdfLabel {
    length: u16,
    label: TlsByteVecU8,
    context: TlsByteVecU8,
}

/// The length of what `hkdf` gives.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand-Label (RFC 8446 section 7.1).
fn expand_label(
    hash: Hash,
    secret: &[u8],
    label: &str,
    context: &[u8],
    length: usize,
) -> Decision<Vec<u8>> {
    let too_long = |_| Refusal::new("other", "the exporter gives no value of this length");
    let info = encode(&HkdfLabel {
        length: length.try_into().map_err(too_long)?,
        label: format!("tls13 {label}").into_bytes().into(),
        context: context.to_vec().into(),
    })?;
    let algorithm = match hash {
        Hash::Sha256 => hkdf::HKDF_SHA256,
        Hash::Sha384 => hkdf::HKDF_SHA384,
    };
    let mut value = vec![0; length];
    hkdf::Prk::new_less_safe(algorithm, secret)
        .expand(&[&info], Length(length))
        .and_then(|octets| octets.fill(&mut value))
        .map_err(|_| Refusal::new("other", "the exporter gives no value of this length"))?;
    Ok(value)
}
