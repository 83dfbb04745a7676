//! The tags that stand for Content-Formats (draft-ietf-rats-msg-wrap section 3.2).

use crate::refusal::Decision;
use crate::refuse;

/// The first tag number that stands for a Content-Format, and the last (section 3.2).
const FIRST_TAG: u64 = 1_668_546_817;
const LAST_TAG: u64 = 1_668_612_095;

/// TN() (RFC 9277 appendix B): of 256 numbers 255 are used.
pub fn number(content_format: u64) -> u64 {
    FIRST_TAG + content_format / 255 * 256 + content_format % 255
}

/// Gives the Content-Format of a tag.
pub fn content_format(tag: u64) -> Decision<u64> {
    if !(FIRST_TAG..=LAST_TAG).contains(&tag) {
        return refuse!("cmw", "tag {tag} is that of no Content-Format");
    }
    let format = (tag - FIRST_TAG) / 256 * 255 + (tag - FIRST_TAG) % 256;
    match number(format) == tag {
        true => Ok(format),
        false => refuse!("cmw", "tag {tag} is that of no Content-Format"),
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_TAG, LAST_TAG, content_format, number};

    #[test]
    fn tag_numbers_are_those_of_rfc_9277() {
        for format in [0, 254, 255, 263, 264, 60_000, 65_024] {
            assert_eq!(content_format(number(format)).unwrap(), format);
        }
        assert!(content_format(FIRST_TAG - 1).is_err());
        assert!(content_format(LAST_TAG + 1).is_err());
        assert!(
            content_format(FIRST_TAG + 255).is_err(),
            "the number that is left out"
        );
    }
}
