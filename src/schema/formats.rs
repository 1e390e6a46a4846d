//! The formats of texts that the API server insists on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kube::quantity;

/// A format: its name, and what holds for a text that has it.
pub(super) type Format = (&'static str, fn(&str) -> bool);

/// Formats by name, and what holds for a text of each. Those that the API server reads in another
/// way than JSON Schema does, or not at all, hold for every text.
pub(super) const FORMATS: &[Format] = &[
    ("byte", is_base64),
    ("quantity", is_quantity),
    ("date", any),
    ("duration", any),
    ("email", any),
    ("hostname", any),
    ("idn-email", any),
    ("idn-hostname", any),
    ("ipv4", any),
    ("ipv6", any),
    ("iri", any),
    ("iri-reference", any),
    ("json-pointer", any),
    ("regex", any),
    ("relative-json-pointer", any),
    ("time", any),
    ("uri", any),
    ("uri-reference", any),
    ("uri-template", any),
    ("uuid", any),
];

fn any(_: &str) -> bool {
    true
}

/// Whether a text is what Go decodes into bytes: standard base64 that may be broken into lines.
fn is_base64(text: &str) -> bool {
    let unbroken: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(unbroken).is_ok()
}

fn is_quantity(text: &str) -> bool {
    quantity::quantity(text.trim()).is_some()
}

#[cfg(test)]
mod tests {
    use super::{is_base64, is_quantity};

    #[test]
    fn quantities_are_those_of_the_api() {
        for text in ["1", "500m", "1.5Gi", "1e3", "-1", "0.1", "100M", "+2k", ".5"] {
            assert!(is_quantity(text), "{text}");
        }
        for text in ["1Gb", "1 Gi", "", "Gi", "1GiB", "1,5", "0x10"] {
            assert!(!is_quantity(text), "{text}");
        }
    }

    #[test]
    fn base64_may_be_broken_into_lines() {
        assert!(is_base64("aGVs\nbG8="));
        assert!(!is_base64("aGVsbG8"));
        assert!(!is_base64("plain text"));
    }
}
