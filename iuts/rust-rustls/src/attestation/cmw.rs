//! RATS conceptual message wrappers: records, tags and collections (draft-ietf-rats-msg-wrap section 3).
//!
//! The crate `cmw` is not used: the build of its version 0.1.2 needs an HTTP client and OpenSSL.

use ciborium::Value as Cbor;
use iri_string::types::UriAbsoluteStr;
use serde_json::{Value as Json, json};

use super::{
    jose::{from_base64url, to_base64url},
    record::{MediaType, Record},
    strict,
};
use crate::refusal::Decision;
use crate::refuse;

/// How deep collections may nest (section 3.3 lets an implementation limit it).
const MAXIMUM_DEPTH: usize = 8;

/// The label of the type of a collection (section 3.3).
const COLLECTION_TYPE: &str = "__cmwc_t";

/// The encoding of a CMW.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    Cbor,
    Json,
}

/// The form of a CMW that is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    #[default]
    Record,
    Tag,
    Collection,
}

/// Tells the encoding of a CMW by its first octet (section 3.4); a signed one has another.
pub fn encoding(octets: &[u8]) -> Decision<Encoding> {
    match octets.first() {
        Some(0x82 | 0x83 | 0x9f | 0xda | 0xa0..=0xbb | 0xbf) => Ok(Encoding::Cbor),
        Some(b'[' | b'{') => Ok(Encoding::Json),
        _ => refuse!("cmw", "no CMW begins like this"),
    }
}

/// Gives the messages of a CMW: one, or all of a collection.
pub fn read(octets: &[u8]) -> Decision<Vec<Record>> {
    let mut records = Vec::new();
    match encoding(octets)? {
        Encoding::Cbor => read_cbor(strict::cbor(octets)?, MAXIMUM_DEPTH, &mut records)?,
        Encoding::Json => read_json(&strict::json(octets)?, MAXIMUM_DEPTH, &mut records)?,
    }
    Ok(records)
}

fn read_cbor(item: Cbor, depth: usize, records: &mut Vec<Record>) -> Decision<()> {
    match item {
        Cbor::Array(members) => records.push(read_cbor_record(members)?),
        Cbor::Tag(number, content) => match *content {
            Cbor::Bytes(value) => records.push(Record {
                media_type: MediaType::of_content_format(content_format(number)?)?,
                value,
                indicator: None,
            }),
            _ => return refuse!("cmw", "the tag is not around a byte string"),
        },
        Cbor::Map(members) => {
            check_depth(depth)?;
            let before = records.len();
            for (label, member) in members {
                match (label, member) {
                    (Cbor::Text(label), Cbor::Text(kind)) if label == COLLECTION_TYPE => {
                        check_collection_type(&kind)?;
                    }
                    (Cbor::Text(label), _) if label == COLLECTION_TYPE => {
                        return refuse!("cmw", "the type of the collection is no text");
                    }
                    (Cbor::Text(_) | Cbor::Integer(_), item) => {
                        read_cbor(item, depth - 1, records)?;
                    }
                    _ => return refuse!("cmw", "a label is neither text nor an integer"),
                }
            }
            check_items(before, records)?;
        }
        _ => return refuse!("cmw", "it is neither record nor tag nor collection"),
    }
    Ok(())
}

/// An array of type, value and perhaps indicator (section 3.1).
fn read_cbor_record(members: Vec<Cbor>) -> Decision<Record> {
    let mut members = members.into_iter();
    let (kind, value, indicator) = (members.next(), members.next(), members.next());
    let media_type = match kind {
        Some(Cbor::Text(name)) => MediaType::of_name(&name)?,
        Some(Cbor::Integer(number)) => {
            MediaType::of_content_format(number.try_into().unwrap_or(u64::MAX))?
        }
        _ => return refuse!("cmw", "the type is neither text nor a number"),
    };
    let Some(Cbor::Bytes(value)) = value else {
        return refuse!("cmw", "the value is no byte string");
    };
    let number = |item: &Cbor| item.as_integer().and_then(|number| number.try_into().ok());
    let indicator = match &indicator {
        Some(item) => Some(check_indicator(number(item))?),
        None => None,
    };
    match members.next() {
        Some(_) => refuse!("cmw", "a record has no fourth member"),
        None => Ok(Record {
            media_type,
            value,
            indicator,
        }),
    }
}

fn read_json(item: &Json, depth: usize, records: &mut Vec<Record>) -> Decision<()> {
    match item {
        Json::Array(members) => records.push(read_json_record(members)?),
        Json::Object(members) => {
            check_depth(depth)?;
            let before = records.len();
            for (label, member) in members {
                match member {
                    Json::String(kind) if label == COLLECTION_TYPE => check_collection_type(kind)?,
                    _ if label == COLLECTION_TYPE => {
                        return refuse!("cmw", "the type of the collection is no text");
                    }
                    item => read_json(item, depth - 1, records)?,
                }
            }
            check_items(before, records)?;
        }
        _ => return refuse!("cmw", "it is neither record nor collection"),
    }
    Ok(())
}

/// The same in JSON, where the type is text, and the value base64url whatever it holds (section 3.1).
fn read_json_record(members: &[Json]) -> Decision<Record> {
    let (kind, value, indicator) = match members {
        [Json::String(kind), Json::String(value)] => (kind, value, None),
        [Json::String(kind), Json::String(value), indicator] => (kind, value, Some(indicator)),
        _ => return refuse!("cmw", "a record in JSON is two texts and perhaps a number"),
    };
    let number = |item: &Json| item.as_u64().and_then(|number| number.try_into().ok());
    Ok(Record {
        media_type: MediaType::of_name(kind)?,
        value: from_base64url(value)?,
        indicator: match indicator {
            Some(item) => Some(check_indicator(number(item))?),
            None => None,
        },
    })
}

/// An indicator is within 1 and 2^32-1 (section 3.1).
fn check_indicator(number: Option<u32>) -> Decision<u32> {
    match number {
        Some(bits) if bits != 0 => Ok(bits),
        _ => refuse!("cmw", "the indicator is not within 1 and 2^32-1"),
    }
}

fn check_depth(depth: usize) -> Decision<()> {
    match depth {
        0 => refuse!("cmw", "the collections are nested too deep"),
        _ => Ok(()),
    }
}

/// A collection holds at least one item (section 3.3).
fn check_items(before: usize, records: &[Record]) -> Decision<()> {
    match records.len() {
        now if now == before => refuse!("cmw", "the collection is empty"),
        _ => Ok(()),
    }
}

/// The type of a collection is an absolute URI or an object identifier (section 3.3).
fn check_collection_type(kind: &str) -> Decision<()> {
    if is_oid(kind) || UriAbsoluteStr::new(kind).is_ok() {
        return Ok(());
    }
    refuse!(
        "cmw",
        "the type of the collection is neither a URI nor an OID"
    )
}

/// The `oid` of the CDDL: decimal numbers without leading zeros, of which the first is at most 2.
fn is_oid(text: &str) -> bool {
    let number = |arc: &str| {
        let digits = !arc.is_empty() && arc.bytes().all(|digit| digit.is_ascii_digit());
        digits && (arc == "0" || !arc.starts_with('0'))
    };
    let mut arcs = text.split('.');
    arcs.next()
        .is_some_and(|first| ["0", "1", "2"].contains(&first))
        && arcs.all(number)
}

/// The first tag number that stands for a Content-Format, and the last (section 3.2).
const FIRST_TAG: u64 = 1_668_546_817;
const LAST_TAG: u64 = 1_668_612_095;

/// TN() (RFC 9277 appendix B): of 256 numbers 255 are used.
fn tag_number(content_format: u64) -> u64 {
    FIRST_TAG + content_format / 255 * 256 + content_format % 255
}

fn content_format(tag: u64) -> Decision<u64> {
    if !(FIRST_TAG..=LAST_TAG).contains(&tag) {
        return refuse!("cmw", "tag {tag} is that of no Content-Format");
    }
    let number = (tag - FIRST_TAG) / 256 * 255 + (tag - FIRST_TAG) % 256;
    match tag_number(number) == tag {
        true => Ok(number),
        false => refuse!("cmw", "tag {tag} is that of no Content-Format"),
    }
}

/// Makes a CMW of one message. A tag is always CBOR; a collection has one item.
pub fn make(record: &Record, form: Form, encoding: Encoding) -> Decision<Vec<u8>> {
    const LABEL: &str = "attestation";
    match (form, encoding) {
        (Form::Tag, _) => {
            let value = Cbor::Bytes(record.value.clone());
            let number = tag_number(record.media_type.content_format());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_read() {
        let record = Record {
            media_type: MediaType::Jwt,
            value: b"a.b.c".to_vec(),
            indicator: Some(4),
        };
        for form in [Form::Record, Form::Collection] {
            for encoding in [Encoding::Cbor, Encoding::Json] {
                let octets = make(&record, form, encoding).unwrap();
                assert_eq!(read(&octets).unwrap(), std::slice::from_ref(&record));
            }
        }
        let octets = make(&record, Form::Tag, Encoding::Cbor).unwrap();
        let indicator = None;
        assert_eq!(
            read(&octets).unwrap(),
            [Record {
                indicator,
                ..record
            }]
        );
    }

    #[test]
    fn tag_numbers_are_those_of_rfc_9277() {
        for content_format in [0, 254, 255, 263, 264, 60_000, 65_024] {
            assert_eq!(
                self::content_format(tag_number(content_format)).unwrap(),
                content_format
            );
        }
        assert!(content_format(FIRST_TAG - 1).is_err());
        assert!(content_format(LAST_TAG + 1).is_err());
        assert!(
            content_format(FIRST_TAG + 255).is_err(),
            "the number that is left out"
        );
    }

    #[test]
    fn the_type_of_a_collection_is_absolute() {
        for right in [
            "1.2.840.113549",
            "2.999.1",
            "tag:example.org,2026:a",
            "https://example.org/a?b",
        ] {
            assert!(check_collection_type(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            ".1.2",
            "1.2.",
            "1..2",
            "3.1",
            "1.02",
            "a/b",
            "//example.org",
            "https://example.org/#a",
        ] {
            assert!(check_collection_type(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn base64url_is_strict() {
        for wrong in ["YQ==", "YR", "Y Q", "YQ\n", "+_8", "YWJjZ"] {
            let text = json!(["application/eat+jwt", wrong, 4]).to_string();
            assert!(read(text.as_bytes()).is_err(), "{wrong:?}");
        }
        assert!(read(br#"["application/eat+jwt","YQ",4]"#).is_ok());
        assert!(read(br#"["application/eat+jwt","YQ",4.0]"#).is_err());
        assert!(read(br#"["application/eat+jwt","YQ",0]"#).is_err());
    }
}
