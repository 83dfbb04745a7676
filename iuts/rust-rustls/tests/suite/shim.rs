//! Two processes of the shim, whose sockets are joined: one is the client of the TLS connection, the other the server.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

use serde_json::{Value, json};

use crate::published::vectors;

struct Shim {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shim {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_shim"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut shim = Self {
            child,
            input,
            output: BufReader::new(output),
        };
        let profile = &vectors("bindings").swap_remove(0).inputs["profile"];
        shim.call("hello", json!({ "protocol": 1, "profile": profile }));
        shim
    }

    fn ask(&mut self, method: &str, params: Value) {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        writeln!(self.input, "{request}").unwrap();
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let response: Value = serde_json::from_str(&line).unwrap();
        assert!(response["error"].is_null(), "{line}");
        response["result"].clone()
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.ask(method, params);
        self.answer()
    }
}

impl Drop for Shim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Carries octets from each socket to the other until both have ended.
fn join(one: TcpStream, other: TcpStream) {
    for (mut from, mut to) in [
        (one.try_clone().unwrap(), other.try_clone().unwrap()),
        (other, one),
    ] {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

/// A client and a server with a channel "c" between them.
fn connected(client_suites: &[&str]) -> (Shim, Shim, Value) {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let ports = listeners
        .each_ref()
        .map(|listener| listener.local_addr().unwrap().port());
    let vectors = vectors("authenticators");
    let lender = vectors
        .iter()
        .find(|vector| vector.id.contains("p256"))
        .unwrap();
    let (chain, key) = lender.key(&lender.source["identity"]["key"]);
    let chain: Vec<String> = chain.iter().map(hex::encode).collect();
    let open = |side: &str, port, suites: &[&str]| {
        json!({
            "channel": "c", "side": side, "address": { "host": "127.0.0.1", "port": port },
            "cipherSuites": suites, "serverName": "localhost", "trust": lender.inputs["trust"]["pkix"],
            "identity": { "chain": chain, "key": hex::encode(&key) },
        })
    };
    let (mut client, mut server) = (Shim::start(), Shim::start());
    client.ask("open", open("client", ports[0], client_suites));
    server.ask(
        "open",
        open(
            "server",
            ports[1],
            &["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"],
        ),
    );
    let [one, other] = listeners
        .each_ref()
        .map(|listener| listener.accept().unwrap().0);
    join(one, other);
    let opened = client.answer();
    assert_eq!(server.answer()["refused"], opened["refused"]);
    (client, server, opened)
}

#[test]
fn both_ends_have_the_same_exporter_and_octets_go_both_ways() {
    for suite in ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"] {
        let (mut client, mut server, opened) = connected(&[suite]);
        assert_eq!(opened["cipherSuite"], suite);
        let export =
            json!({ "channel": "c", "label": "Attestation", "context": "00ff", "length": 32 });
        let value = client.call("export", export.clone());
        assert_eq!(value["value"].as_str().unwrap().len(), 64);
        assert_eq!(server.call("export", export), value);

        let data = "5a".repeat(70_000);
        for (from, to) in [(0, 1), (1, 0)] {
            let ends = &mut [&mut client, &mut server];
            ends[from].call("send", json!({ "channel": "c", "data": data }));
            let first = ends[to].call("receive", json!({ "channel": "c", "length": 1 }));
            assert_eq!(first["data"], "5a");
            let too_much = json!({ "channel": "c", "length": 70_000, "timeout": 50 });
            assert_eq!(
                ends[to].call("receive", too_much)["refused"]["code"],
                "other"
            );
            let rest = ends[to].call("receive", json!({ "channel": "c", "length": 69_999 }));
            assert_eq!(rest["data"].as_str().unwrap().len(), 2 * 69_999);
        }

        client.call("close", json!({ "channel": "c" }));
        let nothing = json!({ "channel": "c", "length": 1, "timeout": 60_000 });
        assert_eq!(
            server.call("receive", nothing)["refused"]["detail"],
            "the peer closed"
        );
        assert_eq!(server.call("bye", json!({})), json!({}));
        assert!(server.child.wait().unwrap().success());
    }
}

#[test]
fn an_authenticator_goes_from_one_end_to_the_other() {
    let (mut client, mut server, _) = connected(&["TLS_AES_128_GCM_SHA256"]);
    let vector = vectors("exchanges").into_iter().find(|vector| {
        vector.source["identity"]["key"] == "identity-ed25519"
            && vector.source["attestation"]["message"]["model"] == "background-check"
    });
    let vector = vector.unwrap();
    let (chain, key) = vector.key(&vector.source["identity"]["key"]);
    let message = &vector.source["attestation"]["message"];
    let (attesting_chain, attesting_key) = vector.key(&message["key"]);
    let hexed = |chain: &[Vec<u8>]| chain.iter().map(hex::encode).collect::<Vec<_>>();
    let (attester, relying_party) = (&mut server, &mut client);
    let request = relying_party.call(
        "request",
        json!({ "channel": "c", "signatureSchemes": [0x0807], "attestation": true }),
    )["request"]
        .clone();
    let made = attester.call(
        "authenticate",
        json!({
            "channel": "c", "request": request,
            "identity": { "chain": hexed(&chain), "key": hex::encode(&key) },
            "attestation": {
                "model": "background-check", "type": "application/eat+cwt", "cmw": "json",
                "claims": { "ueid": message["ueid"], "measurement": message["measurement"] },
                "key": hex::encode(&attesting_key), "chain": hexed(&attesting_chain),
            },
        }),
    );
    let policy = json!({ "attestation": "required", "measurement": message["measurement"] });
    let validate = json!({
        "channel": "c", "request": request, "authenticator": made["authenticator"],
        "trust": vector.inputs["trust"], "policy": policy, "now": vector.inputs["now"],
    });
    let accepted = relying_party.call("validate", validate.clone())["accepted"].clone();
    assert_eq!(accepted["attested"], true);
    assert_eq!(accepted["model"], "background-check");
    assert_eq!(accepted["type"], "application/eat+cwt");
    assert_eq!(accepted["chain"], json!(hexed(&chain)));
    let again = relying_party.call("validate", validate);
    assert_eq!(again["refused"]["code"], "context-reused");
}
