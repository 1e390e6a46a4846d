//! References between schemas: where they lead, without asking anybody but the text.

use crate::kube::Value;
use crate::text::Span;

/// The scheme of addresses that stand for files of the repository.
pub(super) const SCHEME: &str = "paritylint:/";
/// Keywords that refer to another schema.
const KEYWORDS: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];
/// Keywords whose values are examples and not schemas.
const DATA: &[&str] = &["const", "default", "enum", "example", "examples"];
/// Keywords whose keys are names and not keywords.
const NAMES: &[&str] = &[
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
];
/// Where the schemas of schemas are, which nobody has to fetch.
const KNOWN: &[&str] = &[
    "http://json-schema.org/draft-",
    "http://json-schema.org/schema",
    "https://json-schema.org/draft/",
    "https://json-schema.org/schema",
];
/// Most references of one document that are followed.
const MOST: usize = 20_000;
/// The versions of the language that call `id` what all others call `$id`.
const OLD: &[&str] = &["draft-03", "draft-04"];

/// A reference of a schema.
#[derive(Debug)]
pub(super) struct Reference<'v> {
    /// As it is written.
    pub(super) text: &'v str,
    /// Where it is written.
    pub(super) span: Span,
    /// The address around it.
    pub(super) base: String,
}

/// The references of a document at `base`, in the order of its keys.
pub(super) fn all<'v>(root: &'v Value, base: &str) -> Vec<Reference<'v>> {
    let version = root.get("$schema").and_then(Value::as_str).unwrap_or("");
    let id = if OLD.iter().any(|old| version.contains(old)) { "id" } else { "$id" };
    let mut search = Search { id, found: Vec::new() };
    search.value(root, base, false);
    search.found
}

/// The address that the document gives itself, without a fragment.
pub(super) fn own_address(root: &Value, base: &str) -> Option<String> {
    let version = root.get("$schema").and_then(Value::as_str).unwrap_or("");
    let id = if OLD.iter().any(|old| version.contains(old)) { "id" } else { "$id" };
    resolve(base, root.get(id)?.as_str()?)
}

struct Search<'v> {
    id: &'static str,
    found: Vec<Reference<'v>>,
}

impl<'v> Search<'v> {
    /// `names` says that the keys of the value are names.
    fn value(&mut self, value: &'v Value, base: &str, names: bool) {
        for item in value.as_list().unwrap_or_default() {
            self.value(item, base, false);
        }
        let Some(map) = value.as_map() else { return };
        let own = map.get(self.id).filter(|_| !names).and_then(Value::as_str);
        let base = own.and_then(|id| resolve(base, id)).unwrap_or_else(|| base.to_owned());
        for entry in map {
            let key = &*entry.key;
            match entry.value.as_str() {
                Some(text) if !names && KEYWORDS.contains(&key) && self.found.len() < MOST => {
                    let (span, base) = (entry.value.span(), base.clone());
                    self.found.push(Reference { text, span, base });
                }
                _ if !names && DATA.contains(&key) => {}
                _ => self.value(&entry.value, &base, !names && NAMES.contains(&key)),
            }
        }
    }
}

/// Whether everybody has the document at the address.
pub(super) fn is_known(address: &str) -> bool {
    KNOWN.iter().any(|known| address.starts_with(known))
}

/// The address that a reference means, without its fragment; nothing where it stays in its document.
pub(super) fn resolve(base: &str, reference: &str) -> Option<String> {
    let reference = reference.split('#').next().unwrap_or("");
    if reference.is_empty() {
        return None;
    }
    if has_scheme(reference) {
        return Some(reference.to_owned());
    }
    let scheme = base.split(':').next().unwrap_or("");
    if reference.starts_with("//") {
        return Some(format!("{scheme}:{reference}"));
    }
    let rest = base.get(scheme.len() + 1..).unwrap_or("");
    let (authority, path) = match rest.strip_prefix("//") {
        Some(host) => {
            let end = host.find('/').unwrap_or(host.len());
            (format!("//{}", &host[..end]), &host[end..])
        }
        None => (String::new(), rest),
    };
    let directory = path.rfind('/').map_or("/", |at| &path[..=at]);
    let whole = if reference.starts_with('/') {
        reference.to_owned()
    } else {
        format!("{directory}{reference}")
    };
    let mut segments: Vec<&str> = Vec::new();
    for segment in whole.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    Some(format!("{scheme}:{authority}/{}", segments.join("/")))
}

/// Whether the reference says by which way it is to be fetched.
pub(super) fn has_scheme(reference: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(letters)
    })
}

/// A path as part of an address.
pub(super) fn escaped(path: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.' | b'/') {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{has_scheme, resolve};

    #[test]
    fn addresses_are_resolved_as_the_standard_says() {
        for (base, reference, address) in [
            ("paritylint:/schemas/a.json", "b.json#/x", Some("paritylint:/schemas/b.json")),
            ("paritylint:/schemas/a.json", "../b.json", Some("paritylint:/b.json")),
            ("paritylint:/schemas/a.json", "/b.json", Some("paritylint:/b.json")),
            ("paritylint:/a.json", "./x/../b.json", Some("paritylint:/b.json")),
            ("paritylint:/a.json", "#/x", None),
            ("https://example.org/s/a.json", "b.json", Some("https://example.org/s/b.json")),
            ("https://example.org", "b.json", Some("https://example.org/b.json")),
            ("https://example.org/a", "//example.net/b", Some("https://example.net/b")),
            ("urn:example:a", "file:///etc/passwd", Some("file:///etc/passwd")),
        ] {
            assert_eq!(resolve(base, reference).as_deref(), address, "{base} {reference}");
        }
        assert!(!has_scheme("a/b:c.json") && !has_scheme("1a:b"));
    }
}
