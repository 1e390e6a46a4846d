//! Where else in a schema a field stands: what is not known here may be known there.

use std::collections::VecDeque;

use serde_json::Value as Json;

use crate::kube::{Path, PathStep};
use crate::schema::compiled::{Documents, part};
use crate::schema::problem::{Fault, Problem};

/// Most parts of a schema that are looked at.
const PARTS: usize = 5_000;
/// Deepest path that is named.
const DEPTH: usize = 12;
/// A name that stands at more places than this tells nothing.
const PLACES: usize = 3;

/// Says of every unknown field where in the schema at `address` it stands, as far as it can have
/// got from there to where it is.
pub(super) fn tell(problems: &mut [Problem<'_>], documents: &Documents, address: &str) {
    for problem in problems {
        if let Fault::Unknown { field, elsewhere, .. } = &mut problem.fault {
            *elsewhere = places(documents, address, field, &pattern(&problem.path));
        }
    }
}

/// A path as schemas know it, without the names of elements: `spec.containers[].image`.
pub(crate) fn pattern(path: &Path) -> String {
    let mut text = String::new();
    for step in path.steps() {
        match step {
            PathStep::Key(key) => {
                text.push_str(if text.is_empty() { "" } else { "." });
                text.push_str(key);
            }
            PathStep::Index(_) | PathStep::Element { .. } => text.push_str("[]"),
        }
    }
    text
}

/// Whether one of two maps is in the other one, or both are at the top or have one name: a few
/// spaces more or less, a line that was forgotten, a map that was taken for the other one, and a
/// field of one stands in the other.
fn are_near(one: &str, other: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        outer.is_empty() || rest.is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    let named_alike = one.rsplit('.').next() == other.rsplit('.').next();
    let at_top = |path: &str| !path.contains(['.', '[']);
    inside(one, other) || inside(other, one) || at_top(one) && at_top(other) || named_alike
}

/// The paths near `map` at which a field of this name stands, if it does so at few places:
/// `spec.syncPolicy` for a field of the sync policy, empty for one at the top.
fn places(documents: &Documents, address: &str, field: &str, map: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([(format!("{address}#"), String::new(), 0)]);
    for _ in 0..PARTS {
        let Some((location, path, depth)) = waiting.pop_front() else { break };
        let Some(schema) = part(documents, &location) else { continue };
        if depth > DEPTH {
            continue;
        }
        if let Some(target) = schema.get("$ref").and_then(Json::as_str) {
            let near =
                target.strip_prefix('#').map(|pointer| format!("{}#{pointer}", base(&location)));
            waiting.push_back((near.unwrap_or_else(|| target.to_owned()), path.clone(), depth + 1));
        }
        let properties = schema.get("properties").and_then(Json::as_object);
        for name in properties.into_iter().flat_map(|properties| properties.keys()) {
            if name == field && are_near(&path, map) && !found.contains(&path) {
                found.push(path.clone());
            }
            // Nobody writes a status.
            if name != "status" {
                let dot = if path.is_empty() { "" } else { "." };
                let step = name.replace('~', "~0").replace('/', "~1");
                let location = format!("{location}/properties/{step}");
                waiting.push_back((location, format!("{path}{dot}{name}"), depth + 1));
            }
        }
        if schema.get("items").is_some_and(Json::is_object) {
            waiting.push_back((format!("{location}/items"), format!("{path}[]"), depth + 1));
        }
        if found.len() > PLACES {
            return Vec::new();
        }
    }
    found
}

/// The address of the document that a location is in.
fn base(location: &str) -> &str {
    location.split_once('#').map_or(location, |(address, _)| address)
}
