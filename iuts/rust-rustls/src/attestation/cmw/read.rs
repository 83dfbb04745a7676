//! Reading records, tags and collections (draft-ietf-rats-msg-wrap sections 3.1 to 3.4).

use ciborium::Value as Cbor;
use serde_json::Value as Json;

use super::{Encoding, collection_type, encoding, tag};
use crate::attestation::{
    jose::from_base64url,
    record::{MediaType, Record},
    strict,
};
use crate::refusal::Decision;
use crate::refuse;

/// How deep collections may nest (section 3.3 lets an implementation limit it).
const MAXIMUM_DEPTH: usize = 8;

/// The label of the type of a collection (section 3.3).
const COLLECTION_TYPE: &str = "__cmwc_t";

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
                media_type: MediaType::of_content_format(tag::content_format(number)?)?,
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
                        collection_type::check(&kind)?;
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
                    Json::String(kind) if label == COLLECTION_TYPE => collection_type::check(kind)?,
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
