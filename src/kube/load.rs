//! From the tree of a document to a value: aliases and merge keys expanded, within bounds.

use std::sync::Arc;

use crate::kube::provenance::Provenance;
use crate::kube::value::{Entry, Kind, Map, Scalar, Value};
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::syntax::{NodeKind, NodeRef, Style};
use crate::text::Span;

/// Most values that aliases may add to one document.
const ALIAS_BUDGET: usize = 200_000;
/// Deepest nesting of one value, aliases expanded.
const DEPTH: usize = 300;

/// Why a document cannot become a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct LoadError {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: LoadErrorKind,
}

/// What can be wrong with a document that parses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadErrorKind {
    /// A map key that is a list or a map.
    #[error("a map key must be a text")]
    ComplexKey,
    /// A resource's map key that reads as a number, boolean or null.
    #[error("the map key `{0}` is not a string")]
    KeyNotString(String),
    /// `<<` with something other than maps.
    #[error("a merge key (`<<`) must refer to a map or a list of maps")]
    MergeKey,
    /// Aliases multiply the document beyond the limit.
    #[error("aliases expand this document beyond {ALIAS_BUDGET} values")]
    AliasBomb,
    /// Nested beyond the limit.
    #[error("the document is nested deeper than {DEPTH} levels")]
    TooDeep,
}

impl LoadErrorKind {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::ComplexKey => "write the key as a plain text",
            Self::KeyNotString(_) => "put it in quotes",
            Self::MergeKey => "refer to a map with `<<: *name`, or write the values out",
            Self::AliasBomb => "write the values out instead of repeating aliases of aliases",
            Self::TooDeep => "nest it less deeply",
        }
    }
}

/// Expands a node to a value under the rules of `dialect`.
///
/// Of duplicate keys the last wins; the syntax tree has already reported them.
pub fn load(node: NodeRef<'_>, dialect: Dialect) -> Result<Value, LoadError> {
    Loader { dialect, budget: ALIAS_BUDGET, towards_annotations: 0 }.value(node, 0, false)
}

/// The text of a `>` block after kustomize has written and read it once more, as it does with every
/// object: each line that is followed by an indented one gains an empty line (go-yaml doubles the
/// line break, as if the lines would be joined).
fn rewritten(text: &Arc<str>) -> Arc<str> {
    let blank = |text: &str| text.starts_with([' ', '\t']);
    // What it cannot write as a block it writes in quotes, and those change nothing.
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || c > '\u{fffd}';
    let in_quotes = text.contains(" \n") || text.ends_with(' ') || text.contains(odd);
    if in_quotes || blank(text.trim_start_matches('\n')) || !text.contains('\n') {
        return Arc::clone(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = &**text;
    while let Some(at) = rest.find('\n') {
        let line = &rest[..at];
        let breaks = rest[at..].len() - rest[at..].trim_start_matches('\n').len();
        result.push_str(&rest[..at + breaks]);
        rest = &rest[at + breaks..];
        if !line.is_empty() && !blank(line) && blank(rest) {
            result.push('\n');
        }
    }
    result.push_str(rest);
    result.into()
}

/// Where the annotations of an object are. Kustomize always writes their texts anew, and then not
/// as blocks.
const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

struct Loader {
    dialect: Dialect,
    budget: usize,
    /// How many keys on the way to the annotations have been followed.
    towards_annotations: usize,
}

impl Loader {
    fn value(
        &mut self,
        node: NodeRef<'_>,
        depth: usize,
        aliased: bool,
    ) -> Result<Value, LoadError> {
        let fail = |kind| LoadError { span: node.span(), kind };
        if depth > DEPTH {
            return Err(fail(LoadErrorKind::TooDeep));
        }
        let aliased = aliased || node.is_alias();
        if aliased {
            self.budget =
                self.budget.checked_sub(1).ok_or_else(|| fail(LoadErrorKind::AliasBomb))?;
        }
        let kind = match &node.target().raw().kind {
            NodeKind::Scalar { text, style, .. } => {
                let tag = node.tag(self.dialect).unwrap_or(Tag::Str);
                let quoted = *style != Style::Plain;
                let folded = *style == Style::Folded
                    && self.dialect == Dialect::Resource
                    && self.towards_annotations < ANNOTATIONS.len();
                let text = if folded { rewritten(text) } else { Arc::clone(text) };
                Kind::Scalar(Scalar { tag, text, quoted, open: false })
            }
            NodeKind::List(_) => Kind::List(Arc::new(
                node.items()
                    .map(|item| self.value(item, depth + 1, aliased))
                    .collect::<Result<_, _>>()?,
            )),
            NodeKind::Map(_) => Kind::Map(Arc::new(self.map(node, depth, aliased)?)),
            NodeKind::Alias(_) => return Err(fail(LoadErrorKind::TooDeep)),
        };
        Ok(Value { kind, provenance: Provenance::declared(node.span()) })
    }

    fn map(&mut self, node: NodeRef<'_>, depth: usize, aliased: bool) -> Result<Map, LoadError> {
        let mut own = Vec::with_capacity(node.entries().len());
        let mut merged: Vec<Entry> = Vec::new();
        for (key, value) in node.entries() {
            let fail = |kind| LoadError { span: key.span(), kind };
            let text = key.text().ok_or_else(|| fail(LoadErrorKind::ComplexKey))?;
            if text == "<<" && key.span().end - key.span().start == 2 {
                self.merge(value, depth, &mut merged)?;
                continue;
            }
            if self.dialect == Dialect::Resource && key.tag(self.dialect) != Some(Tag::Str) {
                return Err(fail(LoadErrorKind::KeyNotString(text.to_owned())));
            }
            let follows =
                self.towards_annotations == depth && ANNOTATIONS.get(depth) == Some(&text);
            self.towards_annotations += usize::from(follows);
            let value = self.value(value, depth + 1, aliased)?;
            self.towards_annotations -= usize::from(follows);
            own.push(Entry { key: self.key(key, text), key_span: key.span(), value });
        }
        // Of merged maps the first wins, and the map's own keys win over all: last in `collect`.
        merged.reverse();
        Ok(merged.into_iter().chain(own).collect())
    }

    /// On the way to JSON a key becomes a text: for Kubernetes' tools `on` is the key `true`.
    fn key(&self, key: NodeRef<'_>, text: &str) -> Arc<str> {
        if self.dialect == Dialect::Plain {
            return text.into();
        }
        let name = match key.tag(self.dialect) {
            Some(Tag::Bool) => scalar::bool_value(text).map(|value| value.to_string()),
            Some(Tag::Int) => scalar::int_value(text).map(|value| value.to_string()),
            Some(Tag::Null) => Some("null".to_owned()),
            _ => None,
        };
        name.map_or_else(|| text.into(), Into::into)
    }

    fn merge(
        &mut self,
        node: NodeRef<'_>,
        depth: usize,
        merged: &mut Vec<Entry>,
    ) -> Result<(), LoadError> {
        let fail = || LoadError { span: node.span(), kind: LoadErrorKind::MergeKey };
        let sources: Vec<_> = if node.is_list() { node.items().collect() } else { vec![node] };
        for source in sources {
            if !source.is_map() {
                return Err(fail());
            }
            let value = self.value(source, depth + 1, true)?;
            merged.extend(value.as_map().ok_or_else(fail)?.iter().cloned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LoadErrorKind, load};
    use crate::kube::Value;
    use crate::syntax::{parse_yaml, scalar::Dialect};
    use crate::text::FileId;

    fn value(text: &str) -> Result<Value, LoadErrorKind> {
        let parsed = parse_yaml(FileId(0), text);
        load(parsed.documents[0].root(), Dialect::Resource).map_err(|error| error.kind)
    }

    #[test]
    fn merge_keys_yield_to_own_keys_and_the_first_source_wins() {
        let value = value(
            "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\nd: {\"<<\": 1}\n",
        )
        .unwrap();
        let text = |path: &[&str]| value.at(path).and_then(Value::text).unwrap().to_owned();
        assert_eq!(text(&["c", "x"]), "3");
        assert_eq!(text(&["c", "y"]), "1");
        assert_eq!(text(&["c", "z"]), "2");
        assert_eq!(text(&["d", "<<"]), "1");
    }

    #[test]
    fn folded_texts_gain_the_empty_lines_that_kustomize_gives_them() {
        let text = "a: >-\n  (x -\n    y\n  )\n  z\n\n  v\nb: |\n  x\n    y\nc: >-\n  x \n    y\nmetadata:\n  annotations:\n    a: >-\n      x\n        y\n";
        let value = value(text).unwrap();
        let text = |key: &str| value.get(key).and_then(Value::text).unwrap().to_owned();
        assert_eq!(text("a"), "(x -\n\n  y\n) z\nv");
        assert_eq!(text("b"), "x\n  y\n");
        assert_eq!(text("c"), "x \n  y");
        let note = value.at(&["metadata", "annotations", "a"]).and_then(Value::text);
        assert_eq!(note, Some("x\n  y"));
    }

    #[test]
    fn keys_of_configurations_become_texts() {
        let parsed = parse_yaml(FileId(0), "{on: 1, 010: 2, \"on\": 3, a: 4}");
        let value = load(parsed.documents[0].root(), Dialect::Config).unwrap();
        let keys: Vec<_> = value.as_map().unwrap().iter().map(|entry| &*entry.key).collect();
        assert_eq!(keys, ["8", "a", "on", "true"]);
        let parsed = parse_yaml(FileId(0), "{on: yes, 010: 2026-01-01}");
        let value = load(parsed.documents[0].root(), Dialect::Plain).unwrap();
        assert_eq!(value.get("on").and_then(Value::as_str), Some("yes"));
        assert_eq!(value.get("010").and_then(Value::as_str), Some("2026-01-01"));
    }

    #[test]
    fn bombs_and_odd_keys_are_refused() {
        let levels = (1..9).map(|level| {
            let inner = format!("*a{}, ", level - 1).repeat(10);
            format!("a{level}: &a{level} [{inner}]\n")
        });
        let first = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        let bomb: String = std::iter::once(first).chain(levels).collect();
        assert_eq!(value(&bomb).unwrap_err(), LoadErrorKind::AliasBomb);
        assert_eq!(value("1: a").unwrap_err(), LoadErrorKind::KeyNotString("1".to_owned()));
        assert_eq!(value("[a]: a").unwrap_err(), LoadErrorKind::ComplexKey);
    }
}
