//! Validating authenticators (RFC 9261 sections 5, 6 and 7.4).

use rustls::pki_types::UnixTime;

use super::{
    Side,
    authenticate::certificate_message,
    exporter::{Exporter, Secrets},
    messages::{
        CERTIFICATE, CERTIFICATE_VERIFY, CertificateBody, CertificateEntry, CertificateVerifyBody,
        FINISHED, decode, has_duplicates, split,
    },
    path::Anchors,
    request::Request,
    schemes::verify,
    session::Session,
    transcript::{is_finished, signature_input},
};
use crate::{refusal::Decision, refuse};

/// Extensions that RFC 8446 section 4.2 defines for other messages than Certificate: server_name, signature_algorithms,
/// certificate_authorities, oid_filters, signature_algorithms_cert. One that is known and stands in the wrong message is refused.
const NOT_IN_CERTIFICATE: [u16; 5] = [0, 13, 47, 48, 50];

/// An authenticator whose chain, signature and MAC are right. What stands in the extensions is for the caller to judge.
pub struct Validated {
    pub context: Vec<u8>,
    pub entries: Vec<CertificateEntry>,
    /// Whether it answers a request.
    pub requested: bool,
}

impl Validated {
    /// The certificates as received, leaf first.
    pub fn chain(&self) -> Vec<Vec<u8>> {
        chain(&self.entries)
    }

    /// The end-entity certificate.
    pub fn leaf(&self) -> &[u8] {
        self.entries[0].cert_data.as_slice()
    }
}

fn chain(entries: &[CertificateEntry]) -> Vec<Vec<u8>> {
    let octets = |entry: &CertificateEntry| entry.cert_data.as_slice().to_vec();
    entries.iter().map(octets).collect()
}

impl Session {
    /// Validates an authenticator of the peer, which answers `request` or, from a server alone, none. It consumes no
    /// context: [`Session::consume`] does, once all has been accepted.
    pub fn validate(
        &self,
        exporter: &dyn Exporter,
        request: Option<&[u8]>,
        authenticator: &[u8],
        anchors: &Anchors,
        now: UnixTime,
    ) -> Decision<Validated> {
        let sender = self.side.peer();
        let request = match request {
            Some(octets) => Some(Request::read_from(self.side, octets)?),
            None if sender == Side::Client => {
                return refuse!("wrong-role", "a client authenticates on request alone");
            }
            None => None,
        };
        let secrets = Secrets::new(exporter, sender)?;
        let transcript = request.as_ref().map_or(&[][..], |asked| &asked.octets);
        let messages = split(authenticator)?;
        let types: Vec<u8> = messages.iter().map(|message| message.msg_type).collect();
        if let Some(request) = &request
            && types == [FINISHED]
        {
            return refuse_empty(&secrets, request, &messages[0].body);
        }
        let [certificate, certificate_verify, finished] = messages.as_slice() else {
            return refuse!("malformed", "it has {} handshake messages", types.len());
        };
        if types != [CERTIFICATE, CERTIFICATE_VERIFY, FINISHED] {
            return refuse!("malformed", "its handshake messages are {types:?}");
        }

        let (context, entries) = self.read_certificate(&certificate.body, request.as_ref())?;
        let signed = signature_input(&secrets, transcript, certificate.octets);
        let body: CertificateVerifyBody = decode(&certificate_verify.body, "CertificateVerify")?;
        let schemes = request
            .as_ref()
            .map_or(&self.client_hello.schemes, |asked| &asked.schemes);
        let leaf = entries[0].cert_data.as_slice();
        verify(
            leaf,
            schemes,
            body.algorithm,
            &signed,
            body.signature.as_slice(),
        )?;
        if !is_finished(
            &secrets,
            transcript,
            certificate.octets,
            certificate_verify.octets,
            &finished.body,
        ) {
            return refuse!("finished-mismatch", "the MAC in Finished is another");
        }
        anchors.validate(&chain(&entries), now)?;
        Ok(Validated {
            context,
            entries,
            requested: request.is_some(),
        })
    }

    /// Reads Certificate (RFC 9261 section 5.2.1): the context is the request's and was not accepted before, there is a certificate,
    /// and every extension was in the request or, without one, in the ClientHello.
    fn read_certificate(
        &self,
        body: &[u8],
        request: Option<&Request>,
    ) -> Decision<(Vec<u8>, Vec<CertificateEntry>)> {
        let body: CertificateBody = decode(body, "Certificate")?;
        let context = body.certificate_request_context.into_vec();
        let entries = body.certificate_list.into_vec();
        if request.is_some_and(|request| request.context != context) {
            return refuse!("context-mismatch", "the context is not that of the request");
        }
        if self.accepted.contains(&context) {
            return refuse!("context-reused", "the context was accepted before");
        }
        if entries.is_empty() || entries.iter().any(|entry| entry.cert_data.is_empty()) {
            return refuse!("malformed", "there is no certificate, or an empty one");
        }
        for entry in &entries {
            let extensions = entry.extensions.as_slice();
            if has_duplicates(extensions) {
                return refuse!("malformed", "an entry holds an extension twice");
            }
            for kind in extensions.iter().map(|each| each.extension_type) {
                let offered = match request {
                    Some(request) => request.extension(kind).is_some(),
                    None => self.client_hello.extension_types.contains(&kind),
                };
                if !offered || NOT_IN_CERTIFICATE.contains(&kind) {
                    return refuse!("unsolicited-extension", "extension {kind} in an entry");
                }
            }
        }
        Ok((context, entries))
    }
}

/// An empty authenticator is never valid, whether its MAC is right or not (RFC 9261 section 7.4).
fn refuse_empty(secrets: &Secrets, request: &Request, mac: &[u8]) -> Decision<Validated> {
    let certificate = certificate_message(&request.context, Vec::new())?;
    if !is_finished(secrets, &request.octets, &certificate, &[], mac) {
        return refuse!("finished-mismatch", "the MAC in Finished is another");
    }
    refuse!("empty-authenticator", "the peer declined")
}

/// The context of an authenticator (RFC 9261 section 7.2). An empty one has none.
pub fn context_of(authenticator: &[u8]) -> Decision<Vec<u8>> {
    let messages = split(authenticator)?;
    let types: Vec<u8> = messages.iter().map(|message| message.msg_type).collect();
    if types == [FINISHED] {
        return refuse!(
            "empty-authenticator",
            "an empty authenticator has no context"
        );
    }
    if types != [CERTIFICATE, CERTIFICATE_VERIFY, FINISHED] {
        return refuse!("malformed", "its handshake messages are {types:?}");
    }
    let body: CertificateBody = decode(&messages[0].body, "Certificate")?;
    Ok(body.certificate_request_context.into_vec())
}
