//! Rendered objects as YAML, written as kustomize writes them: keys sorted, lists not indented.

use std::fmt::Write as _;
use std::io;

use crate::kube::{Kind, Resource, Scalar, Value};
use crate::report::place;
use crate::source::Snapshot;
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::text::{is_unprintable, printable};

/// Deepest nesting that is written.
const DEPTH: usize = 400;

/// Writes all objects, one document each; `origins` says beside every value who set it.
pub fn manifests(
    resources: &[Resource],
    origins: Option<&Snapshot>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let mut text = String::new();
    let writer = Writer { origins };
    for (at, resource) in resources.iter().enumerate() {
        if at > 0 {
            text.push_str("---\n");
        }
        writer.block(&resource.body, 0, 0, &mut text);
    }
    out.write_all(text.as_bytes())
}

struct Writer<'s> {
    origins: Option<&'s Snapshot>,
}

impl Writer<'_> {
    /// Writes the lines of a list or map that is not empty; the first is indented already.
    fn block(&self, value: &Value, indent: usize, depth: usize, out: &mut String) {
        if depth > DEPTH {
            return;
        }
        let mut first = true;
        let mut start = |out: &mut String| {
            if !std::mem::take(&mut first) {
                out.push_str(&" ".repeat(indent));
            }
        };
        match &value.kind {
            Kind::Map(map) if !map.is_empty() => {
                for entry in map.iter() {
                    start(out);
                    line_text(&entry.key, out);
                    out.push(':');
                    self.value_of_key(&entry.value, indent, depth, out);
                }
            }
            Kind::List(items) if !items.is_empty() => {
                for item in items.iter() {
                    start(out);
                    out.push_str("- ");
                    if is_flat(item) {
                        self.flat(item, indent, out);
                    } else {
                        self.block(item, indent + 2, depth + 1, out);
                    }
                }
            }
            _ => self.flat(value, indent, out),
        }
    }

    fn value_of_key(&self, value: &Value, indent: usize, depth: usize, out: &mut String) {
        if is_flat(value) {
            out.push(' ');
            self.flat(value, indent, out);
            return;
        }
        let inner = if value.as_list().is_some() { indent } else { indent + 2 };
        out.push('\n');
        out.push_str(&" ".repeat(inner));
        self.block(value, inner, depth + 1, out);
    }

    /// Writes a scalar or an empty list or map, and ends the line.
    fn flat(&self, value: &Value, indent: usize, out: &mut String) {
        let mut several_lines = false;
        match &value.kind {
            Kind::Scalar(Scalar { tag, text }) => {
                several_lines = scalar_text(text, *tag, indent + 2, out);
            }
            Kind::List(_) => out.push_str("[]"),
            Kind::Map(_) => out.push_str("{}"),
        }
        if let Some(snapshot) = self.origins.filter(|_| !several_lines) {
            let place = place::of(snapshot, value.span());
            // Writing to a `String` does not fail.
            let _ = write!(out, " # {}:{}", printable(&place.file), place.start.line);
        }
        out.push('\n');
    }
}

fn is_flat(value: &Value) -> bool {
    match &value.kind {
        Kind::Scalar(_) => true,
        Kind::List(items) => items.is_empty(),
        Kind::Map(map) => map.is_empty(),
    }
}

/// Writes a scalar so that it reads as the same value; whether it took several lines.
fn scalar_text(text: &str, tag: Tag, indent: usize, out: &mut String) -> bool {
    if tag == Tag::Null {
        out.push_str("null");
        return false;
    }
    if tag != Tag::Str {
        out.push_str(text);
        return false;
    }
    if text.contains('\n') && is_literal(text) {
        out.push_str(match text {
            _ if !text.ends_with('\n') => "|-",
            _ if text.ends_with("\n\n") => "|+",
            _ => "|",
        });
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&" ".repeat(indent));
                out.push_str(line);
            }
        }
        return true;
    }
    line_text(text, out);
    false
}

/// Writes a string in one line.
fn line_text(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else if text.chars().any(is_unprintable) || resolves(text) {
        quoted(text, out);
    } else {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    }
}

/// Whether the text without quotes would be no string.
fn resolves(text: &str) -> bool {
    scalar::resolve(text, Dialect::Resource) != Tag::Str
        || scalar::resolve(text, Dialect::Config) != Tag::Str
}

/// Whether the text can stand without quotes.
fn is_plain(text: &str) -> bool {
    let begins = |c: char| "-?:,[]{}#&*!|>'\"%@`= ".contains(c);
    let indicator = text.starts_with(begins)
        && !(text.starts_with(['-', '?', ':'])
            && text[1..].starts_with(|c: char| !c.is_whitespace() && !begins(c)));
    !text.is_empty()
        && text != "<<"
        && !indicator
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.chars().any(is_unprintable)
        && !resolves(text)
}

/// Whether a text of several lines can be written as a `|` block.
fn is_literal(text: &str) -> bool {
    let first = text.lines().find(|line| !line.is_empty()).unwrap_or("");
    !first.starts_with([' ', '\t'])
        && !text.starts_with('\n')
        && !text.chars().any(|c| c != '\n' && c != '\t' && is_unprintable(c))
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            hidden if is_unprintable(hidden) => {
                // Writing to a `String` does not fail.
                let _ = write!(out, "\\U{:08x}", u32::from(hidden));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::manifests;
    use crate::kube::{Resource, ResourceId, Value, load};
    use crate::source::Snapshot;
    use crate::syntax::parse_yaml;
    use crate::syntax::scalar::Dialect;
    use crate::text::{FileId, Span};

    fn object(text: &str) -> Resource {
        let parsed = parse_yaml(FileId(0), text);
        let body = load(parsed.documents[0].root(), Dialect::Resource).unwrap();
        let id = ResourceId::of(&body);
        Resource { original: id.clone(), id, body, origin: Span::file_start(FileId(0)) }
    }

    fn written(text: &str, snapshot: Option<&Snapshot>) -> String {
        let mut out = Vec::new();
        manifests(&[object(text)], snapshot, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn keys_are_sorted_and_values_keep_their_types() {
        let text = "b: [1, 'x', {z: \"on\", y: {}}, []]\na: 'true'\nc: |\n  one\n\n  two\n";
        assert_eq!(
            written(text, None),
            "a: \"true\"\nb:\n- 1\n- x\n- \"y\": {}\n  z: \"on\"\n- []\nc: |\n  one\n\n  two\n"
        );
    }

    #[test]
    fn what_is_written_reads_as_the_same() {
        for value in [
            "",
            " a",
            "a ",
            "- a",
            "a: b",
            "a #b",
            "#",
            "'",
            "\"",
            "1",
            "1e3",
            "null",
            "~",
            "yes",
            "a\nb",
            "a\n",
            "a\n\n",
            "\na",
            " a\nb",
            "\u{1b}[0m",
            "-1.2.3",
            "- ",
            "?",
            ":x",
            "@a",
            "0o7",
            "é",
            "2026-01-01",
            "---",
            "a:",
            "{a}",
            "\t",
            "a\r\nb",
            "<<",
            "=",
            "-",
            "1:30",
        ] {
            let source =
                serde_json::to_string(&serde_json::json!({ "k": [value], value: 1 })).unwrap();
            let first = object(&source).body;
            let again = object(&written(&source, None)).body;
            assert!(first.same(&again), "{value:?}: {}", written(&source, None));
        }
    }

    #[test]
    fn origins_name_file_and_line() {
        let text = "a:\n  b: 1\n";
        let snapshot = Snapshot::from_memory([("x.yaml", text)]);
        assert_eq!(written(text, Some(&snapshot)), "a:\n  b: 1 # x.yaml:2\n");
    }

    #[test]
    fn deep_objects_end() {
        let value = object("a: 1").body;
        let deep = (0..10_000).fold(value, |inner, _| {
            let provenance = inner.provenance.clone();
            Value::list(vec![inner], provenance)
        });
        let mut out = Vec::new();
        let id = ResourceId::default();
        let origin = Span::file_start(FileId(0));
        let resource = Resource { original: id.clone(), id, body: deep, origin };
        manifests(std::slice::from_ref(&resource), None, &mut out).unwrap();
        assert!(out.len() < 2_000);
        // Dropping such a value recurses as well; this test is about writing.
        std::mem::forget(resource);
    }
}
