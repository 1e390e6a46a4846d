//! What a generator tells a template: names and values, each with the bytes that say it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kube::{Entry, Kind, Map, Provenance, Value};
use crate::text::Span;

/// One set of parameters: what makes one Application.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    /// By name. Without Go templates the names are whole paths (`metadata.labels.env`) and the
    /// values texts; with them the values are trees.
    pub values: BTreeMap<Arc<str>, Value>,
    /// Something in the cluster tells more: a name that is not here may still have a value.
    pub open: bool,
}

impl Params {
    /// The value at the end of a path of names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        self.values.get(*first)?.at(rest)
    }

    /// The text of a name, of a whole path without Go templates.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::text)
    }

    /// The text that a selector or a merge key means: the names of a tree are joined with dots.
    pub(super) fn flat(&self, name: &str) -> Option<&str> {
        self.text(name).or_else(|| {
            let mut parts = name.splitn(3, '.');
            let path: Vec<&str> = parts.by_ref().collect();
            self.at(&path).and_then(Value::text)
        })
    }

    /// Sets a text.
    pub(super) fn set(&mut self, name: &str, text: &str, span: Span) {
        self.values.insert(name.into(), told(text, span));
    }

    /// These parameters with others over them. Trees are merged where `trees` says so.
    pub(super) fn with(&self, other: &Self, trees: bool) -> Self {
        let mut both = self.clone();
        both.open |= other.open;
        for (name, value) in &other.values {
            let merged = match both.values.get(name) {
                Some(below) if trees => merged(below, value, 0),
                _ => value.clone(),
            };
            both.values.insert(Arc::clone(name), merged);
        }
        both
    }

    /// All names with their texts, the names of trees joined with dots.
    pub(super) fn texts(&self) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        for (name, value) in &self.values {
            flatten(name, value, 0, &mut found);
        }
        found
    }
}

/// Deeper trees are not looked into.
const DEPTH: usize = 20;

/// A text with the bytes that say it.
pub(super) fn told(text: &str, span: Span) -> Value {
    Value::string(text, Provenance::declared(span))
}

/// A tree over another: maps merge, anything else is replaced.
pub(super) fn merged(below: &Value, above: &Value, depth: usize) -> Value {
    let (Some(base), Some(over)) = (below.as_map(), above.as_map()) else { return above.clone() };
    if depth > DEPTH {
        return above.clone();
    }
    let mut map: Map = base.clone();
    for entry in over {
        let value = match map.get(&entry.key) {
            Some(known) => merged(known, &entry.value, depth + 1),
            None => entry.value.clone(),
        };
        map.insert(Entry { value, ..entry.clone() });
    }
    Value::map(map, above.provenance.clone())
}

/// How many values a tree has; a text counts once more for each [`TEXT`] bytes.
pub(super) fn size(value: &Value, depth: usize) -> usize {
    match &value.kind {
        Kind::Scalar(scalar) => 1 + scalar.text.len() / TEXT,
        _ if depth > DEEPEST => 1,
        Kind::List(items) => items.iter().map(|item| size(item, depth + 1)).sum::<usize>() + 1,
        Kind::Map(map) => map.iter().map(|e| size(&e.value, depth + 1)).sum::<usize>() + 1,
    }
}

/// The bytes of a text that weigh like one value.
const TEXT: usize = 100;
/// Deeper trees are not measured.
const DEEPEST: usize = 300;

/// Adds the texts of a tree under names joined with dots; lists count from zero.
pub(super) fn flatten(name: &str, value: &Value, depth: usize, found: &mut Vec<(String, Value)>) {
    if depth > DEPTH {
        return;
    }
    if let Some(map) = value.as_map() {
        for entry in map {
            flatten(&format!("{name}.{}", entry.key), &entry.value, depth + 1, found);
        }
    } else if let Some(items) = value.as_list() {
        for (at, item) in items.iter().enumerate() {
            flatten(&format!("{name}.{at}"), item, depth + 1, found);
        }
    } else {
        found.push((name.to_owned(), value.clone()));
    }
}
