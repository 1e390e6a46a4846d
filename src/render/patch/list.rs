//! The merge of lists whose elements are named by keys.
//!
//! Well-formed lists take the short way. The long way retraces kustomize step by step, because
//! what it does to lists with missing keys, nulls or repeated elements follows no simpler rule.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use crate::kube::Cursor;
use crate::kube::Map;
use crate::kube::Value;
use crate::render::patch::strategic::{
    DIRECTIVE, Directive, Outcome, adopt, adopt_inner, directive, is_tidy, merge_values, tidy,
};
use crate::render::patch::{PatchError, shape};
use crate::text::Span;

/// Most elements that the long way accepts: it takes quadratic time.
const LONG_WAY: usize = 2_000;

/// What a list is merged with.
#[derive(Debug)]
pub(super) enum Other {
    /// Nothing: only the object has it.
    Nothing,
    /// Itself: only the patch has it.
    Itself,
    /// The elements of the patch.
    Patch(Vec<Value>),
}

/// A merged list.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) items: Vec<Value>,
    /// The elements of the patch that have deleted one.
    pub(super) deletions: Vec<Span>,
}

/// Merges a list by `keys`; the patch's elements come first.
pub(super) fn merge(
    target: Vec<Value>,
    other: Other,
    keys: &[Box<str>],
    element: Cursor<'_>,
) -> Result<Merged, PatchError> {
    let keys: Vec<&str> =
        if keys.is_empty() { vec![""] } else { keys.iter().map(|key| &**key).collect() };
    match (&keys[..], other) {
        (&[key], Other::Patch(patch)) if is_unique(&target, key) && is_unique(&patch, key) => {
            merge_unique(target, &patch, key, element)
        }
        (_, other) => LongWay { target, other, keys, element, deletions: Vec::new() }.run(),
    }
}

/// Removes the elements of a patch's list that hold its directive.
pub(super) fn remove_directives(items: &mut Vec<Value>, directive: Directive) {
    let word = match directive {
        Directive::Merge => "merge",
        Directive::Replace => "replace",
        Directive::Delete => "delete",
    };
    items.retain(|item| !is_void(item) && item.get(DIRECTIVE).and_then(Value::text) != Some(word));
}

/// Whether merging a list with nothing leaves it as it is.
pub(super) fn is_regular(items: &[Value], keys: &[Box<str>]) -> bool {
    match keys {
        [] => is_unique(items, ""),
        [key] => is_unique(items, key),
        keys => {
            let mut seen = BTreeSet::new();
            let present: Vec<&str> = keys
                .iter()
                .map(|key| &**key)
                .filter(|key| items.iter().any(|item| item.get(key).is_some()))
                .collect();
            items.iter().all(|item| {
                let names: Vec<&str> = present.iter().filter_map(|key| name(item, key)).collect();
                !names.is_empty() && names.len() == present.len() && seen.insert(names)
            })
        }
    }
}

/// Whether every element has a name of its own.
fn is_unique(items: &[Value], key: &str) -> bool {
    let mut seen = BTreeSet::new();
    items.iter().all(|item| name(item, key).is_some_and(|name| seen.insert(name)))
}

/// The text under `key`, or of the scalar itself for the empty key.
fn name<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    let value = if key.is_empty() { item } else { item.get(key)? };
    value.text().filter(|text| !text.is_empty())
}

fn merge_unique(
    target: Vec<Value>,
    patch: &[Value],
    key: &str,
    element: Cursor<'_>,
) -> Result<Merged, PatchError> {
    let mut deletions = Vec::new();
    let mut places = BTreeMap::new();
    for (at, item) in target.iter().enumerate() {
        places.insert(name(item, key).unwrap_or("").to_owned(), at);
    }
    let mut rest: Vec<Option<Value>> = target.into_iter().map(Some).collect();
    let mut merged = Vec::with_capacity(rest.len() + patch.len());
    for change in patch {
        let old = name(change, key).and_then(|name| places.get(name));
        match old.and_then(|&at| rest[at].take()) {
            Some(mut item) => match merge_values(&mut item, change, element)? {
                Outcome::Deleted => deletions.push(change.span()),
                Outcome::Kept => merged.push(item),
                // The list of the object still holds the old element, and it wins.
                Outcome::Replaced(new) => {
                    item.provenance = item.provenance.then_all(&new.provenance);
                    merged.push(item);
                }
            },
            None => merged.extend(adopt(change, element)?),
        }
    }
    for mut item in rest.into_iter().flatten() {
        if !is_tidy(&item, element) {
            tidy(&mut item, element)?;
        }
        merged.push(item);
    }
    Ok(Merged { items: merged, deletions })
}

struct LongWay<'k> {
    target: Vec<Value>,
    other: Other,
    keys: Vec<&'k str>,
    element: Cursor<'k>,
    deletions: Vec<Span>,
}

impl LongWay<'_> {
    fn run(mut self) -> Result<Merged, PatchError> {
        let patch: &[Value] = if let Other::Patch(patch) = &self.other { patch } else { &[] };
        if self.target.len() + patch.len() > LONG_WAY {
            let span = patch.first().or(self.target.first()).map(Value::span);
            let message =
                format!("a list of more than {LONG_WAY} irregular elements cannot be merged");
            return span.map_or(Ok(Merged::default()), |span| {
                Err(PatchError::new(span, message).help("replace the list with a JSON patch"))
            });
        }
        let mut names: Vec<Vec<String>> = Vec::new();
        for item in patch.iter().chain(&self.target) {
            let texts = self.keys.iter().map(|key| raw_name(item, key).to_owned()).collect();
            if !names.contains(&texts) {
                names.push(texts);
            }
        }
        if names.is_empty() {
            return Ok(Merged { items: self.target, deletions: self.deletions });
        }
        if self.keys.len() > 1 {
            unite(&mut names);
        }
        let used: Vec<usize> = used_keys(&names, self.keys.len());
        let keys: Vec<&str> = used.iter().map(|&at| self.keys[at]).collect();
        let mut items = Vec::new();
        for texts in &names {
            let texts: Vec<&str> = used.iter().map(|&at| &*texts[at]).collect();
            match self.walk(&keys, &texts)?.filter(|value| !is_void(value)) {
                Some(value) => set(&mut items, Some(&value), &keys, &texts)?,
                None => set(&mut self.target, None, &keys, &texts)?,
            }
        }
        append(&mut items, &self.target, &keys)?;
        Ok(Merged { items, deletions: self.deletions })
    }

    /// Merges the elements of this name; `None` when there is none left.
    fn walk(&mut self, keys: &[&str], texts: &[&str]) -> Result<Option<Value>, PatchError> {
        // Names are looked up by the keys that have one, or by all if none has.
        let named: Vec<(&str, &str)> = keys
            .iter()
            .copied()
            .zip(texts.iter().copied())
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let named = if named.is_empty() {
            keys.iter().copied().zip(texts.iter().copied()).collect()
        } else {
            named
        };
        let find = |items: &[Value]| {
            items.iter().position(|item| named.iter().all(|(key, text)| is_named(item, key, text)))
        };
        let at = find(&self.target);
        let element = self.element;
        let change = match &mut self.other {
            Other::Nothing => None,
            Other::Itself => {
                let Some(at) = at else { return Ok(None) };
                let value = adopt_inner(&self.target[at], element)?;
                match &value {
                    Some(value) => self.target[at] = value.clone(),
                    None => elide(&mut self.target[at]),
                }
                return Ok(value);
            }
            Other::Patch(patch) => find(patch).map(|at| &mut patch[at]),
        };
        match (at, change) {
            (None, None) => Ok(None),
            (Some(at), None) => {
                let item = &mut self.target[at];
                if !is_tidy(item, element) {
                    tidy(item, element)?;
                }
                Ok(Some(item.clone()))
            }
            (None, Some(change)) => {
                let value = adopt(change, element)?;
                elide(change);
                Ok(value)
            }
            (Some(at), Some(change)) => {
                let item = &mut self.target[at];
                let outcome = if item.is_null() || change.is_null() {
                    Outcome::Deleted
                } else {
                    merge_values(item, change, element)?
                };
                elide(change);
                Ok(match outcome {
                    Outcome::Kept => Some(item.clone()),
                    Outcome::Replaced(value) => Some(value),
                    Outcome::Deleted => {
                        self.deletions.push(change.span());
                        None
                    }
                })
            }
        }
    }
}

/// Kustomize removes a directive from the patch once it has obeyed it.
fn elide(change: &mut Value) {
    if matches!(directive(change), Ok(Some(_)))
        && let Some(map) = change.as_map_mut()
    {
        map.remove(DIRECTIVE);
    }
}

/// Gives names that differ only in missing parts all the parts that either has.
fn unite(names: &mut [Vec<String>]) {
    for first in 0..names.len() {
        // Its parts of now count, even if it gets more on the way.
        let parts = names[first].clone();
        for second in 0..names.len() {
            if let Some(both) = united(&parts, &names[second]) {
                names[first].clone_from(&both);
                names[second] = both;
            }
        }
    }
}

fn united(first: &[String], second: &[String]) -> Option<Vec<String>> {
    let mut pairs = first.iter().zip(second);
    let fits = pairs.clone().all(|(a, b)| a == b || a.is_empty() || b.is_empty());
    if !fits || !pairs.any(|(a, b)| a == b) {
        return None;
    }
    let parts = first.iter().zip(second).map(|(a, b)| if a.is_empty() { b } else { a });
    Some(parts.cloned().collect())
}

/// The keys that any element has; all of them if none has one.
fn used_keys(names: &[Vec<String>], keys: usize) -> Vec<usize> {
    let used: Vec<usize> =
        (0..keys).filter(|&at| names.iter().any(|texts| !texts[at].is_empty())).collect();
    if used.is_empty() { (0..keys).collect() } else { used }
}

/// Whether an element is null or an empty map: kustomize drops those.
fn is_void(item: &Value) -> bool {
    item.is_null() || item.as_map().is_some_and(Map::is_empty)
}

/// The text of a scalar as written, that of a null too; empty for anything else.
fn raw(value: &Value) -> &str {
    value.as_scalar().map_or("", |scalar| &*scalar.text)
}

/// The text under a key whatever its type; empty where there is none.
fn raw_name<'v>(item: &'v Value, key: &str) -> &'v str {
    let value = if key.is_empty() { Some(item) } else { item.get(key) };
    value.and_then(Value::text).unwrap_or("")
}

fn is_named(item: &Value, key: &str, text: &str) -> bool {
    if key.is_empty() {
        raw_name(item, "") == text
    } else {
        item.get(key).is_some_and(|value| raw(value) == text)
    }
}

/// Puts `value` in the place of the elements of this name, or at the end; `None` removes them.
///
/// An empty text stands for any value here, and texts may be fewer than keys.
fn set(
    items: &mut Vec<Value>,
    value: Option<&Value>,
    keys: &[&str],
    texts: &[&str],
) -> Result<(), PatchError> {
    let maps_only = keys.first().is_some_and(|key| !key.is_empty())
        && texts.first().is_some_and(|text| !text.is_empty());
    let mut found = false;
    let mut result = Vec::with_capacity(items.len() + 1);
    for item in mem::take(items) {
        if is_void(&item) {
            continue;
        }
        if maps_only && item.as_map().is_none() {
            result.push(item);
        } else if matches(&item, keys, texts)? {
            found = true;
            result.extend(value.cloned());
        } else if !texts.is_empty() {
            result.push(item);
        }
    }
    if !found {
        result.extend(value.cloned());
    }
    *items = result;
    Ok(())
}

fn matches(item: &Value, keys: &[&str], texts: &[&str]) -> Result<bool, PatchError> {
    if texts.is_empty() {
        return Ok(false);
    }
    for (key, text) in keys.iter().zip(texts) {
        let fits =
            if key.is_empty() { item.as_scalar().is_some() } else { item.as_map().is_some() };
        if !fits {
            return Err(mixed(item));
        }
        let matched = if key.is_empty() {
            is_named(item, key, text)
        } else {
            item.get(key).is_some_and(|_| text.is_empty() || is_named(item, key, text))
        };
        if !matched {
            return Ok(false);
        }
    }
    Ok(true)
}

fn mixed(item: &Value) -> PatchError {
    let message = format!("{} stands in a list of other things", shape(item));
    PatchError::new(item.span(), message)
        .help("lists that are merged hold either maps with a key, or scalars")
}

/// Adds the object's elements to those of the patch, in their own places where they are known.
fn append(items: &mut Vec<Value>, target: &[Value], keys: &[&str]) -> Result<(), PatchError> {
    for item in target {
        if keys == [""] {
            if !is_void(item) {
                set(items, Some(item), keys, &[raw_name(item, "")])?;
            }
            continue;
        }
        if !item.is_null() && item.as_map().is_none() {
            return Err(mixed(item));
        }
        let mut texts = Vec::with_capacity(keys.len());
        for key in keys {
            match item.get(key) {
                Some(value) => texts.push(raw(value)),
                None => items.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set(items, None, keys, &texts)?;
        }
        set(items, Some(item), keys, &texts)?;
        if item.is_null() {
            items.retain(|item| !is_void(item));
        }
    }
    Ok(())
}
