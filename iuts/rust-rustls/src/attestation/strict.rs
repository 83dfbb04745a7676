//! CBOR and JSON that mean one thing: no key twice, nothing behind them.

use std::{collections::HashSet, fmt};

use ciborium::Value as Cbor;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use crate::refusal::{Decision, Refusal};
use crate::refuse;

/// Reads one CBOR item. ciborium limits the depth and checks that text is UTF-8.
pub fn cbor(octets: &[u8]) -> Decision<Cbor> {
    let mut rest = octets;
    let item = ciborium::from_reader(&mut rest)
        .map_err(|error| Refusal::new("malformed", format!("CBOR: {error}")))?;
    if !rest.is_empty() {
        return refuse!("malformed", "there are octets behind the CBOR item");
    }
    if has_duplicates(&item) {
        return refuse!("malformed", "a map in CBOR holds a key twice");
    }
    Ok(item)
}

/// Gives the octets of an item.
pub fn to_cbor(item: &Cbor) -> Decision<Vec<u8>> {
    let mut octets = Vec::new();
    ciborium::into_writer(item, &mut octets).map_err(|error| Refusal::new("other", error))?;
    Ok(octets)
}

/// Says whether a map within the item holds a key twice (RFC 8949 section 5.6). Keys are compared as they are encoded again,
/// so that the length of an integer does not make another key of it.
fn has_duplicates(item: &Cbor) -> bool {
    match item {
        Cbor::Array(items) => items.iter().any(has_duplicates),
        Cbor::Tag(_, item) => has_duplicates(item),
        Cbor::Map(members) => {
            let mut keys = HashSet::with_capacity(members.len());
            members.iter().any(|(key, value)| {
                let new = to_cbor(key).is_ok_and(|octets| keys.insert(octets));
                !new || has_duplicates(key) || has_duplicates(value)
            })
        }
        _ => false,
    }
}

/// Reads one JSON text.
pub fn json(octets: &[u8]) -> Decision<Json> {
    serde_json::from_slice(octets)
        .map(|Strict(value)| value)
        .map_err(|error| Refusal::new("malformed", format!("JSON: {error}")))
}

/// A JSON value in which no name comes twice; serde_json itself takes the last.
struct Strict(Json);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "the name {name:?} comes twice"
                )));
            }
            members.insert(name, value);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::{cbor, json};

    #[test]
    fn a_key_that_comes_twice_is_refused_at_any_depth() {
        assert!(cbor(&[0xa2, 1, 0, 2, 0]).is_ok());
        assert!(cbor(&[0xa2, 1, 0, 1, 0]).is_err());
        assert!(
            cbor(&[0xa2, 1, 0, 0x18, 1, 0]).is_err(),
            "in two lengths of one integer"
        );
        assert!(cbor(&[0x81, 0xc1, 0xa2, 0x61, b'a', 0, 0x61, b'a', 0]).is_err());
        assert!(json(br#"{"a": 1, "b": 2}"#).is_ok());
        assert!(json(br#"{"a": 1, "\u0061": 1}"#).is_err());
        assert!(json(br#"[{"a": {"b": 1, "b": 1}}]"#).is_err());
    }

    #[test]
    fn nothing_stands_behind_it() {
        assert!(cbor(&[0x00]).is_ok());
        assert!(cbor(&[0x00, 0x00]).is_err());
        assert!(cbor(&[]).is_err());
        assert!(json(b"1 ").is_ok());
        assert!(json(b"1 1").is_err());
    }

    #[test]
    fn depth_is_limited() {
        for nesting in [0x81, 0xc6, 0xa1, 0x9f] {
            assert!(cbor(&[nesting; 60_000]).is_err());
        }
        assert!(json(&[b'['; 60_000]).is_err());
    }
}
