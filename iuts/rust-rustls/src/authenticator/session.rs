//! What RFC 9261 has an end remember of a connection: contexts, and what the ClientHello offered.

use std::collections::HashSet;

use ring::rand::{SecureRandom, SystemRandom};

use super::{Side, messages::Extension, request::Request};
use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// What bounds an authenticator without a request (RFC 9261 sections 5.2.1 and 5.2.2): what the ClientHello held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientHello {
    pub extension_types: Vec<u16>,
    pub schemes: Vec<u16>,
}

/// One end of one connection.
pub struct Session {
    pub side: Side,
    pub client_hello: ClientHello,
    /// Every context that was seen on the connection: those of both request types share one space (RFC 9261 section 4).
    pub(super) seen: HashSet<Vec<u8>>,
    /// Contexts for which an authenticator was made.
    pub(super) answered: HashSet<Vec<u8>>,
    /// Contexts of authenticators that were accepted (RFC 9261 section 7.4).
    pub(super) accepted: HashSet<Vec<u8>>,
}

impl Session {
    pub fn new(side: Side, client_hello: ClientHello) -> Self {
        Self {
            side,
            client_hello,
            seen: HashSet::new(),
            answered: HashSet::new(),
            accepted: HashSet::new(),
        }
    }

    /// Marks a context as that of an authenticator that was accepted.
    pub fn consume(&mut self, context: Vec<u8>) {
        self.seen.insert(context.clone());
        self.accepted.insert(context);
    }

    /// Makes a request (RFC 9261 section 7.1). Without a context it chooses one that nobody can guess; one that was used on
    /// the connection is refused.
    pub fn request(
        &mut self,
        schemes: &[u16],
        context: Option<Vec<u8>>,
        extensions: Vec<Extension>,
    ) -> Decision<Request> {
        let context = match context {
            Some(context) if self.seen.contains(&context) => {
                return refuse!("context-reused", "the context was used on this connection");
            }
            Some(context) => context,
            None => self.fresh_context()?,
        };
        let request = Request::new(self.side, context, schemes, extensions)?;
        self.seen.insert(request.context.clone());
        Ok(request)
    }

    /// Gives a context of 32 random octets.
    pub(super) fn fresh_context(&self) -> Decision<Vec<u8>> {
        loop {
            let mut context = vec![0; 32];
            SystemRandom::new()
                .fill(&mut context)
                .map_err(|_| Refusal::new("other", "there are no random numbers"))?;
            if !self.seen.contains(&context) {
                return Ok(context);
            }
        }
    }
}
