//! Laying one map of values over another.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kube::{Entry, Kind, Map, Value};
use crate::render::helm::coalesce::Deleted;

/// What a null does that is laid over something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    /// It replaces it, and deletes what a later layer puts below.
    Keep,
    /// It deletes it.
    Delete,
}

/// What is known while maps are laid over each other.
pub(super) struct Layering<'p> {
    /// What nulls do.
    pub(super) nulls: Nulls,
    /// Keys of the outermost map whose nulls are kept for the charts that they are meant for.
    pub(super) kept: &'p BTreeSet<&'p str>,
    /// The keys on the way here.
    pub(super) path: Vec<Arc<str>>,
    /// What nulls have deleted.
    pub(super) deleted: Vec<Deleted>,
}

impl Layering<'_> {
    /// `above` laid over `below`: maps are merged, everything else is replaced.
    ///
    /// A null of `below` that nothing covers is dropped where nulls delete.
    pub(super) fn lay(&mut self, below: &Map, above: &Map) -> Map {
        let top = self.path.is_empty();
        let mut result: Map =
            above.iter().filter(|e| below.get(&e.key).is_none()).cloned().collect();
        for entry in below {
            let nulls =
                if top && self.kept.contains(&*entry.key) { Nulls::Keep } else { self.nulls };
            let outer = std::mem::replace(&mut self.nulls, nulls);
            let merged = match above.entry(&entry.key) {
                None if nulls == Nulls::Keep => Some(entry.clone()),
                None => without_nulls(entry),
                Some(over) => self.over(entry, over),
            };
            self.nulls = outer;
            if let Some(merged) = merged {
                result.insert(merged);
            }
        }
        result
    }

    fn over(&mut self, below: &Entry, above: &Entry) -> Option<Entry> {
        let (old, new) = (&below.value.provenance, &above.value.provenance);
        // Defaults of a child may come by two ways.
        let provenance = if old == new { new.clone() } else { old.then_all(new) };
        let kind = match (&below.value.kind, &above.value.kind) {
            (Kind::Map(below), Kind::Map(map)) => {
                self.path.push(Arc::clone(&above.key));
                let merged = self.lay(below, map);
                self.path.pop();
                Kind::Map(Arc::new(merged))
            }
            _ if above.value.is_null() && self.nulls == Nulls::Delete => {
                let path = self.path.iter().cloned().chain([Arc::clone(&above.key)]).collect();
                self.deleted.push(Deleted { path, span: above.value.span() });
                return None;
            }
            (_, kind) => kind.clone(),
        };
        Some(Entry { value: Value { kind, provenance }, ..above.clone() })
    }
}

/// An entry without nulls in its maps; `None` if it is one. Lists keep theirs.
fn without_nulls(entry: &Entry) -> Option<Entry> {
    if entry.value.is_null() {
        return None;
    }
    if !has_null(&entry.value) {
        return Some(entry.clone());
    }
    let map = entry.value.as_map()?.iter().filter_map(without_nulls).collect();
    let value = Value::map(map, entry.value.provenance.clone());
    Some(Entry { value, ..entry.clone() })
}

/// A map without nulls in it and in its maps. Lists keep theirs.
pub(super) fn cleared(map: &Map) -> Map {
    map.iter().filter_map(without_nulls).collect()
}

/// Whether a null stands in the map or in one of its maps.
fn has_null(value: &Value) -> bool {
    value.as_map().into_iter().flatten().any(|e| e.value.is_null() || has_null(&e.value))
}

/// Later values over earlier ones, as several files given to helm: nulls wait for the defaults.
pub(crate) fn stack(below: &Map, above: &Map) -> Map {
    let kept = BTreeSet::new();
    let mut layering =
        Layering { nulls: Nulls::Keep, kept: &kept, path: Vec::new(), deleted: Vec::new() };
    layering.lay(below, above)
}
