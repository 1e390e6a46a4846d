//! What becomes of a generated object: added, or joined with one that is there.

use crate::kube::{Entry, Value};
use crate::render::RenderError;
use crate::render::edit;
use crate::render::origin;
use crate::render::working::{Behavior, Working, key};

/// Where the object went.
pub(crate) enum Absorbed {
    /// There is none to join it with: it is to be added.
    New(Box<Working>),
    /// It took the place of the old one.
    Joined,
    /// It asks for an old one, and there is none.
    Missing(Box<Working>),
}

/// Joins the object with the one of the same identity, now or before.
pub(crate) fn absorb(resources: &mut [Working], mut new: Working) -> Result<Absorbed, RenderError> {
    let wanted = key(&new.id);
    let mut matches = resources.iter_mut().filter(|old| old.answers_to(&wanted));
    let name = || format!("{} {}", wanted.0.kind, wanted.2);
    let Some(old) = matches.next() else {
        return Ok(match new.behavior {
            Behavior::Create => Absorbed::New(Box::new(new)),
            Behavior::Merge | Behavior::Replace => Absorbed::Missing(Box::new(new)),
        });
    };
    if matches.next().is_some() {
        let message = format!("more than one object could be joined with `{}`", name());
        return Err(RenderError::new(new.origin, message).help("rename all but one of them"));
    }
    if new.behavior == Behavior::Create {
        let error = RenderError::new(new.origin, format!("`{}` exists already", name()));
        return Err(error.help("say `behavior: merge` or `behavior: replace`"));
    }
    for field in ["labels", "annotations"] {
        underlay(&mut new.body, &old.body, &["metadata", field]);
    }
    if new.behavior == Behavior::Merge {
        for field in ["data", "binaryData"] {
            underlay(&mut new.body, &old.body, &[field]);
        }
        new.origin = old.origin;
        let path = ["metadata", "annotations", origin::ORIGIN];
        if let Some(note) = old.body.at(&path) {
            edit::restore(&mut new.body, &path, Some(note.clone()));
        }
    }
    for field in ["name", "namespace"] {
        adopt(&mut new.body, &old.body, field);
    }
    new.refresh();
    new.hashed = new.hashed.and(old.hashed);
    new.previous = std::mem::take(&mut old.previous);
    new.prefixes = std::mem::take(&mut old.prefixes);
    new.suffixes = std::mem::take(&mut old.suffixes);
    new.vars = std::mem::take(&mut old.vars);
    *old = new;
    Ok(Absorbed::Joined)
}

/// Adds the entries of the old map that the new one lacks; where both have one, history goes on.
fn underlay(new: &mut Value, old: &Value, path: &[&str]) {
    let Some(old) = old.at(path) else { return };
    let Some(entries) = old.as_map().filter(|map| !map.is_empty()) else { return };
    let Some((last, parents)) = path.split_last() else { return };
    let parent = parents.iter().try_fold(new, |value, key| value.as_map_mut()?.get_mut(key));
    let Some(parent) = parent.and_then(Value::as_map_mut) else { return };
    let Some(target) = parent.get_mut(last) else {
        parent.insert(Entry { key: (*last).into(), key_span: old.span(), value: old.clone() });
        return;
    };
    let Some(map) = target.as_map_mut() else { return };
    for entry in entries {
        match map.get_mut(&entry.key) {
            Some(value) => {
                value.provenance = entry.value.provenance.then_all(&value.provenance);
            }
            None => {
                map.insert(entry.clone());
            }
        }
    }
}

/// Takes over a field of the old metadata, or its absence.
fn adopt(new: &mut Value, old: &Value, field: &str) {
    let old = old.get("metadata").and_then(Value::as_map).and_then(|map| map.entry(field));
    match old {
        Some(entry) => {
            let metadata = new.as_map_mut().and_then(|map| map.get_mut("metadata")?.as_map_mut());
            if let Some(metadata) = metadata {
                metadata.insert(entry.clone());
            }
        }
        None => edit::remove_at(new, &["metadata", field]),
    }
}
