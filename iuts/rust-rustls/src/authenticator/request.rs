//! Authenticator requests (RFC 9261 section 4).

use tls_codec::TlsVecU16;

use super::{
    Side,
    messages::{
        CERTIFICATE_REQUEST, CLIENT_CERTIFICATE_REQUEST, CertificateRequestBody, Extension,
        Handshake, decode, encode, handshake, has_duplicates,
    },
};
use crate::{refusal::Decision, refuse};

/// The extension that every request holds (RFC 8446 section 4.2.3).
pub const SIGNATURE_ALGORITHMS: u16 = 13;

/// A request that was read or made. Its octets, as they are, go into the transcript.
pub struct Request {
    pub octets: Vec<u8>,
    pub sender: Side,
    pub context: Vec<u8>,
    pub extensions: Vec<Extension>,
    pub schemes: Vec<u16>,
}

impl Request {
    /// Makes one: CertificateRequest of a server, ClientCertificateRequest of a client.
    pub fn new(
        sender: Side,
        context: Vec<u8>,
        schemes: &[u16],
        more: Vec<Extension>,
    ) -> Decision<Self> {
        let list = TlsVecU16::from_slice(schemes);
        let mut extensions = vec![Extension {
            extension_type: SIGNATURE_ALGORITHMS,
            extension_data: encode(&list)?.into(),
        }];
        extensions.extend(more);
        let body = encode(&CertificateRequestBody {
            certificate_request_context: context.clone().into(),
            extensions: extensions.clone().into(),
        })?;
        Ok(Self {
            octets: handshake(type_of(sender), body)?,
            sender,
            context,
            extensions,
            schemes: schemes.to_vec(),
        })
    }

    /// Reads one. Extensions that are not known are passed over (RFC 9261 section 4).
    pub fn read(octets: &[u8]) -> Decision<Self> {
        let message: Handshake = decode(octets, "request")?;
        let sender = match message.msg_type {
            CERTIFICATE_REQUEST => Side::Server,
            CLIENT_CERTIFICATE_REQUEST => Side::Client,
            other => return refuse!("malformed", "handshake type {other} is no request"),
        };
        let body: CertificateRequestBody = decode(message.body.as_slice(), "body of the request")?;
        let extensions = body.extensions.into_vec();
        if has_duplicates(&extensions) {
            return refuse!("malformed", "the request holds an extension twice");
        }
        let Some(offer) = extensions
            .iter()
            .find(|each| each.extension_type == SIGNATURE_ALGORITHMS)
        else {
            return refuse!("malformed", "the request holds no signature_algorithms");
        };
        let schemes: TlsVecU16<u16> =
            decode(offer.extension_data.as_slice(), "signature_algorithms")?;
        if schemes.is_empty() {
            return refuse!("malformed", "signature_algorithms is empty");
        }
        Ok(Self {
            octets: octets.to_vec(),
            sender,
            context: body.certificate_request_context.into_vec(),
            schemes: schemes.into_vec(),
            extensions,
        })
    }

    /// Reads one that `sender` may send. The other end's type is of the wrong role (RFC 9261 section 4).
    pub fn read_from(sender: Side, octets: &[u8]) -> Decision<Self> {
        let request = Self::read(octets)?;
        if request.sender != sender {
            let word = request.sender.word();
            return refuse!("wrong-role", "only a {word} sends a request of this type");
        }
        Ok(request)
    }

    pub fn extension(&self, extension_type: u16) -> Option<&Extension> {
        self.extensions
            .iter()
            .find(|each| each.extension_type == extension_type)
    }
}

fn type_of(sender: Side) -> u8 {
    match sender {
        Side::Server => CERTIFICATE_REQUEST,
        Side::Client => CLIENT_CERTIFICATE_REQUEST,
    }
}
