//! Nodes to values. Blocks may repeat, so their keys may stand several times.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kube::{Entry, Map, Provenance, Value};
use crate::syntax::scalar::{Dialect, Tag};
use crate::syntax::{NodeKind, NodeRef};
use crate::text::Span;

/// Deepest nesting that is followed; the parsers accept less.
const DEPTH: usize = 300;

/// The value of a node. What JSON does not know, an alias, is nothing.
pub(super) fn value(node: NodeRef<'_>) -> Value {
    read(node, 0)
}

fn read(node: NodeRef<'_>, depth: usize) -> Value {
    let provenance = Provenance::declared(node.span());
    match &node.raw().kind {
        NodeKind::Scalar { text, .. } => {
            let tag = node.tag(Dialect::Plain).unwrap_or(Tag::Str);
            Value::scalar(tag, Arc::clone(text), provenance)
        }
        NodeKind::List(_) if depth < DEPTH => {
            Value::list(node.items().map(|item| read(item, depth + 1)).collect(), provenance)
        }
        NodeKind::Map(_) if depth < DEPTH => {
            let entries = node.entries().filter_map(|(key, value)| {
                Some(Entry {
                    key: key.text()?.into(),
                    key_span: key.span(),
                    value: read(value, depth + 1),
                })
            });
            Value::map(grouped(entries), provenance)
        }
        _ => Value::scalar(Tag::Null, "", provenance),
    }
}

/// A map of entries whose keys may repeat: blocks are listed or merged by their labels, of anything
/// else the last one counts.
pub(super) fn grouped(entries: impl Iterator<Item = Entry>) -> Map {
    group(entries, false)
}

fn group(entries: impl Iterator<Item = Entry>, behind_label: bool) -> Map {
    let mut groups: BTreeMap<Arc<str>, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        groups.entry(Arc::clone(&entry.key)).or_default().push(entry);
    }
    groups.into_values().filter_map(|group| joined(group, behind_label)).collect()
}

/// One entry for all that have its key; they may be bodies of blocks `behind_label`.
fn joined(mut same: Vec<Entry>, behind_label: bool) -> Option<Entry> {
    if same.len() < 2 {
        return same.pop();
    }
    let first = same.first()?.clone();
    let value = if same.iter().all(|entry| is_bare(&entry.value)) {
        let items = same.iter().filter_map(|entry| entry.value.as_list()).flatten();
        Value::list(items.cloned().collect(), first.value.provenance)
    } else if same.iter().all(|entry| is_labelled(&entry.value)) {
        let entries = same.iter().filter_map(|entry| entry.value.as_map()).flatten();
        Value::map(group(entries.cloned(), true), first.value.provenance)
    } else if behind_label {
        Value::list(same.into_iter().map(|entry| entry.value).collect(), first.value.provenance)
    } else {
        return same.pop();
    };
    Some(Entry { value, ..first })
}

/// Whether a value is the body of a block without labels: a list of it that has no place of its own.
fn is_bare(value: &Value) -> bool {
    let [body] = value.as_list().unwrap_or_default() else { return false };
    body.as_map().is_some() && body.span() == value.span()
}

/// Whether a value is the label of a block with its body: `{ "a": { … } }`.
fn is_labelled(value: &Value) -> bool {
    let Some(map) = value.as_map() else { return false };
    let mut entries = map.iter();
    // The braces of an object stand before its first key, those of a block behind its labels.
    let body = |entry: &Entry| {
        entry.value.as_map().is_some() && entry.key_span.start == value.span().start
    };
    map.len() == 1 && entries.next().is_some_and(body)
}

/// The body of a block: JSON may have it in a list.
pub(super) fn body(node: NodeRef<'_>) -> NodeRef<'_> {
    if node.is_list() { node.items().next().unwrap_or(node) } else { node }
}

/// Blocks of a type that have one label: label, its place, body.
pub(super) fn labelled<'d>(
    root: NodeRef<'d>,
    kind: &'static str,
) -> impl Iterator<Item = (&'d str, Span, NodeRef<'d>)> {
    of_type(root, kind)
        .flat_map(NodeRef::entries)
        .filter_map(|(label, node)| Some((label.text()?, label.span(), body(node))))
}

/// The values of all keys of a name at the top of a file.
pub(super) fn of_type<'d>(
    root: NodeRef<'d>,
    kind: &'static str,
) -> impl Iterator<Item = NodeRef<'d>> {
    root.entries().filter(move |(key, _)| key.text() == Some(kind)).map(|(_, value)| value)
}
