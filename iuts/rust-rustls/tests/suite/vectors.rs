//! The published vectors: what is valid is accepted, what is invalid is refused, and what is made is made alike.

use crate::published::{Vector, bytes, vectors};
use rust_rustls::{
    attestation::{binding::Binding, evidence, record::MediaType, result},
    authenticator::{
        exporter::{Exporter, Secrets},
        messages::CertificateEntry,
        request::Request,
        session::{ClientHello, Session},
        validate::Validated,
    },
    refusal::Decision,
};

/// Asks for each vector of a topic whether it is right.
fn judge_all(topic: &str, judge: impl Fn(&Vector) -> Decision<()>) {
    let wrong: Vec<String> = vectors(topic)
        .iter()
        .filter_map(|vector| {
            let decision = judge(vector);
            (decision.is_ok() != vector.valid)
                .then(|| format!("{} {:?}: {decision:?}", vector.id, vector.flags))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A decision that a value is the one computed.
fn same(computed: &[u8], published: &serde_json::Value) -> Decision<()> {
    if computed == bytes(published) {
        return Ok(());
    }
    rust_rustls::refuse!(
        "other",
        "computed {}, published {published}",
        hex::encode(computed)
    )
}

fn binding(vector: &Vector) -> Decision<Binding> {
    Binding::new(
        &vector.profile(),
        &vector.exporter(),
        &bytes(&vector.inputs["certificateRequestContext"]),
        &bytes(&vector.inputs["endEntityCertificate"]),
    )
}

#[test]
fn exporter_values() {
    judge_all("exporter", |vector| {
        let (exporter, profile) = (vector.exporter(), vector.profile());
        let secrets = Secrets::new(&exporter, vector.sender())?;
        let context = bytes(&vector.inputs["certificateRequestContext"]);
        let exported =
            exporter.export(&profile.exporter_label, &context, profile.exporter_length)?;
        same(
            &secrets.handshake_context,
            &vector.output["handshakeContext"],
        )?;
        same(&secrets.finished_key, &vector.output["finishedKey"])?;
        same(&exported, &vector.output["exportedValue"])
    });
}

#[test]
fn bindings() {
    judge_all("bindings", |vector| {
        let binding = binding(vector)?;
        same(&binding.nonce, &vector.output["binding"])?;
        same(&binding.aik_hash, &vector.output["aikPubHash"])
    });
}

#[test]
fn requests() {
    // The others only the sender can see (notes in the file).
    let seen = [
        "Structure",
        "TrailingBytes",
        "Length",
        "WrongType",
        "NoSchemes",
        "SchemeList",
        "ExtensionTwice",
    ];
    for vector in vectors("requests") {
        let octets = bytes(&vector.output["request"]);
        let decision = Request::read_from(vector.sender(), &octets);
        let refused = vector
            .flags
            .first()
            .is_some_and(|flag| seen.contains(&flag.as_str()));
        assert_eq!(
            decision.is_err(),
            refused,
            "{} {:?}",
            vector.id,
            decision.err()
        );
    }
}

fn appraise_evidence(vector: &Vector) -> Decision<()> {
    evidence::appraise(
        &vector.profile(),
        vector.media_type(),
        &bytes(&vector.output["evidence"]),
        &binding(vector)?,
        vector.measurement().as_deref(),
        &vector.anchors("attestation"),
        vector.now(),
    )
}

#[test]
fn evidence_in_cwt() {
    judge_all("evidence-cwt", appraise_evidence);
}

#[test]
fn evidence_in_jwt() {
    judge_all("evidence-jwt", appraise_evidence);
}

#[test]
fn attestation_results() {
    judge_all("attestation-results", |vector| {
        result::appraise(
            vector.media_type(),
            &bytes(&vector.output["attestationResult"]),
            &bytes(&vector.inputs["endEntityCertificate"]),
            &vector.anchors("results"),
            vector.now(),
        )
    });
}

#[test]
fn wrappers() {
    judge_all("cmw", |vector| {
        let profile = vector.profile();
        let extension = profile.carry(bytes(&vector.output["cmwData"]))?;
        let leaf = CertificateEntry {
            cert_data: bytes(&vector.inputs["endEntityCertificate"]).into(),
            extensions: vec![extension].into(),
        };
        let validated = Validated {
            context: bytes(&vector.inputs["certificateRequestContext"]),
            entries: vec![leaf],
            requested: true,
        };
        let measurement = vector.measurement();
        let relying_party = vector.relying_party(&profile, measurement.as_deref());
        relying_party
            .judge(&vector.exporter(), &validated)
            .map(|_| ())
    });
}

/// Validates the authenticator of a vector as the peer of its sender.
fn validate(vector: &Vector) -> Decision<()> {
    let inputs = &vector.inputs;
    let client_hello = ClientHello {
        extension_types: inputs["clientHello"]
            .as_array()
            .map_or_else(Vec::new, |types| {
                types.iter().map(crate::published::read).collect()
            }),
        schemes: vec![0x0403, 0x0503, 0x0807, 0x0804, 0x0805, 0x0806],
    };
    let mut session = Session::new(vector.sender().peer(), client_hello);
    for context in inputs["consumedContexts"].as_array().unwrap() {
        session.consume(bytes(context));
    }
    let request = [&inputs["request"], &vector.output["request"]]
        .into_iter()
        .find(|request| request.is_string())
        .map(bytes);
    let (exporter, profile, measurement) =
        (vector.exporter(), vector.profile(), vector.measurement());
    let relying_party = vector.relying_party(&profile, measurement.as_deref());
    let validated = session.validate(
        &exporter,
        request.as_deref(),
        &bytes(&vector.output["authenticator"]),
        &vector.anchors("pkix"),
        relying_party.now,
    )?;
    relying_party.judge(&exporter, &validated).map(|_| ())
}

#[test]
fn authenticators() {
    judge_all("authenticators", validate);
}

#[test]
fn transcripts() {
    judge_all("transcript", validate);
}

#[test]
fn exchanges() {
    judge_all("exchanges", validate);
}

#[test]
fn spontaneous_ones_are_judged_and_empty_ones_are_never_valid() {
    for vector in vectors("empty-and-spontaneous") {
        if vector.kind == "authenticator" {
            let decision = validate(&vector);
            assert_eq!(
                decision.is_ok(),
                vector.valid,
                "{}: {decision:?}",
                vector.id
            );
            continue;
        }
        let session = Session::new(vector.sender().peer(), ClientHello::default());
        let decision = session.validate(
            &vector.exporter(),
            Some(&bytes(&vector.inputs["request"])),
            &bytes(&vector.output["authenticator"]),
            &Default::default(),
            rustls::pki_types::UnixTime::now(),
        );
        let code = decision.err().map(|refusal| refusal.code);
        assert!(code.is_some(), "{} was accepted", vector.id);
        assert_eq!(
            code == Some("empty-authenticator"),
            vector.valid,
            "{}",
            vector.id
        );
    }
}

#[test]
fn what_an_ed25519_key_makes_is_the_same_octet_by_octet() {
    let mut made = 0;
    for vector in vectors("transcript").iter().filter(|vector| vector.valid) {
        let mut session = Session::new(vector.sender(), ClientHello::default());
        let request = session
            .read_request(&bytes(&vector.inputs["request"]))
            .unwrap();
        let (exporter, identity) = (vector.exporter(), vector.identity());
        let authenticator = session.authenticate(&exporter, &request, &identity, Vec::new());
        let expected = vector.output["authenticator"].as_str().unwrap();
        assert_eq!(
            hex::encode(authenticator.unwrap()),
            expected,
            "{}",
            vector.id
        );
        made += 1;
    }
    for vector in vectors("empty-and-spontaneous") {
        if vector.kind == "empty" && vector.valid {
            let mut session = Session::new(vector.sender(), ClientHello::default());
            let request = session
                .read_request(&bytes(&vector.inputs["request"]))
                .unwrap();
            let declined = session.decline(&vector.exporter(), &request).unwrap();
            assert_eq!(
                declined,
                bytes(&vector.output["authenticator"]),
                "{}",
                vector.id
            );
            made += 1;
        }
    }
    assert!(made >= 8);
}

#[test]
fn evidence_that_is_made_is_right_with_each_kind_of_key() {
    for topic in ["evidence-cwt", "evidence-jwt"] {
        let vectors = vectors(topic);
        let right: Vec<_> = vectors
            .iter()
            .filter(|vector| vector.id.ends_with("/right"))
            .collect();
        assert_eq!(right.len(), 4, "Ed25519, P-256, P-384 and RSA");
        for vector in right {
            let message = &vector.source["message"];
            let (chain, key) = vector.key(&message["key"]);
            let environment = evidence::Environment {
                ueid: bytes(&message["ueid"]),
                measurement: bytes(&message["measurement"]),
                key,
                chain,
            };
            let (profile, binding) = (vector.profile(), binding(vector).unwrap());
            let make = |media_type| evidence::make(&profile, media_type, &environment, &binding);
            let appraise = |media_type, evidence: &[u8]| {
                let (anchors, now) = (vector.anchors("attestation"), vector.now());
                let reference = Some(environment.measurement.as_slice());
                evidence::appraise(
                    &profile, media_type, evidence, &binding, reference, &anchors, now,
                )
            };
            for (media_type, other) in [
                (MediaType::Cwt, MediaType::Jwt),
                (MediaType::Jwt, MediaType::Cwt),
            ] {
                let made = make(media_type).unwrap();
                appraise(media_type, &made).unwrap();
                assert!(appraise(other, &made).is_err(), "{}", vector.id);
            }
        }
    }
}
