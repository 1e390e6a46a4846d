//! Writes an exception into a file that may hold others, and leaves those as they are.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::config::Glob;
use crate::finding::Finding;
use crate::source::Snapshot;
use crate::syntax::{NodeKind, NodeRef, parse_yaml};
use crate::text::{FileId, is_unprintable};

/// Where the schemas are published.
const SCHEMAS: &str = "https://raw.githubusercontent.com/paritylint/paritylint/main/schemas";

/// What somebody answers for, and until when.
#[derive(Debug, Clone)]
pub struct Promise {
    /// Who.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// Since when.
    pub created: Date,
    /// Until when.
    pub retire_by: Date,
}

/// The keys and values of an exception, in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Entry {
    pairs: Vec<(&'static str, String)>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `[[exception]]` tables of the configuration.
    Configuration,
    /// `[[exception]]` tables of a file with exceptions.
    Toml,
    /// A list in YAML.
    Yaml,
}

impl Entry {
    /// An exception for this finding and for as little else as possible.
    pub fn for_finding(finding: &Finding, promise: &Promise, snapshot: &Snapshot) -> Self {
        let subject = &finding.subject;
        let glob = |text: &str| quoted(&Glob::literal(text));
        let resource = subject.resource.as_ref();
        let file = snapshot.path(finding.primary().file);
        // Of a finding about lines of a file nothing else is known.
        let in_file = subject.path.is_none() && resource.is_none();
        let pairs = [
            ("rule", Some(quoted(finding.rule))),
            ("unit", subject.unit.as_deref().map(glob)),
            (
                "environments",
                subject.environment.as_ref().map(|name| format!("[{}]", quoted(name))),
            ),
            ("resource", resource.map(|id| glob(&format!("{}/{}", id.gvk.kind, id.name)))),
            ("path", subject.path.as_deref().map(quoted)),
            ("file", in_file.then(|| glob(file.as_str()))),
            ("reason", Some(quoted(&promise.reason))),
            ("owner", Some(quoted(&promise.owner))),
            ("created", Some(promise.created.to_string())),
            ("retire-by", Some(promise.retire_by.to_string())),
            ("ticket", promise.ticket.as_deref().map(quoted)),
        ];
        let pairs = pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        Self { pairs }
    }

    /// The text with the entry at its end; `None` where it cannot be extended so.
    pub fn added_to(&self, text: &str, notation: Notation) -> Option<String> {
        let mut text = text.to_owned();
        if text.trim().is_empty() {
            text = header(notation);
        } else if !text.ends_with('\n') {
            text.push('\n');
        }
        match notation {
            Notation::Configuration | Notation::Toml => {
                text.push('\n');
                text.push_str(&self.toml());
                Some(text)
            }
            Notation::Yaml => self.added_to_list(text),
        }
    }

    /// The entry alone, as it is written into a file of its own.
    pub fn text(&self, notation: Notation) -> String {
        match notation {
            Notation::Configuration | Notation::Toml => self.toml(),
            Notation::Yaml => self.yaml(2, 4),
        }
    }

    /// The entry as a table.
    fn toml(&self) -> String {
        self.pairs.iter().fold("[[exception]]\n".to_owned(), |mut text, (key, value)| {
            // Writing to a `String` does not fail.
            let _ = writeln!(text, "{key} = {value}");
            text
        })
    }

    /// The entry as an element of a list: the dash at one column, the keys at another.
    fn yaml(&self, dash: usize, keys: usize) -> String {
        let mut text = String::new();
        for (at, (key, value)) in self.pairs.iter().enumerate() {
            let indent = if at == 0 {
                format!("{:dash$}{:<width$}", "", "-", width = keys - dash)
            } else {
                " ".repeat(keys)
            };
            let _ = writeln!(text, "{indent}{key}: {value}");
        }
        text
    }

    /// After the last element of the list of the last document, with the same indentation.
    fn added_to_list(&self, mut text: String) -> Option<String> {
        let parsed = parse_yaml(FileId(0), &text);
        if !parsed.problems.is_empty() {
            return None;
        }
        let root = parsed.documents.last().map(|document| document.root());
        let Some(root) = root.filter(|root| !root.is_null()) else {
            text.push_str("exception:\n");
            text.push_str(&self.yaml(2, 4));
            return Some(text);
        };
        let last = root.get("exception")?.items().last()?;
        let (dash, keys) = columns(&text, last)?;
        let end = last.span().range().end;
        let at = text.get(end..)?.find('\n').map_or(text.len(), |line_end| end + line_end + 1);
        text.insert_str(at, &self.yaml(dash, keys));
        Some(text)
    }
}

/// Where the dash and the keys of an element of a block list stand.
fn columns(text: &str, item: NodeRef<'_>) -> Option<(usize, usize)> {
    let start = item.span().range().start;
    let line = text.get(..start)?.rfind('\n').map_or(0, |end| end + 1);
    let before = text.get(line..start)?;
    let dash = before.find('-')?;
    let blank = |text: &str| text.bytes().all(|byte| byte == b' ');
    let is_block =
        matches!(item.raw().kind, NodeKind::Map(_)) && !text.get(start..)?.starts_with('{');
    let own = blank(before.get(..dash)?) && blank(before.get(dash + 1..)?);
    (is_block && own && before.len() > dash + 1).then_some((dash, before.len()))
}

/// What a new file begins with: where editors find its schema.
fn header(notation: Notation) -> String {
    match notation {
        Notation::Configuration => format!("#:schema {SCHEMAS}/paritylint.schema.json\n"),
        Notation::Toml => format!("#:schema {SCHEMAS}/exceptions.schema.json\n"),
        Notation::Yaml => {
            format!("# yaml-language-server: $schema={SCHEMAS}/exceptions.schema.json\n")
        }
    }
}

/// A text in double quotes, as TOML and YAML both read it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            hidden if is_unprintable(hidden) => {
                let code = u32::from(hidden);
                let _ = if code > 0xffff {
                    write!(quoted, "\\U{code:08x}")
                } else {
                    write!(quoted, "\\u{code:04x}")
                };
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Entry, Notation, Promise};
    use crate::config::Config;
    use crate::finding::{Finding, Subject};
    use crate::source::Snapshot;
    use crate::text::{FileId, Span};

    fn entry() -> Entry {
        let promise = Promise {
            owner: "@team\u{1b}[31m".into(),
            reason: "say \"why\"\u{e0001}".into(),
            ticket: None,
            created: date(2026, 12, 1),
            retire_by: date(2027, 1, 31),
        };
        let subject = Subject { unit: Some("apps/{a}".into()), ..Subject::default() };
        let finding = Finding {
            rule: "hotfix-comment",
            ..Finding::at(Span::file_start(FileId(0)), "x").about(subject)
        };
        Entry::for_finding(&finding, &promise, &Snapshot::from_memory([("a[1].yaml", "a: 1\n")]))
    }

    #[test]
    fn a_table_is_what_it_says() {
        let text = entry().added_to("exclude = []", Notation::Configuration).unwrap();
        assert!(text.starts_with("exclude = []\n\n[[exception]]\nrule = \"hotfix-comment\"\n"));
        assert!(!text.contains('\u{1b}'));
        let config = Config::parse(FileId(0), &text).unwrap();
        let exception = &config.exceptions[0];
        assert_eq!(exception.owner.as_deref(), Some("@team\u{1b}[31m"));
        assert_eq!(exception.reason.as_deref(), Some("say \"why\"\u{e0001}"));
        assert!(exception.unit.as_ref().unwrap().matches("apps/{a}"));
        assert!(exception.file.as_ref().unwrap().matches("a[1].yaml"));
        assert!(!exception.file.as_ref().unwrap().matches("a1.yaml"));
    }

    #[test]
    fn a_list_keeps_its_indentation_and_comments() {
        let text = "exception:\n-   rule: x\n    reason: |\n      a\n      b\n# end\n";
        let added = entry().added_to(text, Notation::Yaml).unwrap();
        let start = "exception:\n-   rule: x\n    reason: |\n      a\n      b\n\
                     -   rule: \"hotfix-comment\"\n    unit: \"apps/[{]a[}]\"\n";
        assert!(added.starts_with(start), "{added}");
        assert!(added.ends_with("retire-by: 2027-01-31\n# end\n"), "{added}");
        let new = entry().added_to("", Notation::Yaml).unwrap();
        assert!(new.contains("\nexception:\n  - rule: \"hotfix-comment\"\n    unit: "), "{new}");
        for refused in
            ["exception: []\n", "exception: [{rule: x}]\n", "exception:\n- {a: 1}\n", "["]
        {
            assert!(entry().added_to(refused, Notation::Yaml).is_none(), "{refused}");
        }
    }
}
