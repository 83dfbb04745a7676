//! The type of a collection (draft-ietf-rats-msg-wrap section 3.3).

use iri_string::types::UriAbsoluteStr;

use crate::refusal::Decision;
use crate::refuse;

/// The type of a collection is an absolute URI or an object identifier (section 3.3).
pub fn check(kind: &str) -> Decision<()> {
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

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn the_type_of_a_collection_is_absolute() {
        for right in [
            "1.2.840.113549",
            "2.999.1",
            "tag:example.org,2026:a",
            "https://example.org/a?b",
        ] {
            assert!(check(right).is_ok(), "{right}");
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
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
