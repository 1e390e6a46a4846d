//! YAML as the tables that the reader decodes: texts, lists and maps, each with its place.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::ConfigError;
use crate::config::reader::Reader;
use crate::syntax::scalar::{Dialect, Tag};
use crate::syntax::{NodeRef, ProblemKind, parse_yaml};
use crate::text::Span;

/// Deepest nesting: a list in an entry of the list of a file has four levels.
const DEPTH: usize = 6;

/// The map of every document. Aliases are refused: a list of exceptions needs none, and they can
/// make a small file very large.
pub(super) fn tables(reader: &mut Reader, text: &str) -> Vec<DeTable<'static>> {
    let parsed = parse_yaml(reader.file, text);
    for problem in &parsed.problems {
        let help = match &problem.kind {
            ProblemKind::DuplicateKey { .. } => "remove one of them",
            _ => "the file must be YAML from beginning to end",
        };
        let message = problem.kind.to_string();
        reader.errors.push(ConfigError::at(problem.span, message).help(help));
    }
    let mut tables = Vec::new();
    for root in parsed.documents.iter().map(|document| document.root()) {
        if root.is_null() {
            continue;
        }
        match value(reader, root, DEPTH).map(Spanned::into_inner) {
            Some(DeValue::Table(table)) => tables.push(table),
            Some(_) => reader.errors.push(
                ConfigError::at(root.span(), "the file must be a map")
                    .help("write `exception:` and a list of exceptions below it"),
            ),
            None => {}
        }
    }
    tables
}

fn value(
    reader: &mut Reader,
    node: NodeRef<'_>,
    depth: usize,
) -> Option<Spanned<DeValue<'static>>> {
    let mut refuse = |message: String, help: &str| {
        reader.errors.push(ConfigError::at(node.span(), message).help(help));
        None
    };
    if node.is_alias() {
        return refuse("aliases are not read here".to_owned(), "write the value out");
    }
    if depth == 0 {
        return refuse(
            "the file is nested too deeply".to_owned(),
            "an exception has no inner maps",
        );
    }
    let value = if node.is_map() {
        DeValue::Table(table(reader, node, depth))
    } else if node.is_list() {
        DeValue::Array(node.items().filter_map(|item| value(reader, item, depth - 1)).collect())
    } else {
        let text = node.text().unwrap_or_default();
        match node.tag(Dialect::Config) {
            Some(Tag::Str) => DeValue::String(Cow::Owned(text.to_owned())),
            Some(Tag::Null) | None => {
                return refuse("the value is missing".to_owned(), "add it, or remove the key");
            }
            Some(_) => {
                let message = format!("`{text}` is not read as a text");
                return refuse(message, "put it in quotes");
            }
        }
    };
    Some(Spanned::new(place(node).range(), value))
}

/// The place that a message about the node points at: of a map its first key and value.
fn place(node: NodeRef<'_>) -> Span {
    let first = node.entries().next();
    first.map_or(node.span(), |(key, content)| key.span().to(content.span()))
}

fn table(reader: &mut Reader, node: NodeRef<'_>, depth: usize) -> DeTable<'static> {
    let mut table = DeTable::new();
    for (key, content) in node.entries() {
        let Some(name) = key.text().filter(|_| !key.is_alias()) else {
            reader.error(key.span().range(), "a key must be a text");
            continue;
        };
        if let Some(content) = value(reader, content, depth - 1) {
            table.insert(Spanned::new(key.span().range(), Cow::Owned(name.to_owned())), content);
        }
    }
    table
}
