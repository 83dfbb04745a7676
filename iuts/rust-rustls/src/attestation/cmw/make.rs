//! Making records, tags and collections.

use ciborium::Value as Cbor;
use serde_json::{Value as Json, json};

use super::{Encoding, Form, tag};
use crate::attestation::{jose::to_base64url, record::Record, strict};
use crate::refusal::Decision;

/// Makes a CMW of one message. A tag is always CBOR; a collection has one item.
pub fn make(record: &Record, form: Form, encoding: Encoding) -> Decision<Vec<u8>> {
    const LABEL: &str = "attestation";
    match (form, encoding) {
        (Form::Tag, _) => {
            let value = Cbor::Bytes(record.value.clone());
            let number = tag::number(record.media_type.content_format());
            strict::to_cbor(&Cbor::Tag(number, Box::new(value)))
        }
        (Form::Record, Encoding::Cbor) => strict::to_cbor(&record_in_cbor(record)),
        (Form::Collection, Encoding::Cbor) => {
            strict::to_cbor(&Cbor::Map(vec![(LABEL.into(), record_in_cbor(record))]))
        }
        (Form::Record, Encoding::Json) => Ok(record_in_json(record).to_string().into_bytes()),
        (Form::Collection, Encoding::Json) => {
            let collection = json!({ LABEL: record_in_json(record) });
            Ok(collection.to_string().into_bytes())
        }
    }
}

fn record_in_cbor(record: &Record) -> Cbor {
    let mut members = vec![
        Cbor::from(record.media_type.name()),
        Cbor::Bytes(record.value.clone()),
    ];
    members.extend(record.indicator.map(Cbor::from));
    Cbor::Array(members)
}

fn record_in_json(record: &Record) -> Json {
    let mut members = vec![
        Json::from(record.media_type.name()),
        to_base64url(&record.value).into(),
    ];
    members.extend(record.indicator.map(Json::from));
    Json::Array(members)
}
