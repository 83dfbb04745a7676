//! The handshake messages of requests and authenticators (RFC 9261 section 4, RFC 8446 sections 4.3.2 and 4.4).

use tls_codec::{
    Deserialize, Serialize, TlsByteVecU8, TlsByteVecU16, TlsByteVecU24, TlsDeserialize,
    TlsSerialize, TlsSize, TlsVecU16, TlsVecU24,
};

use crate::refusal::{Decision, Refusal};

/// Handshake types.
pub const CERTIFICATE: u8 = 11;
pub const CERTIFICATE_REQUEST: u8 = 13;
pub const CERTIFICATE_VERIFY: u8 = 15;
pub const CLIENT_CERTIFICATE_REQUEST: u8 = 17;
pub const FINISHED: u8 = 20;

/// A handshake message with its header (RFC 8446 section 4).
#[derive(TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Handshake {
    pub msg_type: u8,
    pub body: TlsByteVecU24,
}

#[derive(Debug, Clone, PartialEq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Extension {
    pub extension_type: u16,
    pub extension_data: TlsByteVecU16,
}

/// The body of CertificateRequest and of ClientCertificateRequest (RFC 9261 section 4).
#[derive(TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CertificateRequestBody {
    pub certificate_request_context: TlsByteVecU8,
    pub extensions: TlsVecU16<Extension>,
}

#[derive(Debug, Clone, PartialEq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CertificateEntry {
    pub cert_data: TlsByteVecU24,
    pub extensions: TlsVecU16<Extension>,
}

#[derive(TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CertificateBody {
    pub certificate_request_context: TlsByteVecU8,
    pub certificate_list: TlsVecU24<CertificateEntry>,
}

#[derive(TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CertificateVerifyBody {
    pub algorithm: u16,
    pub signature: TlsByteVecU16,
}

/// A message of an authenticator: its type, its body, and all its octets, which go into the transcript.
pub struct Message<'a> {
    pub msg_type: u8,
    pub body: Vec<u8>,
    pub octets: &'a [u8],
}

/// Gives the octets of a structure. It refuses what does not fit its length fields.
pub fn encode(structure: &impl Serialize) -> Decision<Vec<u8>> {
    structure
        .tls_serialize_detached()
        .map_err(|error| Refusal::new("other", error))
}

/// Reads a structure, behind which nothing may stand.
pub fn decode<T: Deserialize>(octets: &[u8], what: &str) -> Decision<T> {
    T::tls_deserialize_exact(octets)
        .map_err(|error| Refusal::new("malformed", format!("{what}: {error}")))
}

/// Puts the header of a handshake message before a body.
pub fn handshake(msg_type: u8, body: Vec<u8>) -> Decision<Vec<u8>> {
    encode(&Handshake {
        msg_type,
        body: body.into(),
    })
}

/// Splits octets into handshake messages, behind which nothing may stand.
pub fn split(octets: &[u8]) -> Decision<Vec<Message<'_>>> {
    let mut rest = octets;
    let mut messages = Vec::new();
    while !rest.is_empty() {
        let start = rest;
        let message = Handshake::tls_deserialize(&mut rest)
            .map_err(|error| Refusal::new("malformed", format!("handshake message: {error}")))?;
        messages.push(Message {
            msg_type: message.msg_type,
            body: message.body.into_vec(),
            octets: &start[..start.len() - rest.len()],
        });
    }
    Ok(messages)
}

/// Says whether an extension type comes more than once, which no message allows (RFC 8446 section 4.2).
pub fn has_duplicates(extensions: &[Extension]) -> bool {
    let mut types: Vec<u16> = extensions.iter().map(|each| each.extension_type).collect();
    types.sort_unstable();
    types.windows(2).any(|pair| pair[0] == pair[1])
}
