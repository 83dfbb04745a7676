//! The published vectors (docs/vectors.md): what a vector does not say, its group does.

use std::{fs, time::Duration};

use rust_rustls::{
    attestation::{profile::Profile, record::MediaType, relying_party::RelyingParty},
    authenticator::{
        Side,
        exporter::{ExporterMasterSecret, Hash},
        path::Anchors,
        schemes::Identity,
    },
};
use rustls::pki_types::UnixTime;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub struct Vector {
    pub id: String,
    pub kind: String,
    pub valid: bool,
    pub flags: Vec<String>,
    pub inputs: Value,
    pub source: Value,
    pub output: Value,
    keys: Value,
}

/// Reads the vectors of a topic. There are some.
pub fn vectors(topic: &str) -> Vec<Vector> {
    let path = format!("{}/../../vectors/{topic}.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut vectors = Vec::new();
    for group in file["groups"].as_array().unwrap() {
        for vector in group["vectors"].as_array().unwrap() {
            vectors.push(Vector {
                id: read(&vector["id"]),
                kind: read(&group["kind"]),
                valid: vector["result"] == "valid",
                flags: read(&vector["flags"]),
                inputs: overlay(&group["inputs"], &vector["inputs"]),
                source: overlay(&group["source"], &vector["source"]),
                output: vector["output"].clone(),
                keys: file["keys"].clone(),
            });
        }
    }
    assert_eq!(file["numberOfVectors"], vectors.len());
    vectors
}

fn overlay(under: &Value, over: &Value) -> Value {
    let mut members = under.as_object().unwrap().clone();
    members.extend(over.as_object().cloned().unwrap_or_default());
    Value::Object(members)
}

/// Reads a member into a type.
pub fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

/// Reads bytes.
pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn list(value: &Value) -> Vec<Vec<u8>> {
    value.as_array().unwrap().iter().map(bytes).collect()
}

impl Vector {
    pub fn profile(&self) -> Profile {
        read(&self.inputs["profile"])
    }

    pub fn sender(&self) -> Side {
        read(&self.inputs["sender"])
    }

    pub fn exporter(&self) -> ExporterMasterSecret {
        let connection = &self.inputs["connection"];
        ExporterMasterSecret {
            hash: match connection["cipherSuite"].as_str().unwrap() {
                "TLS_AES_256_GCM_SHA384" => Hash::Sha384,
                _ => Hash::Sha256,
            },
            secret: bytes(&connection["exporterMasterSecret"]),
        }
    }

    /// Roots for one purpose.
    pub fn anchors(&self, purpose: &str) -> Anchors {
        Anchors::new(&list(&self.inputs["trust"][purpose])).unwrap()
    }

    /// All times in the vectors are this one, or a later one whose difference the vector is about.
    pub fn now(&self) -> UnixTime {
        let text = self.inputs["now"].as_str().unwrap();
        let format = &time::format_description::well_known::Rfc3339;
        let now = time::OffsetDateTime::parse(text, format).unwrap();
        UnixTime::since_unix_epoch(Duration::from_secs(now.unix_timestamp() as u64))
    }

    pub fn media_type(&self) -> MediaType {
        MediaType::of_name(self.inputs["mediaType"].as_str().unwrap()).unwrap()
    }

    pub fn measurement(&self) -> Option<Vec<u8>> {
        let policy = &self.inputs["policy"];
        policy["measurement"]
            .is_string()
            .then(|| bytes(&policy["measurement"]))
    }

    pub fn relying_party<'a>(
        &self,
        profile: &'a Profile,
        measurement: Option<&'a [u8]>,
    ) -> RelyingParty<'a> {
        let policy = &self.inputs["policy"];
        RelyingParty {
            profile,
            policy: read(&policy["attestation"]),
            accepts_signed: policy["signedCmw"] == "accept",
            measurement,
            attestation: self.anchors("attestation"),
            results: self.anchors("results"),
            now: self.now(),
        }
    }

    /// A key of the file with its chain.
    pub fn key(&self, name: &Value) -> (Vec<Vec<u8>>, Vec<u8>) {
        let key = &self.keys[name.as_str().unwrap()];
        (list(&key["chain"]), bytes(&key["pkcs8"]))
    }

    /// The identity of the sender.
    pub fn identity(&self) -> Identity {
        let (chain, key) = self.key(&self.source["identity"]["key"]);
        Identity::new(chain, key).unwrap()
    }
}
