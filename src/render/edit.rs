//! Small changes of values that keep the history.

use crate::kube::{Action, Entry, Map, Provenance, Step, Value};
use crate::syntax::scalar::Tag;
use crate::text::Span;

/// The history with one more step, unless that is what it ends with.
pub(crate) fn then(history: &Provenance, action: Action, span: Span) -> Provenance {
    if history.last() == (Step { action, span }) {
        return history.clone();
    }
    history.then(action, span)
}

/// A string that takes the place of a value: the history goes on.
pub(crate) fn set_text(value: &mut Value, text: &str, action: Action, span: Span) {
    let provenance = then(&value.provenance, action, span);
    *value = Value::string(text, provenance);
}

/// A string for a key of a map: the history of an old value goes on.
pub(crate) fn set_entry(map: &mut Map, key: &str, text: &str, action: Action, spans: (Span, Span)) {
    let (key_span, span) = spans;
    if let Some(value) = map.get_mut(key) {
        if value.as_str() == Some(text) {
            // The same text, but from now on somebody else vouches for it.
            value.provenance = then(&value.provenance, action, span);
        } else {
            set_text(value, text, action, span);
        }
        return;
    }
    let value = Value::string(text, Provenance::new(action, span));
    map.insert(Entry { key: key.into(), key_span, value });
}

/// The value of a key; a missing one is made.
pub(crate) fn entry_or<'m>(
    map: &'m mut Map,
    key: &str,
    span: Span,
    make: impl FnOnce() -> Value,
) -> Option<&'m mut Value> {
    if map.get(key).is_none() {
        map.insert(Entry { key: key.into(), key_span: span, value: make() });
    }
    map.get_mut(key)
}

/// An empty map that somebody's order brought into being.
pub(crate) fn empty_map(action: Action, span: Span) -> Value {
    Value::map(Map::default(), Provenance::new(action, span))
}

/// A null that waits for its value.
pub(crate) fn empty_scalar(action: Action, span: Span) -> Value {
    Value::scalar(Tag::Null, "", Provenance::new(action, span))
}

/// Writes a string at the end of a path of keys; missing maps are made.
pub(crate) fn set_text_at(
    value: &mut Value,
    path: &[&str],
    text: &str,
    action: Action,
    span: Span,
) {
    let [parents @ .., last] = path else { return };
    let mut at = value;
    for key in parents {
        let Some(map) = at.as_map_mut() else { return };
        let Some(next) = entry_or(map, key, span, || empty_map(action, span)) else { return };
        if next.is_null() {
            *next = empty_map(action, span);
        }
        at = next;
    }
    if let Some(map) = at.as_map_mut() {
        set_entry(map, last, text, action, (span, span));
    }
}

/// Removes the value at the end of a path of keys.
pub(crate) fn remove_at(value: &mut Value, path: &[&str]) {
    let [parents @ .., last] = path else { return };
    if value.at(path).is_none() {
        return;
    }
    let parent = parents.iter().try_fold(value, |value, key| value.as_map_mut()?.get_mut(key));
    if let Some(map) = parent.and_then(Value::as_map_mut) {
        map.remove(last);
    }
}

/// Puts a value back where it was, or removes what has come in its place.
pub(crate) fn restore(body: &mut Value, path: &[&str], old: Option<Value>) {
    let Some(old) = old else { return remove_at(body, path) };
    let [parents @ .., last] = path else { return };
    let parent = parents.iter().try_fold(body, |value, key| value.as_map_mut()?.get_mut(key));
    let Some(map) = parent.and_then(Value::as_map_mut) else { return };
    match map.get_mut(last) {
        Some(value) => *value = old,
        None => drop(map.insert(Entry { key: (*last).into(), key_span: old.span(), value: old })),
    }
}
