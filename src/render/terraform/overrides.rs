//! Override files: their blocks are merged into those with the same labels, argument by argument.
//!
//! <https://developer.hashicorp.com/terraform/language/files/override>

use crate::kube::{Entry, Map, Resource, Value};

/// Nested blocks whose arguments are merged one by one; others are replaced, all of a kind at once.
const MERGED: &[&str] = &["lifecycle", "required_providers"];
/// What is told apart by its label.
const LABELLED: &[&str] = &["dynamic", "provider"];

/// Lays the body of an override over the one with the same labels. What no other file declares,
/// Terraform refuses; it is taken as it is.
pub(super) fn lay_block(blocks: &mut Vec<Resource>, above: Resource) {
    match blocks.iter_mut().find(|below| below.id == above.id) {
        Some(below) => lay_body(&mut below.body, &above.body),
        None => blocks.push(above),
    }
}

/// Lays the arguments and nested blocks of a body over those of another.
pub(super) fn lay_body(below: &mut Value, above: &Value) {
    if let (Some(below), Some(above)) = (below.as_map_mut(), above.as_map()) {
        for entry in above {
            let laid = below.get_mut(&entry.key).is_some_and(|value| lay_inside(value, entry));
            if !laid {
                replace(below, entry);
            }
        }
    }
}

/// Lays what is merged in itself over what is there; hands back whether it is.
fn lay_inside(below: &mut Value, above: &Entry) -> bool {
    if MERGED.contains(&&*above.key) {
        let body = above.value.as_list().and_then(<[Value]>::first);
        let below = below.as_list_mut().and_then(|list| list.first_mut());
        let (Some(below), Some(body)) = (below, body) else { return false };
        lay_body(below, body);
        return true;
    }
    let (Some(map), Some(labels)) = (below.as_map_mut(), above.value.as_map()) else {
        return false;
    };
    if !LABELLED.contains(&&*above.key) {
        return false;
    }
    for label in labels {
        let provider = map.get_mut(&label.key).filter(|_| &*above.key == "provider");
        match provider {
            Some(body) => lay_body(body, &label.value),
            None => replace(map, label),
        }
    }
    true
}

/// Sets an argument, which remembers what it was.
fn replace(map: &mut Map, entry: &Entry) {
    let mut entry = entry.clone();
    if let Some(below) = map.get(&entry.key) {
        entry.value.provenance = below.provenance.then_all(&entry.value.provenance);
    }
    map.insert(entry);
}
