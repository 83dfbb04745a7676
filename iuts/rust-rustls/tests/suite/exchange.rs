//! Two ends of one connection.

use crate::published::{Vector, vectors};
use rust_rustls::authenticator::{
    Side,
    messages::Extension,
    path::Anchors,
    request::Request,
    session::{ClientHello, Session},
    validate::{Validated, context_of},
};
use rust_rustls::refusal::Decision;

const ED25519: u16 = 0x0807;
const P256: u16 = 0x0403;

/// A vector lends its exporter, its identity and its roots.
struct Connection {
    lender: Vector,
    client: Session,
    server: Session,
}

impl Connection {
    fn new() -> Self {
        let hello = ClientHello {
            extension_types: vec![5, 13],
            schemes: vec![ED25519],
        };
        Self {
            lender: vectors("transcript").swap_remove(0),
            client: Session::new(Side::Client, hello.clone()),
            server: Session::new(Side::Server, hello),
        }
    }

    fn asks(&mut self, schemes: &[u16]) -> Request {
        self.client.request(schemes, None, Vec::new()).unwrap()
    }

    /// What the server answers to the octets of a request, with extensions in the entry of its leaf.
    fn answers(&mut self, request: &[u8], extensions: Vec<Extension>) -> Decision<Vec<u8>> {
        let request = self.server.read_request(request)?;
        let (exporter, identity) = (self.lender.exporter(), self.lender.identity());
        self.server
            .authenticate(&exporter, &request, &identity, extensions)
    }

    fn validates(&mut self, request: Option<&[u8]>, authenticator: &[u8]) -> Decision<Validated> {
        let (exporter, anchors) = (self.lender.exporter(), self.lender.anchors("pkix"));
        let now = self.lender.now();
        self.client
            .validate(&exporter, request, authenticator, &anchors, now)
    }
}

/// The code of what has to be a refusal.
fn code<T>(decision: Decision<T>) -> &'static str {
    decision.err().expect("a refusal").code
}

#[test]
fn an_answer_is_accepted_once() {
    let mut connection = Connection::new();
    let request = connection.asks(&[P256, ED25519]).octets;
    let answer = connection.answers(&request, Vec::new()).unwrap();
    let validated = connection.validates(Some(&request), &answer).unwrap();
    assert_eq!(validated.chain(), connection.lender.identity().chain);
    assert_eq!(validated.context, context_of(&answer).unwrap());
    connection.client.consume(validated.context);
    assert_eq!(
        code(connection.validates(Some(&request), &answer)),
        "context-reused"
    );
    assert_eq!(
        code(connection.answers(&request, Vec::new())),
        "context-reused"
    );
}

#[test]
fn a_context_serves_one_request_of_either_end() {
    let mut connection = Connection::new();
    let given = Some(b"context".to_vec());
    let request = connection
        .client
        .request(&[ED25519], given.clone(), Vec::new())
        .unwrap();
    assert_eq!(
        code(
            connection
                .client
                .request(&[ED25519], given.clone(), Vec::new())
        ),
        "context-reused"
    );
    connection.server.read_request(&request.octets).unwrap();
    assert_eq!(
        code(connection.server.request(&[ED25519], given, Vec::new())),
        "context-reused"
    );
}

#[test]
fn an_end_does_not_answer_its_own_request() {
    let mut connection = Connection::new();
    let request = connection
        .server
        .request(&[ED25519], None, Vec::new())
        .unwrap();
    assert_eq!(
        code(connection.answers(&request.octets, Vec::new())),
        "wrong-role"
    );
}

#[test]
fn a_scheme_that_fits_no_key_makes_nothing() {
    let mut connection = Connection::new();
    for scheme in [P256, 0x0401, 0x0203] {
        let request = connection.asks(&[scheme]).octets;
        assert_eq!(
            code(connection.answers(&request, Vec::new())),
            "no-common-scheme"
        );
    }
}

#[test]
fn a_server_authenticates_itself_without_a_request_and_a_client_does_not() {
    let mut connection = Connection::new();
    let (exporter, identity) = (connection.lender.exporter(), connection.lender.identity());
    let spontaneous = connection
        .server
        .authenticate_spontaneously(&exporter, &identity)
        .unwrap();
    connection.validates(None, &spontaneous).unwrap();
    let request = connection.asks(&[ED25519]).octets;
    assert_eq!(
        code(connection.validates(Some(&request), &spontaneous)),
        "context-mismatch"
    );
    assert_eq!(
        code(
            connection
                .client
                .authenticate_spontaneously(&exporter, &identity)
        ),
        "wrong-role"
    );
    let anchors = connection.lender.anchors("pkix");
    let now = connection.lender.now();
    let decision = connection
        .server
        .validate(&exporter, None, &spontaneous, &anchors, now);
    assert_eq!(code(decision), "wrong-role");
}

#[test]
fn an_extension_has_to_be_in_the_request_and_to_belong_there() {
    let extension = |extension_type| Extension {
        extension_type,
        extension_data: Vec::new().into(),
    };
    for (asked, sent, accepted) in [
        (5, 5, true),
        (5, 18, false),
        (5, 13, false),
        (65280, 65280, true),
    ] {
        let mut connection = Connection::new();
        let request = connection
            .client
            .request(&[ED25519], None, vec![extension(asked)])
            .unwrap();
        let answer = connection
            .answers(&request.octets, vec![extension(sent)])
            .unwrap();
        let decision = connection.validates(Some(&request.octets), &answer);
        assert_eq!(decision.is_ok(), accepted, "{asked} {sent}");
    }
}

#[test]
fn an_answer_that_was_altered_anywhere_is_refused() {
    let mut connection = Connection::new();
    let request = connection.asks(&[ED25519]).octets;
    let answer = connection.answers(&request, Vec::new()).unwrap();
    for index in 0..answer.len() {
        let mut altered = answer.clone();
        altered[index] ^= 1;
        assert!(
            connection.validates(Some(&request), &altered).is_err(),
            "octet {index}"
        );
        assert!(
            connection
                .validates(Some(&request), &answer[..index])
                .is_err(),
            "cut at {index}"
        );
    }
    connection.validates(Some(&request), &answer).unwrap();
}

#[test]
fn what_is_no_certificate_has_no_place_in_a_chain() {
    let lender = Connection::new().lender;
    let (anchors, now) = (lender.anchors("pkix"), lender.now());
    let chain = lender.identity().chain;
    anchors.validate(&chain, now).unwrap();
    assert_eq!(code(anchors.validate(&[], now)), "pkix");
    assert_eq!(code(Anchors::default().validate(&chain, now)), "pkix");
    let trailing = [chain[1].as_slice(), &[0]].concat();
    for more in [vec![0], b"certificate".to_vec(), trailing] {
        let chain = [chain.as_slice(), &[more]].concat();
        assert_eq!(code(anchors.validate(&chain, now)), "pkix");
    }
}
