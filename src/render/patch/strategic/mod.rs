//! Strategic merge patches, as kustomize applies them: quirks and all.
//!
//! Kustomize walks the object and the patch side by side. A value that only the patch has is
//! walked as if it were patched by itself: that is what drops its nulls and its directives. A
//! value that only the object has is walked too, which tidies it up a little.

use std::mem;

use crate::kube::Action;
use crate::kube::Cursor;
use crate::kube::Entry;
use crate::kube::Gvk;
use crate::kube::Kind;
use crate::kube::Map;
use crate::kube::MergeKeys;
use crate::kube::Provenance;
use crate::kube::Value;
use crate::render::patch::list;
use crate::render::patch::{PatchError, patched, shape};
use crate::syntax::scalar::Tag;
use crate::text::Span;

/// The key of a map that says how the map is to be merged.
pub(crate) const DIRECTIVE: &str = "$patch";

/// What became of the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merged {
    /// It was merged.
    Kept,
    /// The patch deletes it.
    Deleted,
}

/// Merges `patch` into `target`, an object of kind `gvk`.
///
/// What the patch does not touch keeps its provenance and stays shared. After an error the target
/// is half patched and must not be used.
pub(crate) fn merge(
    target: &mut Value,
    patch: &Value,
    gvk: &Gvk,
    keys: &MergeKeys,
) -> Result<Merged, PatchError> {
    let place = keys.root(gvk);
    match directive(patch)? {
        Some(Directive::Delete) => Ok(Merged::Deleted),
        // Kustomize drops the result of replacing a whole object.
        Some(Directive::Replace) => Ok(Merged::Kept),
        Some(Directive::Merge) | None => {
            merge_values(target, patch, place)?;
            Ok(Merged::Kept)
        }
    }
}

/// How a map or list of a patch is to be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Directive {
    fn parse(value: &Value) -> Result<Self, PatchError> {
        match value.text().unwrap_or("") {
            "merge" => Ok(Self::Merge),
            "replace" => Ok(Self::Replace),
            "delete" => Ok(Self::Delete),
            other => {
                Err(PatchError::new(value.span(), format!("unknown patch strategy `{other}`"))
                    .help("write `merge`, `replace` or `delete`"))
            }
        }
    }
}

/// The directive of a map; a list's stands in an element of its own.
pub(super) fn directive(patch: &Value) -> Result<Option<Directive>, PatchError> {
    match &patch.kind {
        Kind::Scalar(_) => Ok(None),
        Kind::Map(map) => map.get(DIRECTIVE).map(Directive::parse).transpose(),
        Kind::List(items) => {
            let mut maps = items.iter().filter_map(Value::as_map);
            match maps.find(|map| map.get(DIRECTIVE).is_some()) {
                Some(map) if map.len() == 1 => map.get(DIRECTIVE).map(Directive::parse).transpose(),
                _ => Ok(None),
            }
        }
    }
}

/// What became of a value of the object that the patch has too.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It was merged in place.
    Kept,
    /// It goes away.
    Deleted,
    /// The patch's own value is to be used instead.
    Replaced(Value),
}

/// Merges two values that are both there and not null.
pub(super) fn merge_values(
    target: &mut Value,
    patch: &Value,
    place: Cursor<'_>,
) -> Result<Outcome, PatchError> {
    let place = place.enter(target).enter(patch);
    match (&mut target.kind, &patch.kind) {
        (Kind::Scalar(_), Kind::Scalar(_)) => Ok(Outcome::Replaced(patched(patch))),
        (Kind::Map(_), Kind::Map(changes)) => match directive(patch)? {
            Some(Directive::Delete) => Ok(Outcome::Deleted),
            Some(Directive::Replace) => {
                Ok(adopt_inner(patch, place)?.map_or(Outcome::Deleted, Outcome::Replaced))
            }
            Some(Directive::Merge) | None => {
                merge_maps(target, changes, place)?;
                Ok(Outcome::Kept)
            }
        },
        (Kind::List(_), Kind::List(changes)) => {
            let Some(keys) = place.list_keys() else {
                return Ok(Outcome::Replaced(patched(patch)));
            };
            match directive(patch)? {
                Some(Directive::Delete) => Ok(Outcome::Deleted),
                Some(Directive::Replace) => {
                    Ok(adopt_inner(patch, place)?.map_or(Outcome::Deleted, Outcome::Replaced))
                }
                directive => {
                    let mut changes = changes.to_vec();
                    if let Some(directive) = directive {
                        list::remove_directives(&mut changes, directive);
                    }
                    if let Some(items) = target.as_list_mut() {
                        let old = mem::take(items);
                        let place = place.element();
                        let merged = list::merge(old, list::Other::Patch(changes), keys, place)?;
                        *items = merged.items;
                        note_deletions(target, &merged.deletions);
                    }
                    Ok(Outcome::Kept)
                }
            }
        }
        _ => {
            let message =
                format!("the patch has {} where the object has {}", shape(patch), shape(target));
            Err(PatchError::new(patch.span(), message)
                .help("make both of the same kind, or delete the old value first with a null"))
        }
    }
}

/// Keeps what has deleted a part of a value: the part itself can no longer tell.
fn note_deletions(value: &mut Value, deletions: &[Span]) {
    value.provenance = value.provenance.then_each(Action::Patched, deletions);
}

fn merge_maps(target: &mut Value, changes: &Map, place: Cursor<'_>) -> Result<(), PatchError> {
    let mut deletions = Vec::new();
    let Some(map) = target.as_map_mut() else { return Ok(()) };
    for change in changes {
        if &*change.key == DIRECTIVE {
            continue;
        }
        let place = place.field(&change.key).hinted(change.key_span);
        let own = map.entry(&change.key).map(|old| old.key_span);
        let place = own.map_or(place, |key| place.hinted(key));
        if change.value.is_null() {
            if map.remove(&change.key).is_some() {
                deletions.push(change.key_span);
            }
            continue;
        }
        let Some(old) = map.get_mut(&change.key) else {
            if let Some(value) = adopt(&change.value, place)? {
                map.insert(Entry { key: change.key.clone(), key_span: change.key_span, value });
            }
            continue;
        };
        let outcome = if old.is_null() {
            adopt(&change.value, place)?.map_or(Outcome::Deleted, Outcome::Replaced)
        } else {
            merge_values(old, &change.value, place)?
        };
        match outcome {
            Outcome::Kept => {}
            Outcome::Replaced(new) => replace(old, in_style_of(old, new)),
            Outcome::Deleted => {
                map.remove(&change.key);
                deletions.push(change.value.span());
            }
        }
    }
    tidy_map(map, place, |key| changes.get(key).is_none())?;
    note_deletions(target, &deletions);
    Ok(())
}

/// A scalar takes on the quotes of the one that it replaces, and with them becomes a string.
fn in_style_of(old: &Value, mut new: Value) -> Value {
    if let (Kind::Scalar(old), Kind::Scalar(new)) = (&old.kind, &mut new.kind)
        && old.tag == Tag::Str
        && old.quoted
    {
        new.tag = Tag::Str;
        new.quoted = true;
    }
    new
}

/// Sets `old` to `new`, which continues its history.
pub(super) fn replace(old: &mut Value, new: Value) {
    let provenance = old.provenance.then_all(&new.provenance);
    *old = Value { kind: new.kind, provenance };
}

/// A value that only the patch has; `None` when the patch itself deletes it.
pub(super) fn adopt(patch: &Value, place: Cursor<'_>) -> Result<Option<Value>, PatchError> {
    match &patch.kind {
        // Kustomize overlooks a wrong directive here, and a list's directive altogether.
        Kind::Map(map) => match map.get(DIRECTIVE).map(Directive::parse) {
            Some(Ok(Directive::Delete)) => Ok(None),
            Some(Err(_)) => adopt_map(patch.span(), map, place.enter(patch), false).map(Some),
            _ => adopt_map(patch.span(), map, place.enter(patch), true).map(Some),
        },
        Kind::List(items) => adopt_list(patch, items, place).map(Some),
        Kind::Scalar(_) => Ok(Some(patched(patch))),
    }
}

/// A value inside one that only the patch has: merged with itself.
pub(super) fn adopt_inner(patch: &Value, place: Cursor<'_>) -> Result<Option<Value>, PatchError> {
    match &patch.kind {
        Kind::Scalar(_) => Ok((!patch.is_null()).then(|| patched(patch))),
        Kind::Map(map) => match directive(patch)? {
            Some(Directive::Delete) => Ok(None),
            _ => adopt_map(patch.span(), map, place.enter(patch), true).map(Some),
        },
        Kind::List(_) if place.list_keys().is_none() => Ok(Some(patched(patch))),
        Kind::List(items) => {
            let mut items = items.to_vec();
            match directive(patch)? {
                Some(Directive::Delete) => return Ok(None),
                Some(directive) => list::remove_directives(&mut items, directive),
                None => {}
            }
            adopt_list(patch, &items, place).map(Some)
        }
    }
}

fn adopt_map(span: Span, map: &Map, place: Cursor<'_>, elide: bool) -> Result<Value, PatchError> {
    let mut entries = Vec::with_capacity(map.len());
    for entry in map {
        if elide && &*entry.key == DIRECTIVE {
            continue;
        }
        if let Some(value) = adopt_inner(&entry.value, place.field(&entry.key))? {
            entries.push(Entry { key: entry.key.clone(), key_span: entry.key_span, value });
        }
    }
    let provenance = Provenance::new(Action::Patched, span);
    Ok(Value::map(entries.into_iter().collect(), provenance))
}

fn adopt_list(patch: &Value, items: &[Value], place: Cursor<'_>) -> Result<Value, PatchError> {
    let Some(keys) = place.list_keys() else { return Ok(patched(patch)) };
    let items = items.iter().map(patched).collect();
    let merged = list::merge(items, list::Other::Itself, keys, place.element())?;
    Ok(Value::list(merged.items, Provenance::new(Action::Patched, patch.span())))
}

/// Tidies up the values of the keys that only the object has.
fn tidy_map(
    map: &mut Map,
    place: Cursor<'_>,
    mut own: impl FnMut(&str) -> bool,
) -> Result<(), PatchError> {
    map.retain(|entry| !is_absent(&entry.value) || !own(&entry.key));
    for (key, value) in map.values_mut() {
        let place = place.field(key);
        if own(key) && !is_tidy(value, place) {
            tidy(value, place)?;
        }
    }
    Ok(())
}

/// Whether a value is a null that is not even written: kustomize loses it.
fn is_absent(value: &Value) -> bool {
    value.is_null() && value.as_scalar().is_some_and(|scalar| scalar.text.is_empty())
}

/// Tidies up a value that only the object has.
pub(super) fn tidy(value: &mut Value, place: Cursor<'_>) -> Result<(), PatchError> {
    let place = place.enter(value);
    if let Some(map) = value.as_map_mut() {
        return tidy_map(map, place, |_| true);
    }
    if let (Some(keys), Some(items)) = (place.list_keys(), value.as_list_mut()) {
        let old = mem::take(items);
        *items = list::merge(old, list::Other::Nothing, keys, place.element())?.items;
    }
    Ok(())
}

/// Whether [`tidy`] would change nothing; looks only, so that shared values stay shared.
pub(super) fn is_tidy(value: &Value, place: Cursor<'_>) -> bool {
    let place = place.enter(value);
    match &value.kind {
        Kind::Scalar(_) => true,
        Kind::Map(map) => map.iter().all(|entry| {
            !is_absent(&entry.value) && is_tidy(&entry.value, place.field(&entry.key))
        }),
        Kind::List(items) => match place.list_keys() {
            None => true,
            Some(keys) => {
                list::is_regular(items, keys)
                    && items.iter().all(|item| is_tidy(item, place.element()))
            }
        },
    }
}

#[cfg(test)]
mod tests;
