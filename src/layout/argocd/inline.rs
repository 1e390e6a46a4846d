//! The text `helm.values` of a template as the tree that it is, every value with its own place.
//!
//! Each expression stands for a part of a value, so the text is read with words of the same length
//! in the place of the expressions, and the words are replaced in the tree.

use std::sync::Arc;

use crate::kube::{Entry, Kind, Map, Value, load};
use crate::layout::argocd::fill::{filled, is_open, told_by};
use crate::layout::argocd::params::Params;
use crate::source::Snapshot;
use crate::syntax::parse_embedded;
use crate::syntax::scalar::{Dialect, Tag, resolve};

/// Longest text that is looked at.
const LONGEST: usize = 20_000;
/// Most expressions in one text.
const MOST_WORDS: usize = 200;
/// Deepest tree that is looked at.
const DEPTH: usize = 100;

/// An Application with the tree in the place of the text, wherever that can be read.
pub(super) fn with_trees(mut body: Value, snapshot: &Snapshot, params: &Params, go: bool) -> Value {
    let Some(spec) = body.as_map_mut().and_then(|map| map.get_mut("spec")?.as_map_mut()) else {
        return body;
    };
    let replace = |source: &mut Value| {
        let helm = source.as_map_mut().and_then(|map| map.get_mut("helm")?.as_map_mut());
        let Some(helm) = helm.filter(|helm| helm.get("valuesObject").is_none()) else { return };
        let Some(entry) = helm.entry("values").cloned() else { return };
        if let Some(value) = tree(&entry.value, snapshot, params, go) {
            helm.remove("values");
            helm.insert(Entry { key: "valuesObject".into(), value, ..entry });
        }
    };
    if let Some(source) = spec.get_mut("source") {
        replace(source);
    }
    spec.get_mut("sources").and_then(Value::as_list_mut).into_iter().flatten().for_each(replace);
    body
}

/// The tree of a text that expressions stand in.
fn tree(text: &Value, snapshot: &Snapshot, params: &Params, go: bool) -> Option<Value> {
    let source = text.text().filter(|text| is_open(text) && text.len() <= LONGEST)?;
    let span = text.provenance.first().span;
    let mut words = Vec::new();
    let inner = hidden(source, source, &mut words)?;
    let outer = hidden(snapshot.slice(span), source, &mut Vec::new())?;
    let parsed = parse_embedded(&inner, &outer, span);
    let ([document], [], None) = (&parsed.documents[..], &parsed.problems[..], parsed.template)
    else {
        return None;
    };
    let tree =
        load(document.root(), Dialect::Config).ok().filter(|tree| tree.as_map().is_some())?;
    shown(&tree, &words, params, go, 0)
}

/// A word and the expression that it stands for.
type Hidden = (String, String);

/// The text with a word of the same length in the place of each expression; nothing if some of
/// them are no parts of values, or if `all` has such words itself.
fn hidden(text: &str, all: &str, words: &mut Vec<Hidden>) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let end = rest[at..].find("}}").map(|end| at + end + 2)?;
        let expression = &rest[at..end];
        let trims = expression.starts_with("{{-") || expression.ends_with("-}}");
        let mut word = format!("Zq{}", words.len());
        let many = words.len() >= MOST_WORDS;
        if many || trims || expression.contains('\n') || word.len() > expression.len() {
            return None;
        }
        while word.len() < expression.len() {
            word.push('z');
        }
        if all.contains(&word) {
            return None;
        }
        result.push_str(&rest[..at]);
        result.push_str(&word);
        words.push((word, expression.to_owned()));
        rest = &rest[end..];
    }
    result.push_str(rest);
    Some(result)
}

/// The tree with what the expressions yield in the place of the words.
fn shown(
    value: &Value,
    words: &[Hidden],
    params: &Params,
    go: bool,
    depth: usize,
) -> Option<Value> {
    if depth > DEPTH {
        return None;
    }
    match &value.kind {
        Kind::Scalar(scalar) => {
            let template =
                words.iter().fold(scalar.text.to_string(), |text, (word, expression)| {
                    text.replace(word.as_str(), expression)
                });
            if template == *scalar.text {
                return Some(value.clone());
            }
            let mut scalar = scalar.clone();
            let (text, spans) = filled(&template, params, go).unwrap_or((template, Vec::new()));
            // What would be more than one value of a plain text is not looked into.
            if !scalar.quoted && (text.contains('\n') || text.contains(": ") || text.contains(" #"))
            {
                return None;
            }
            if !scalar.quoted {
                scalar.tag =
                    if is_open(&text) { Tag::Str } else { resolve(&text, Dialect::Config) };
            }
            scalar.text = text.into();
            let provenance = told_by(&value.provenance, &spans);
            Some(Value { kind: Kind::Scalar(scalar), provenance })
        }
        Kind::List(items) => {
            let items = items.iter().map(|item| shown(item, words, params, go, depth + 1));
            let kind = Kind::List(Arc::new(items.collect::<Option<_>>()?));
            Some(Value { kind, ..value.clone() })
        }
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| {
                let hides = words.iter().any(|(word, _)| entry.key.contains(word.as_str()));
                let value = shown(&entry.value, words, params, go, depth + 1);
                value.filter(|_| !hides).map(|value| Entry { value, ..entry.clone() })
            });
            let map: Map = entries.collect::<Option<Vec<_>>>()?.into_iter().collect();
            Some(Value { kind: Kind::Map(Arc::new(map)), ..value.clone() })
        }
    }
}
