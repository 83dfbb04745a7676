//! One TLS 1.3 connection, by rustls.

use std::{
    collections::VecDeque,
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
    client_hello, hello,
    hex::Hex,
    params::{Address, OpenParams},
    rpc::{Failure, Problem},
};
use crate::authenticator::{
    Side,
    exporter::{Exporter, Hash},
    provider::provider,
    schemes::Identity,
    session::Session,
};
use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// How long connecting and the handshake may take; the harness waits for 10 s.
const PATIENCE: Duration = Duration::from_secs(8);

/// A connection whose handshake is complete, with what RFC 9261 remembers of it.
pub struct Channel {
    pub session: Session,
    pub exporter: ConnectionExporter,
    socket: TcpStream,
    received: VecDeque<u8>,
    ended: bool,
}

/// The connection, which has the exporter.
pub struct ConnectionExporter {
    connection: Connection,
    hash: Hash,
}

impl Exporter for ConnectionExporter {
    fn hash(&self) -> Hash {
        self.hash
    }

    fn export(&self, label: &str, context: &[u8], length: usize) -> Decision<Vec<u8>> {
        self.connection
            .export_keying_material(vec![0; length], label.as_bytes(), Some(context))
            .map_err(|error| Refusal::new("other", error))
    }
}

impl Channel {
    /// Dials, and completes the handshake: of a server, it has verified the client's Finished when this is done (RFC 9261 section 7).
    pub fn open(params: OpenParams) -> Result<Self, Problem> {
        let (address, side) = (dial(&params.address)?, params.side);
        let connection = match side {
            Side::Client => client(&params)?,
            Side::Server => server(params)?,
        };
        let mut socket = address;
        let (connection, sent_by_client) = shake_hands(connection, &mut socket, side)?;
        let suite = connection.negotiated_cipher_suite();
        let Some(hash) = suite.and_then(|suite| hash_of(&hello::name(suite.suite()))) else {
            return Err(refusal("no suite was negotiated").into());
        };
        let client_hello = client_hello::read(&sent_by_client).unwrap_or_default();
        let mut channel = Self {
            session: Session::new(side, client_hello),
            exporter: ConnectionExporter { connection, hash },
            socket,
            received: VecDeque::new(),
            ended: false,
        };
        channel.queue_plaintext();
        Ok(channel)
    }

    /// The IANA name of the suite.
    pub fn cipher_suite(&self) -> String {
        let suite = self.exporter.connection.negotiated_cipher_suite();
        suite.map_or_else(String::new, |suite| hello::name(suite.suite()))
    }

    /// Writes application data.
    pub fn send(&mut self, data: &[u8]) -> io::Result<()> {
        self.exporter.connection.writer().write_all(data)?;
        self.flush()
    }

    /// Reads exactly `length` octets. Where they do not come in time, what came stays queued.
    pub fn receive(&mut self, length: usize, timeout: Duration) -> Decision<Vec<u8>> {
        let deadline = Instant::now() + timeout;
        loop {
            self.queue_plaintext();
            if self.received.len() >= length {
                return Ok(self.received.drain(..length).collect());
            }
            if self.ended {
                return refuse!("other", "the peer closed");
            }
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return refuse!("other", "{} of {length} octets came", self.received.len());
            }
            self.read_once(remaining);
        }
    }

    fn read_once(&mut self, timeout: Duration) {
        let connection = &mut self.exporter.connection;
        let read = self
            .socket
            .set_read_timeout(Some(timeout))
            .and_then(|()| connection.read_tls(&mut self.socket));
        match read {
            Ok(0) => self.ended = true,
            Ok(_) => {
                self.ended = match connection.process_new_packets() {
                    Ok(state) => state.peer_has_closed(),
                    Err(_) => true,
                };
                // An alert, or the answer to a KeyUpdate; a peer that is gone does not take it.
                self.ended |= self.flush().is_err();
            }
            Err(error) => self.ended = !is_timeout(&error),
        }
    }

    /// Takes what was decrypted out of the connection.
    fn queue_plaintext(&mut self) {
        let mut plaintext = Vec::new();
        // An error says that there is no more for now, or that the peer closed without an alert.
        let _ = self
            .exporter
            .connection
            .reader()
            .read_to_end(&mut plaintext);
        self.received.extend(plaintext);
    }

    fn flush(&mut self) -> io::Result<()> {
        let connection = &mut self.exporter.connection;
        while connection.wants_write() {
            connection.write_tls(&mut self.socket)?;
        }
        Ok(())
    }

    /// Ends the connection.
    pub fn close(mut self) {
        self.exporter.connection.send_close_notify();
        // The peer may be gone.
        let _ = self.flush();
    }
}

/// The hash of a suite of TLS 1.3 (RFC 8446 appendix B.4).
pub fn hash_of(cipher_suite: &str) -> Option<Hash> {
    match cipher_suite {
        "TLS_AES_128_GCM_SHA256" | "TLS_CHACHA20_POLY1305_SHA256" => Some(Hash::Sha256),
        "TLS_AES_256_GCM_SHA384" => Some(Hash::Sha384),
        _ => None,
    }
}

fn refusal(detail: impl std::fmt::Display) -> Refusal {
    Refusal::new("other", detail)
}

fn is_timeout(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
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

/// Completes the handshake. Gives the connection and what the client has sent in clear.
fn shake_hands(
    mut connection: Connection,
    socket: &mut TcpStream,
    side: Side,
) -> Decision<(Connection, Vec<u8>)> {
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
            return Ok((connection, sent_by_client));
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
