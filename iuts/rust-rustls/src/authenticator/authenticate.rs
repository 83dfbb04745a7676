//! Making authenticators (RFC 9261 sections 5, 6 and 7.3).

use super::{
    Side,
    exporter::{Exporter, Secrets},
    messages::{
        CERTIFICATE, CERTIFICATE_VERIFY, CertificateBody, CertificateEntry, CertificateVerifyBody,
        Extension, FINISHED, encode, handshake,
    },
    request::Request,
    schemes::{Identity, sign},
    session::Session,
    transcript::{signature_input, verify_data},
};
use crate::{refusal::Decision, refuse};

impl Session {
    /// Reads a request of the peer, for whose context no authenticator was made, and none accepted (RFC 9261 section 5.2).
    pub fn read_request(&mut self, octets: &[u8]) -> Decision<Request> {
        let request = Request::read_from(self.side.peer(), octets)?;
        let context = &request.context;
        if self.answered.contains(context) || self.accepted.contains(context) {
            return refuse!(
                "context-reused",
                "the context is in an authenticator already"
            );
        }
        self.seen.insert(request.context.clone());
        Ok(request)
    }

    /// Answers a request with a chain. `extensions` stand in the entry of the leaf.
    pub fn authenticate(
        &mut self,
        exporter: &dyn Exporter,
        request: &Request,
        identity: &Identity,
        extensions: Vec<Extension>,
    ) -> Decision<Vec<u8>> {
        let parts = Parts {
            secrets: Secrets::new(exporter, self.side)?,
            context: &request.context,
            request: &request.octets,
            schemes: &request.schemes,
        };
        let authenticator = parts.seal(identity, extensions)?;
        self.answered.insert(request.context.clone());
        Ok(authenticator)
    }

    /// Declines a request: Finished alone, over a Certificate without entries that is not sent (RFC 9261 section 6).
    pub fn decline(&mut self, exporter: &dyn Exporter, request: &Request) -> Decision<Vec<u8>> {
        let secrets = Secrets::new(exporter, self.side)?;
        let certificate = certificate_message(&request.context, Vec::new())?;
        let mac = verify_data(&secrets, &request.octets, &certificate, &[]);
        self.answered.insert(request.context.clone());
        handshake(FINISHED, mac)
    }

    /// Makes an authenticator that answers no request, which servers alone may do (RFC 9261 section 5), within what the
    /// ClientHello offered.
    pub fn authenticate_spontaneously(
        &mut self,
        exporter: &dyn Exporter,
        identity: &Identity,
    ) -> Decision<Vec<u8>> {
        if self.side == Side::Client {
            return refuse!("wrong-role", "a client authenticates on request alone");
        }
        let context = self.fresh_context()?;
        let parts = Parts {
            secrets: Secrets::new(exporter, self.side)?,
            context: &context,
            request: &[],
            schemes: &self.client_hello.schemes,
        };
        let authenticator = parts.seal(identity, Vec::new())?;
        self.seen.insert(context);
        Ok(authenticator)
    }
}

struct Parts<'a> {
    secrets: Secrets,
    context: &'a [u8],
    request: &'a [u8],
    schemes: &'a [u16],
}

impl Parts<'_> {
    /// Certificate, CertificateVerify and Finished, one behind the other (RFC 9261 section 5).
    fn seal(&self, identity: &Identity, extensions: Vec<Extension>) -> Decision<Vec<u8>> {
        let mut entries: Vec<_> = identity
            .chain
            .iter()
            .map(|certificate| CertificateEntry {
                cert_data: certificate.clone().into(),
                extensions: Vec::new().into(),
            })
            .collect();
        match entries.first_mut() {
            Some(leaf) => leaf.extensions = extensions.into(),
            None => return refuse!("other", "the identity has no certificate"),
        }
        let certificate = certificate_message(self.context, entries)?;
        let signed = signature_input(&self.secrets, self.request, &certificate);
        let (algorithm, signature) = sign(identity, self.schemes, &signed)?;
        let body = encode(&CertificateVerifyBody {
            algorithm,
            signature: signature.into(),
        })?;
        let certificate_verify = handshake(CERTIFICATE_VERIFY, body)?;
        let mac = verify_data(
            &self.secrets,
            self.request,
            &certificate,
            &certificate_verify,
        );
        Ok([certificate, certificate_verify, handshake(FINISHED, mac)?].concat())
    }
}

/// The Certificate message (RFC 9261 section 5.2.1).
pub(super) fn certificate_message(
    context: &[u8],
    entries: Vec<CertificateEntry>,
) -> Decision<Vec<u8>> {
    let body = encode(&CertificateBody {
        certificate_request_context: context.to_vec().into(),
        certificate_list: entries.into(),
    })?;
    handshake(CERTIFICATE, body)
}
