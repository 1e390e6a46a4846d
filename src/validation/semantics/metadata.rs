//! What objects say about themselves: `ObjectMeta`.

use crate::kube::Map;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{ANNOTATION, LABEL, LABEL_VALUE, QUALIFIED};
use crate::validation::semantics::rule::{Found, Row, Rule, row};

/// "the total size of all keys and values must not exceed 256KiB"
const ANNOTATIONS: usize = 256 * 1024;

/// `ObjectMeta`, but for the name: that is a matter of the kind.
pub(super) const METADATA: &[Row] = &[
    // "Must be a DNS_LABEL."
    row("namespace", Rule::Text(&LABEL)),
    row("", Rule::Check(name)),
    row("", Rule::Is(MARKS)),
];

/// "Name must be unique within a namespace. Is required when creating resources, although some
/// resources may allow a client to request the generation of an appropriate name automatically."
fn name<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let none = ["name", "generateName"].iter().all(|field| at.get(field).is_none());
    if none && at.value.as_map().is_some() && !at.is_open() {
        found.lacks(at, &["name"]);
    }
}

/// Labels and annotations, of objects and of templates.
pub(super) const MARKS: &[Row] = &[
    row("labels", Rule::Keys(&QUALIFIED)),
    row("labels.*", Rule::Text(&LABEL_VALUE)),
    row("annotations", Rule::Keys(&ANNOTATION)),
    row("annotations", Rule::Check(size)),
];

fn size<'v>(at: &At<'v>, found: &mut Found<'v>) {
    let entries = at.value.as_map().into_iter().flat_map(Map::iter);
    let sizes = entries.map(|entry| entry.key.len() + entry.value.text().map_or(0, str::len));
    let size: usize = sizes.sum();
    if size > ANNOTATIONS {
        found.clash(at, format!("have {size} bytes; at most {ANNOTATIONS} are taken"));
    }
}
