//! One conceptual message with its type: what a CMW record and a CMW tag hold (draft-ietf-rats-msg-wrap sections 3.1 and 3.2).

use crate::{refusal::Decision, refuse};

/// The indicator bits of what is read here (section 3.1.1).
pub const EVIDENCE: u32 = 1 << 2;
pub const ATTESTATION_RESULTS: u32 = 1 << 3;

/// The media types that are known (RFC 9782), with their Content-Formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaType {
    Cwt,
    Jwt,
}

impl MediaType {
    pub fn name(self) -> &'static str {
        match self {
            MediaType::Cwt => "application/eat+cwt",
            MediaType::Jwt => "application/eat+jwt",
        }
    }

    pub fn content_format(self) -> u64 {
        match self {
            MediaType::Cwt => 263,
            MediaType::Jwt => 264,
        }
    }

    /// Finds a media type without regard to case and parameters (RFC 2045 section 5.1).
    pub fn of_name(name: &str) -> Decision<Self> {
        let base = name.split(';').next().unwrap_or_default().trim_end();
        match [MediaType::Cwt, MediaType::Jwt]
            .into_iter()
            .find(|known| known.name().eq_ignore_ascii_case(base))
        {
            Some(known) => Ok(known),
            None => refuse!("cmw", "the media type {name:?} is not known"),
        }
    }

    pub fn of_content_format(number: u64) -> Decision<Self> {
        match number {
            263 => Ok(MediaType::Cwt),
            264 => Ok(MediaType::Jwt),
            other => refuse!("cmw", "Content-Format {other} is not known"),
        }
    }
}

/// A message, its type, and what it is, where that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub media_type: MediaType,
    pub value: Vec<u8>,
    pub indicator: Option<u32>,
}
