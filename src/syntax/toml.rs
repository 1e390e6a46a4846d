//! TOML: the crate's spanned tables to the tree.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::syntax::comment::Comment;
use crate::syntax::compose::Composer;
use crate::syntax::node::{Document, NodeId, NodeKind};
use crate::syntax::scalar::Tag;
use crate::syntax::store::{Parsed, Problem, ProblemKind};
use crate::text::{FileId, Span};

/// Deepest nesting of tables and lists that is accepted.
const NESTING: usize = 200;

/// Parses a whole file to one document. Never fails: what is wrong stands in [`Parsed::problems`].
///
/// The span of a table is its header, of one in a line its braces. Dates and times are timestamps.
/// A `#` outside of keys and values begins a comment.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let place = |range: std::ops::Range<usize>| {
        let end = range.end.min(text.len());
        Span::new(file, range.start.min(end), end)
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems = errors.iter().map(|error| {
        let reason = error.message().lines().next().unwrap_or("this is not TOML").to_owned();
        let range = error.span().filter(|range| !range.is_empty());
        let range = range.unwrap_or_else(|| line_at(text, error.span().map_or(0, |at| at.start)));
        Problem { span: place(range), kind: ProblemKind::Syntax(reason) }
    });
    let mut parsed = Parsed { problems: problems.collect(), ..Parsed::default() };
    if !parsed.problems.is_empty() {
        return parsed;
    }
    let mut builder = Builder { place, composer: Composer::default(), too_deep: None };
    builder.table(table.get_ref(), place(0..text.len()), 0);
    if let Some(span) = builder.too_deep {
        let reason = format!("tables are nested deeper than {NESTING} levels");
        parsed.problems.push(Problem { span, kind: ProblemKind::Syntax(reason) });
        return parsed;
    }
    parsed.documents.extend(builder.composer.finish_read());
    let leaves: Vec<Span> = parsed.documents.iter().flat_map(leaves).collect();
    parsed.comments = comments(file, text, leaves);
    parsed
}

/// The content of the line around a place where something is missing.
fn line_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let indentation = line.len() - line.trim_start().len();
    start + indentation..start + indentation + line.trim().len()
}

/// The places of the keys and values that hold no others.
fn leaves(document: &Document) -> impl Iterator<Item = Span> {
    let scalars = document.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Scalar { .. }));
    scalars.map(|node| node.span)
}

/// What stands behind a `#` in no leaf, by lines.
fn comments(file: FileId, text: &str, mut leaves: Vec<Span>) -> Vec<Comment> {
    leaves.sort_unstable();
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let inside = |at: usize| {
            let place = Span::new(file, at, at + 1);
            let before = leaves.partition_point(|leaf| leaf.start <= place.start);
            before.checked_sub(1).and_then(|it| leaves.get(it)).is_some_and(|it| it.contains(place))
        };
        let sign = content.match_indices('#').find(|&(at, _)| !inside(start + at));
        if let Some((at, _)) = sign {
            comments.push(Comment {
                span: Span::new(file, start + at, start + content.len()),
                text: content.get(at + 1..).unwrap_or_default().into(),
                trailing: content.get(..at).is_some_and(|before| !before.trim().is_empty()),
            });
        }
        start += line.len();
    }
    comments
}

struct Builder<P> {
    place: P,
    composer: Composer,
    too_deep: Option<Span>,
}

impl<P: Fn(std::ops::Range<usize>) -> Span> Builder<P> {
    fn table(&mut self, table: &DeTable<'_>, span: Span, depth: usize) -> NodeId {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let entries = pairs.into_iter().map(|(key, value)| {
            let name: Arc<str> = Arc::from(&**key.get_ref());
            let key = self.composer.scalar((self.place)(key.span()), Tag::Str, name);
            (key, self.value(value, depth + 1))
        });
        let entries = entries.collect();
        self.composer.map(span, entries)
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> NodeId {
        let span = (self.place)(value.span());
        if depth > NESTING {
            self.too_deep.get_or_insert(span);
            return self.composer.scalar(span, Tag::Null, Arc::from(""));
        }
        let (tag, text): (Tag, Arc<str>) = match value.get_ref() {
            DeValue::Table(table) => return self.table(table, span, depth),
            DeValue::Array(items) => {
                let items = items.iter().map(|item| self.value(item, depth + 1)).collect();
                return self.composer.list(span, items);
            }
            DeValue::String(text) => {
                return self.composer.scalar(span, Tag::Str, Arc::from(&**text));
            }
            DeValue::Integer(number) => (Tag::Int, integer(number)),
            DeValue::Float(number) => (Tag::Float, float(number.as_str())),
            DeValue::Boolean(value) => (Tag::Bool, value.to_string().into()),
            DeValue::Datetime(time) => (Tag::Timestamp, time.to_string().into()),
        };
        self.composer.plain(span, tag, text)
    }
}

/// A whole number in decimal digits, as far as it is one of 64 bits.
fn integer(number: &DeInteger<'_>) -> Arc<str> {
    let digits = number.as_str();
    match i128::from_str_radix(digits, number.radix()) {
        Ok(value) => value.to_string().into(),
        Err(_too_large) => digits.into(),
    }
}

/// A number as YAML would write it.
fn float(text: &str) -> Arc<str> {
    let bare = text.trim_start_matches(['+', '-']);
    let sign = if text.starts_with('-') { "-" } else { "" };
    match bare {
        "inf" => format!("{sign}.inf").into(),
        "nan" => ".nan".into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::syntax::NodeRef;
    use crate::syntax::scalar::{Dialect, Tag};
    use crate::text::FileId;

    #[test]
    fn comments_stand_outside_of_values() {
        let text = "# one\n'a#b' = \"#x\" # two\nc = '''\n# no\n''' #three\n[t] # é\n";
        let parsed = parse(FileId(0), text);
        let found: Vec<_> = parsed.comments.iter().map(|c| &text[c.span.range()]).collect();
        assert_eq!(found, ["# one", "# two", "#three", "# é"]);
        assert_eq!(parsed.comments.iter().filter(|comment| comment.trailing).count(), 3);
    }

    #[test]
    fn values_keys_and_tables_have_the_places_where_they_are_written() {
        let text = "title = 'x'\n[server]\nport = 0x1F\na.b = 1_000\nsince = 2026-03-01\n\
                    [[pool]]\nname = \"é\"\nratio = -inf\n[[pool]]\nname = 'b'\n";
        let parsed = parse(FileId(0), text);
        assert_eq!(parsed.problems, []);
        let root = parsed.documents[0].root();
        let told = |path: &[&str]| {
            let found = path.iter().fold(root, |node, key| node.get(key).unwrap());
            (found.text().unwrap_or("").to_owned(), text[found.span().range()].to_owned())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(told(&["title"]), pair("x", "'x'"));
        assert_eq!(told(&["server", "port"]), pair("31", "0x1F"));
        assert_eq!(told(&["server", "a", "b"]), pair("1000", "1_000"));
        assert_eq!(told(&["server", "since"]), pair("2026-03-01", "2026-03-01"));
        assert_eq!(told(&["server"]).1, "[server]");
        let pools: Vec<_> = root.get("pool").map(NodeRef::items).unwrap().collect();
        assert_eq!(pools.len(), 2);
        assert_eq!(pools[0].get("name").and_then(NodeRef::text), Some("é"));
        let ratio = pools[0].get("ratio").unwrap();
        assert_eq!((ratio.text(), ratio.tag(Dialect::Plain)), (Some("-.inf"), Some(Tag::Float)));
        assert_eq!(&text[pools[1].span().range()], "[[pool]]");
        let (key, _) = root.get("server").and_then(|s| s.get("a")?.entry("b")).unwrap();
        assert_eq!(&text[key.span().range()], "b");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, at) in [("a = \n", 0), ("a = 1\na = 2\n", 6), ("[x\n", 0), ("a = 1 b\n", 4)] {
            let parsed = parse(FileId(0), text);
            let places: Vec<_> = parsed.problems.iter().map(|p| p.span.start).collect();
            assert!(parsed.is_broken() && places.contains(&at), "{text:?}: {:?}", parsed.problems);
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let lists = format!("a = {}1{}\n", "[".repeat(50_000), "]".repeat(50_000));
        let dotted = format!("{}a = 1\n", "a.".repeat(50_000));
        let header = format!("[{}a]\n", "a.".repeat(50_000));
        let tables = format!("a = {}{}\n", "{a = ".repeat(50_000), "}".repeat(50_000));
        for text in [lists, dotted, header, tables] {
            assert!(parse(FileId(0), &text).is_broken());
        }
    }
}
