//! The claims of an EAT, in CBOR (RFC 8392) and in JSON (RFC 7519), by one interface.

use ciborium::Value as Cbor;
use rustls::pki_types::UnixTime;
use serde_json::{Map, Value as Json};

use super::{cose, jose, jose::from_base64url, profile::Label, record::MediaType, strict};
use crate::authenticator::path::Anchors;
use crate::{refusal::Decision, refuse};

/// A map of claims in which no key comes twice.
pub enum Claims {
    Cbor(Vec<(Cbor, Cbor)>),
    Json(Map<String, Json>),
}

impl Claims {
    /// Reads the claims of a token, once its signature and the chain of its key are right. Its times count.
    pub fn of(
        media_type: MediaType,
        token: &[u8],
        anchors: &Anchors,
        now: UnixTime,
    ) -> Decision<Self> {
        let claims = match media_type {
            MediaType::Cwt => {
                let payload = cose::verify(token, anchors, now)?.payload;
                match strict::cbor(&payload.unwrap_or_default())? {
                    Cbor::Map(members) => Claims::Cbor(members),
                    _ => return refuse!("malformed", "the claims are no map"),
                }
            }
            MediaType::Jwt => match strict::json(&jose::verify(token, anchors, now)?.payload)? {
                Json::Object(members) => Claims::Json(members),
                _ => return refuse!("malformed", "the claims are no object"),
            },
        };
        claims.check_times(now)?;
        Ok(claims)
    }

    /// exp and nbf (RFC 7519 sections 4.1.4 and 4.1.5), and that iat, as they, is an integer (RFC 9711 section 4.3.1).
    fn check_times(&self, now: UnixTime) -> Decision<()> {
        self.integer(&Label::new(6, "iat"))?;
        let now = i128::from(now.as_secs());
        if self
            .integer(&Label::new(4, "exp"))?
            .is_some_and(|exp| now >= exp)
        {
            return refuse!("policy", "it has expired");
        }
        if self
            .integer(&Label::new(5, "nbf"))?
            .is_some_and(|nbf| now < nbf)
        {
            return refuse!("policy", "it does not count yet");
        }
        Ok(())
    }

    /// Gives a claim of bytes, in JSON base64url, where it is there.
    pub fn bytes(&self, label: &Label) -> Decision<Option<Vec<u8>>> {
        match self {
            Claims::Cbor(members) => match numbered(members, label.number) {
                None => Ok(None),
                Some(Cbor::Bytes(octets)) => Ok(Some(octets.clone())),
                Some(_) => refuse!("malformed", "claim {} is no byte string", label.number),
            },
            Claims::Json(members) => match members.get(&label.name) {
                None => Ok(None),
                Some(Json::String(text)) => from_base64url(text).map(Some),
                Some(_) => refuse!("malformed", "claim {} is no text", label.name),
            },
        }
    }

    /// Gives a claim that is an integer, where it is there.
    fn integer(&self, label: &Label) -> Decision<Option<i128>> {
        let value = match self {
            Claims::Cbor(members) => {
                numbered(members, label.number).map(|value| value.as_integer().map(i128::from))
            }
            Claims::Json(members) => members.get(&label.name).map(|value| {
                let signed = value.as_i64().map(i128::from);
                signed.or_else(|| value.as_u64().map(i128::from))
            }),
        };
        match value {
            Some(None) => refuse!("malformed", "claim {} is no integer", label.name),
            Some(integer) => Ok(integer),
            None => Ok(None),
        }
    }

    /// Says whether a claim is the number in CBOR, or the text in JSON.
    pub fn is(&self, label: &Label, number: i64, text: &str) -> bool {
        match self {
            Claims::Cbor(members) => {
                numbered(members, label.number) == Some(&Cbor::Integer(number.into()))
            }
            Claims::Json(members) => members.get(&label.name).and_then(Json::as_str) == Some(text),
        }
    }

    /// Gives the maps of claims within a claim, by whatever keys: the submodules.
    pub fn maps(self, label: &Label) -> Decision<Vec<Claims>> {
        let maps: Option<Vec<Claims>> = match self {
            Claims::Cbor(members) => match take(members, label.number) {
                Some(Cbor::Map(submodules)) => {
                    let claims = |(_, value): (Cbor, Cbor)| value.into_map().ok().map(Claims::Cbor);
                    submodules.into_iter().map(claims).collect()
                }
                _ => None,
            },
            Claims::Json(mut members) => match members.remove(&label.name) {
                Some(Json::Object(submodules)) => submodules
                    .into_iter()
                    .map(|(_, value)| match value {
                        Json::Object(claims) => Some(Claims::Json(claims)),
                        _ => None,
                    })
                    .collect(),
                _ => None,
            },
        };
        match maps {
            Some(maps) => Ok(maps),
            None => refuse!("malformed", "claim {} holds no maps of claims", label.name),
        }
    }

    /// Gives the bytes under a name, which is text in CBOR too, within the map that a claim is.
    pub fn bytes_within(&self, label: &Label, name: &str) -> Decision<Option<Vec<u8>>> {
        match self {
            Claims::Cbor(members) => {
                let Some(Cbor::Map(inner)) = numbered(members, label.number) else {
                    return Ok(None);
                };
                let found = inner.iter().find(|(key, _)| key.as_text() == Some(name));
                match found {
                    None => Ok(None),
                    Some((_, Cbor::Bytes(octets))) => Ok(Some(octets.clone())),
                    Some(_) => refuse!("malformed", "{name} is no byte string"),
                }
            }
            Claims::Json(members) => {
                match members.get(&label.name).and_then(|inner| inner.get(name)) {
                    None => Ok(None),
                    Some(Json::String(text)) => from_base64url(text).map(Some),
                    Some(_) => refuse!("malformed", "{name} is no text"),
                }
            }
        }
    }
}

fn numbered(members: &[(Cbor, Cbor)], number: i64) -> Option<&Cbor> {
    let key = Cbor::Integer(number.into());
    let member = members.iter().find(|(each, _)| *each == key);
    member.map(|(_, value)| value)
}

fn take(members: Vec<(Cbor, Cbor)>, number: i64) -> Option<Cbor> {
    let key = Cbor::Integer(number.into());
    let member = members.into_iter().find(|(each, _)| *each == key);
    member.map(|(_, value)| value)
}
