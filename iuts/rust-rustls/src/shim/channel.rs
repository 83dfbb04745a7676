//! One TLS 1.3 connection, by rustls.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use rustls::Connection;

use super::{
    client_hello,
    handshake::{Handshaken, shake_hands},
    hello,
    params::OpenParams,
    rpc::Problem,
};
use crate::authenticator::{
    exporter::{Exporter, Hash},
    session::Session,
};
use crate::refusal::{Decision, Refusal};
use crate::refuse;

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
        let side = params.side;
        let Handshaken {
            connection,
            socket,
            sent_by_client,
        } = shake_hands(params)?;
        let suite = connection.negotiated_cipher_suite();
        let Some(hash) = suite.and_then(|suite| hash_of(&hello::name(suite.suite()))) else {
            return Err(Refusal::new("other", "no suite was negotiated").into());
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

fn is_timeout(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
