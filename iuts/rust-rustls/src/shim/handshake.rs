//! The handshake of a connection: TLS 1.3 alone, without tickets and resumption.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, Connection, RootCertStore, ServerConfig, ServerConnection,
    client::Resumption,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName},
    server::NoServerSessionStorage,
    sign::{CertifiedKey, SingleCertAndKey},
    version::TLS13,
};

use super::{
    hello,
    hex::Hex,
    params::{Address, OpenParams},
    rpc::{Failure, Problem},
};
use crate::authenticator::{Side, provider::provider, schemes::Identity};
use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// How long connecting and the handshake may take; the harness waits for 10 s.
const PATIENCE: Duration = Duration::from_secs(8);

/// A connection whose handshake is complete, with what the client has sent before it was encrypted.
pub struct Handshaken {
    pub connection: Connection,
    pub socket: TcpStream,
    pub sent_by_client: Vec<u8>,
}

/// Dials, on both sides, and completes the handshake.
pub fn shake_hands(params: OpenParams) -> Result<Handshaken, Problem> {
    let (side, address) = (params.side, params.address.clone());
    let mut connection = match side {
        Side::Client => client(&params)?,
        Side::Server => server(params)?,
    };
    let mut socket = dial(&address)?;
    let sent_by_client = complete(&mut connection, &mut socket, side)?;
    Ok(Handshaken {
        connection,
        socket,
        sent_by_client,
    })
}

fn refusal(detail: impl std::fmt::Display) -> Refusal {
    Refusal::new("other", detail)
}

fn dial(address: &Address) -> Decision<TcpStream> {
    let connect = || {
        let mut addresses = (address.host.as_str(), address.port).to_socket_addrs()?;
        let first = addresses.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let socket = TcpStream::connect_timeout(&first, PATIENCE)?;
        socket.set_nodelay(true)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(socket)
    };
    connect().map_err(|error: io::Error| refusal(error))
}

/// The provider with no other suites than those named.
fn restricted(names: &[String]) -> Result<Arc<CryptoProvider>, Failure> {
    let all = provider();
    let suites = names.iter().map(|name| {
        let known = |suite: &&rustls::SupportedCipherSuite| hello::name(suite.suite()) == *name;
        let suite = all.cipher_suites.iter().find(known);
        suite.copied().ok_or_else(|| Failure::unsupported(name))
    });
    let cipher_suites = suites.collect::<Result<_, _>>()?;
    Ok(Arc::new(CryptoProvider {
        cipher_suites,
        ..all
    }))
}

fn client(params: &OpenParams) -> Result<Connection, Problem> {
    let mut roots = RootCertStore::empty();
    for Hex(root) in &params.trust {
        let root = CertificateDer::from(root.as_slice());
        roots
            .add(root.into_owned())
            .map_err(Failure::invalid_params)?;
    }
    let name = ServerName::try_from(params.server_name.clone()).map_err(Failure::invalid_params)?;
    let mut config = ClientConfig::builder_with_provider(restricted(&params.cipher_suites)?)
        .with_protocol_versions(&[&TLS13])
        .map_err(Failure::invalid_params)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // An attested connection is not resumed (draft-fossati-seat-expat section 7.2).
    config.resumption = Resumption::disabled();
    let connection = ClientConnection::new(Arc::new(config), name).map_err(refusal)?;
    Ok(connection.into())
}

fn server(params: OpenParams) -> Result<Connection, Problem> {
    let provider = restricted(&params.cipher_suites)?;
    let identity = params
        .identity
        .ok_or_else(|| Failure::invalid_params("a server has an identity"))?;
    let Identity { chain, key } = identity.read()?;
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    let resolver = SingleCertAndKey::from(CertifiedKey::new(chain, key));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .map_err(Failure::invalid_params)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    // A server that requires attestation sends no NewSessionTicket (draft-fossati-seat-expat section 7.2).
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    let connection = ServerConnection::new(Arc::new(config)).map_err(refusal)?;
    Ok(connection.into())
}

/// Completes the handshake. Gives what the client has sent.
fn complete(connection: &mut Connection, socket: &mut TcpStream, side: Side) -> Decision<Vec<u8>> {
    let deadline = Instant::now() + PATIENCE;
    let mut sent_by_client = Vec::new();
    connection.set_buffer_limit(None);
    loop {
        while connection.wants_write() {
            let mut octets = Vec::new();
            connection.write_tls(&mut octets).map_err(refusal)?;
            socket.write_all(&octets).map_err(refusal)?;
            if side == Side::Client {
                sent_by_client.extend(octets);
            }
        }
        if !connection.is_handshaking() {
            return Ok(sent_by_client);
        }
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return refuse!("other", "the handshake takes too long");
        }
        socket.set_read_timeout(Some(remaining)).map_err(refusal)?;
        let mut octets = vec![0; 16 * 1024];
        let count = socket.read(&mut octets).map_err(refusal)?;
        if count == 0 {
            return refuse!("other", "the peer closed during the handshake");
        }
        let mut unread = &octets[..count];
        if side == Side::Server {
            sent_by_client.extend_from_slice(unread);
        }
        while !unread.is_empty() {
            connection.read_tls(&mut unread).map_err(refusal)?;
            if let Err(error) = connection.process_new_packets() {
                // The alert that says why; the peer may be gone.
                let _ = connection.write_tls(socket);
                return Err(refusal(error));
            }
        }
    }
}
