//! The ClientHello of a connection, from the bytes that went by: rustls shows an application neither its own nor all of the
//! peer's. It bounds authenticators without a request (RFC 9261 sections 5.2.1 and 5.2.2).

use tls_codec::{Deserialize, TlsByteVecU8, TlsByteVecU16, TlsDeserialize, TlsSize, TlsVecU16};

use crate::authenticator::{
    messages::{Extension, Handshake},
    request::SIGNATURE_ALGORITHMS,
    session::ClientHello,
};

/// TLSPlaintext (RFC 8446 section 5.1).
#[derive(TlsDeserialize, TlsSize)]
struct Record {
    content_type: u8,
    _legacy_record_version: u16,
    fragment: TlsByteVecU16,
}

const HANDSHAKE_RECORD: u8 = 22;
const CLIENT_HELLO: u8 = 1;

/// The body of ClientHello (RFC 8446 section 4.1.2).
#[derive(TlsDeserialize, TlsSize)]
struct Body {
    _legacy_version: u16,
    _random: [u8; 32],
    _legacy_session_id: TlsByteVecU8,
    _cipher_suites: TlsVecU16<u16>,
    _legacy_compression_methods: TlsByteVecU8,
    extensions: TlsVecU16<Extension>,
}

/// Reads the first ClientHello in what a client has sent. A second one, after HelloRetryRequest, offers the same extensions but
/// for what is about keys and cookies (section 4.1.2).
pub fn read(mut sent: &[u8]) -> Option<ClientHello> {
    let mut fragments = Vec::new();
    loop {
        let record = Record::tls_deserialize(&mut sent).ok()?;
        if record.content_type != HANDSHAKE_RECORD {
            return None;
        }
        fragments.extend_from_slice(record.fragment.as_slice());
        if let Ok(message) = Handshake::tls_deserialize(&mut fragments.as_slice()) {
            return (message.msg_type == CLIENT_HELLO)
                .then(|| read_body(message.body.as_slice()))
                .flatten();
        }
    }
}

fn read_body(body: &[u8]) -> Option<ClientHello> {
    let extensions = Body::tls_deserialize_exact(body)
        .ok()?
        .extensions
        .into_vec();
    let schemes = extensions
        .iter()
        .find(|each| each.extension_type == SIGNATURE_ALGORITHMS)
        .and_then(|each| {
            TlsVecU16::<u16>::tls_deserialize_exact(each.extension_data.as_slice()).ok()
        })?;
    Some(ClientHello {
        extension_types: extensions.iter().map(|each| each.extension_type).collect(),
        schemes: schemes.into_vec(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::{ClientConfig, ClientConnection, RootCertStore, version::TLS13};

    use super::read;
    use crate::authenticator::{provider::provider, schemes::SCHEMES};

    fn sent() -> Vec<u8> {
        let config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut octets = Vec::new();
        connection.write_tls(&mut octets).unwrap();
        octets
    }

    #[test]
    fn it_has_the_types_and_the_schemes() {
        let hello = read(&sent()).unwrap();
        let (server_name, signature_algorithms, supported_versions) = (0, 13, 43);
        for kind in [server_name, signature_algorithms, supported_versions] {
            assert!(hello.extension_types.contains(&kind), "{kind}");
        }
        for scheme in SCHEMES.map(u16::from) {
            assert!(hello.schemes.contains(&scheme), "{scheme:#06x}");
        }
    }

    #[test]
    fn it_may_come_in_several_records() {
        let octets = sent();
        let body = &octets[5..];
        let mut records = Vec::new();
        for part in body.chunks(40) {
            records.extend([22, 3, 1, 0, part.len() as u8]);
            records.extend_from_slice(part);
        }
        assert_eq!(read(&records), read(&octets));
        assert_eq!(read(&octets[..octets.len() - 1]), None);
    }
}
