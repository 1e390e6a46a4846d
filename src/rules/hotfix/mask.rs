//! How much a list of overlooked fields hides.

use crate::kube::Value;

/// Keys that hold the paths of an entry.
const PATHS: &[&str] = &["jsonPointers", "jqPathExpressions", "paths"];
/// Ends of paths that controllers of the cluster own: everybody has to overlook them.
const OWNED: &[&str] = &[
    "replicas",
    "caBundle",
    "status",
    "creationTimestamp",
    "generation",
    "clusterIP",
    "clusterIPs",
];
/// Paths that hide nearly everything.
const BROAD: &[&str] =
    &["", "/", ".", "/spec", ".spec", "/metadata", ".metadata", "/*", "..", ".spec[]?"];

/// Whether the value is a list of overlooked fields, all of which controllers own.
pub(super) fn is_harmless(value: &Value) -> bool {
    let items = entries(value);
    let path = value.text().filter(|text| text.starts_with(['/', '.']));
    !items.is_empty() && items.iter().all(|item| is_owned(item)) || path.is_some_and(ends_owned)
}

/// Whether the value is a list of overlooked fields that hides nearly everything.
pub(super) fn is_broad(value: &Value) -> bool {
    entries(value).iter().any(|item| {
        let any_kind = item.get("kind").and_then(Value::text) == Some("*");
        let mut texts = paths(item);
        any_kind && !is_owned(item) || texts.any(|path| BROAD.contains(&path))
    })
}

/// The entries: the elements of the list, or the value where it is one of them.
fn entries(value: &Value) -> Vec<&Value> {
    match value.as_list() {
        Some(items) => items.iter().filter(|item| item.as_map().is_some()).collect(),
        None => Some(value).filter(|value| paths(value).next().is_some()).into_iter().collect(),
    }
}

fn paths(entry: &Value) -> impl Iterator<Item = &str> {
    let lists = PATHS.iter().filter_map(|key| entry.get(key)?.as_list());
    lists.flatten().filter_map(Value::text)
}

fn is_owned(entry: &Value) -> bool {
    let mut paths = paths(entry).peekable();
    entry.get("managedFieldsManagers").is_none() && paths.peek().is_some() && paths.all(ends_owned)
}

fn ends_owned(path: &str) -> bool {
    let end = path.rsplit(['/', '.']).next().unwrap_or("");
    OWNED.contains(&end.trim_end_matches(['?', '[', ']', '"']))
}
