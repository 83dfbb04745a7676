//! RATS conceptual message wrappers: records, tags and collections (draft-ietf-rats-msg-wrap section 3).
//!
//! The crate `cmw` is not used: the build of its version 0.1.2 needs an HTTP client and OpenSSL.

mod collection_type;
mod make;
mod read;
mod tag;

use crate::refusal::Decision;
use crate::refuse;

pub use make::make;
pub use read::read;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Encoding, Form, make, read};
    use crate::attestation::record::{MediaType, Record};

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
