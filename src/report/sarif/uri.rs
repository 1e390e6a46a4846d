//! Paths as relative URIs.

use std::fmt::Write as _;

/// Escapes everything but unreserved characters and `/`: no path reads as a scheme, a query or a
/// fragment.
pub(super) fn encode(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn nothing_but_a_path_is_left() {
        assert_eq!(encode("a b/ü?#.yaml"), "a%20b/%C3%BC%3F%23.yaml");
        assert_eq!(encode("http:x%2F"), "http%3Ax%252F");
    }
}
