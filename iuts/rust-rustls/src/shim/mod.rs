//! The control protocol of docs/iut-protocol.md.

mod channel;
mod client_hello;
mod handshake;
mod hello;
mod hex;
mod methods;
mod params;
mod rpc;

pub use rpc::serve;
