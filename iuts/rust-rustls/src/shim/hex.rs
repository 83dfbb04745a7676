//! Byte strings of the control protocol: lower-case hexadecimal.

use serde::{Deserialize, Deserializer, de::Error};

/// Octets that are hexadecimal in JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.bytes().any(|digit| digit.is_ascii_uppercase()) {
            return Err(D::Error::custom("hexadecimal is in lower case here"));
        }
        hex::decode(text).map(Self).map_err(D::Error::custom)
    }
}

/// Takes the octets out of several.
pub fn octets(several: Vec<Hex>) -> Vec<Vec<u8>> {
    several.into_iter().map(|Hex(each)| each).collect()
}
