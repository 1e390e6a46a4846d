//! Claims, volumes and classes of storage.

use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{POSITIVE, SUBDOMAIN};
use crate::validation::semantics::rule::{Found, Row, Rule, row};
use crate::validation::semantics::selectors::LABEL_SELECTOR;

/// `PersistentVolumeClaim`.
pub(super) const CLAIM: &[Row] = &[row("spec", Rule::Is(CLAIM_SPEC))];

/// `PersistentVolumeClaimSpec`.
pub(super) const CLAIM_SPEC: &[Row] = &[
    // "at least 1 access mode is required"
    row("", Rule::Needs(&["accessModes"])),
    row("accessModes", Rule::Check(alone)),
    row("storageClassName", Rule::Text(&SUBDOMAIN)),
    row("selector", Rule::Is(LABEL_SELECTOR)),
    row("resources.requests.*", Rule::Text(&POSITIVE)),
    row("", Rule::Check(size)),
];

/// `PersistentVolume`.
pub(super) const VOLUME: &[Row] = &[
    row("spec", Rule::Needs(&["accessModes"])),
    row("spec", Rule::Needs(&["capacity"])),
    row("spec.accessModes", Rule::Check(alone)),
    row("spec.capacity.*", Rule::Text(&POSITIVE)),
];

/// `StorageClass`.
pub(super) const CLASS: &[Row] = &[row("provisioner", Rule::NotEmpty)];

/// "may not use `ReadWriteOncePod` with other access modes"
fn alone<'v>(modes: &At<'v>, found: &mut Found<'v>) {
    let all: Vec<_> = modes.items().collect();
    let mut once = all.iter().filter(|mode| mode.string() == Some("ReadWriteOncePod"));
    if let (Some(once), true) = (once.next(), all.len() > 1) {
        found.clash(once, "cannot stand beside another access mode");
    }
}

/// "resources represents the minimum resources the volume should have": `storage` is asked for.
fn size<'v>(spec: &At<'v>, found: &mut Found<'v>) {
    if spec.value.as_map().is_none() || spec.is_open() {
        return;
    }
    let resources = spec.get("resources");
    let requests = resources.as_ref().and_then(|resources| resources.get("requests"));
    let inner = requests.as_ref().or(resources.as_ref()).unwrap_or(spec);
    if !inner.is_open() && requests.as_ref().and_then(|found| found.get("storage")).is_none() {
        found.lacks_for(spec, "resources.requests.storage", "every claim asks for");
    }
}
