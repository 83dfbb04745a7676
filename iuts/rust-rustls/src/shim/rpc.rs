//! JSON-RPC 2.0, one object per line.

use std::io::{self, BufRead, Write};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::methods::Shim;
use crate::refusal::Refusal;

/// A JSON-RPC error: what the shim cannot serve, as opposed to what the implementation refuses.
#[derive(Debug)]
pub struct Failure {
    code: i64,
    message: String,
    data: Option<Value>,
}

impl Failure {
    fn new(code: i64, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
            data: None,
        }
    }

    pub fn invalid_params(message: impl ToString) -> Self {
        Self::new(-32602, message)
    }

    pub fn internal(message: impl ToString) -> Self {
        Self::new(-32603, message)
    }

    /// An option that the shim does not serve, by its name.
    pub fn unsupported(feature: &str) -> Self {
        Self {
            data: Some(json!({ "feature": feature })),
            ..Self::new(-32001, format!("{feature} is not supported"))
        }
    }
}

/// Why a method gives no value.
#[derive(Debug)]
pub enum Problem {
    Refused(Refusal),
    Failed(Failure),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem::Refused(refusal)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Problem::Failed(failure)
    }
}

/// What a method answers.
pub type Answer = Result<Value, Problem>;

/// Reads the parameters of a method.
pub fn params<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(Failure::invalid_params)
}

/// Answers each line until `bye`, or until there are no more. A line may be of any length.
pub fn serve(mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut shim = Shim::default();
    let mut line = Vec::new();
    while !shim.stopped {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if let Some(response) = respond(&mut shim, &line) {
            writeln!(output, "{response}")?;
            output.flush()?;
        }
    }
    Ok(())
}

/// Gives the response to a line; a notification gets none.
fn respond(shim: &mut Shim, line: &[u8]) -> Option<Value> {
    let request = match serde_json::from_slice::<Value>(line) {
        Ok(request) => request,
        Err(error) => return Some(response(Value::Null, Err(Failure::new(-32700, error)))),
    };
    let (Some("2.0"), Some(method)) = (
        request.get("jsonrpc").and_then(Value::as_str),
        request.get("method").and_then(Value::as_str),
    ) else {
        let failure = Failure::new(-32600, "this is no request of JSON-RPC 2.0");
        return Some(response(Value::Null, Err(failure)));
    };
    let id = request.get("id")?.clone();
    let params = request.get("params").cloned().unwrap_or_else(|| json!({}));
    let answer = match shim.call(method, params) {
        None => Err(Failure::new(
            -32601,
            format!("there is no method {method:?}"),
        )),
        Some(Ok(value)) => Ok(value),
        Some(Err(Problem::Refused(refusal))) => Ok(json!({
            "refused": { "code": refusal.code, "detail": refusal.detail }
        })),
        Some(Err(Problem::Failed(failure))) => Err(failure),
    };
    Some(response(id, answer))
}

fn response(id: Value, answer: Result<Value, Failure>) -> Value {
    match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(Failure {
            code,
            message,
            data,
        }) => {
            let mut error = json!({ "code": code, "message": message });
            if let Some(data) = data {
                error["data"] = data;
            }
            json!({ "jsonrpc": "2.0", "id": id, "error": error })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::serve;

    fn answers(lines: &str) -> Vec<Value> {
        let mut output = Vec::new();
        serve(lines.as_bytes(), &mut output).unwrap();
        let text = String::from_utf8(output).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn call(method: &str, params: Value) -> String {
        json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string()
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        let cases = [
            ("no JSON".to_owned(), -32700),
            ("[]".to_owned(), -32600),
            (r#"{"id":7,"method":"bye"}"#.to_owned(), -32600),
            (call("dance", json!({})), -32601),
            (call("close", json!({ "channel": "c1" })), -32602),
            (call("close", json!({ "channel": 1 })), -32602),
            (call("context", json!({ "request": "AB" })), -32602),
            (call("context", json!({ "request": "abc" })), -32602),
        ];
        for (line, code) in cases {
            assert_eq!(answers(&line)[0]["error"]["code"], code, "{line}");
        }
    }

    #[test]
    fn a_refusal_is_a_result() {
        let answer = &answers(&call("context", json!({ "request": "0d" })))[0];
        assert_eq!(answer["result"]["refused"]["code"], "malformed");
        assert_eq!(answer["id"], 7);
    }

    #[test]
    fn it_stops_on_bye() {
        let bye = call("bye", json!({}));
        assert_eq!(answers(&format!("{bye}\n{bye}\n")).len(), 1);
    }

    #[test]
    fn a_value_of_the_profile_that_is_not_served_is_named() {
        let mut profile = json!({
            "revision": "draft-fossati-seat-expat-03", "cmwAttestation": 65280, "exporterLabel": "Attestation",
            "exporterLength": 32, "publicKey": "spki-der", "evidenceNonce": { "cwt": 10, "jwt": "eat_nonce" },
            "aikHashClaim": { "cwt": -65537, "jwt": "aik_pub_hash" },
        });
        let hello = |profile: &Value| call("hello", json!({ "protocol": 1, "profile": profile }));
        assert_eq!(answers(&hello(&profile))[0]["result"]["protocol"], 1);
        profile["revision"] = "draft-fossati-seat-expat-99".into();
        let error = &answers(&hello(&profile))[0]["error"];
        assert_eq!(error["code"], -32001);
        assert_eq!(error["data"]["feature"], "draft-fossati-seat-expat-99");
    }
}
