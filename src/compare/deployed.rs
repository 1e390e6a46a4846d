//! What objects of Flux say that shows better elsewhere: where it arrives.

use crate::kube::{Path, PathStep, Resource};
use crate::render::Rendered;

/// The fields below `spec` whose effect is compared where it arrives.
const FIELDS: [&str; 11] = [
    "commonMetadata",
    "components",
    "images",
    "namePrefix",
    "nameSuffix",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "path",
    "postBuild",
    "targetNamespace",
];

/// Whether overlays show what both of two Flux Kustomizations do.
pub(crate) fn is_told(
    mine: &Rendered,
    theirs: &Rendered,
    (here, there): (&Resource, &Resource),
) -> bool {
    mine.told.contains(&here.origin) && theirs.told.contains(&there.origin)
}

/// Whether the overlay that a Flux Kustomization deploys tells the difference, too.
pub(crate) fn tells(path: &Path) -> bool {
    let mut keys = path.steps().iter().map(|step| match step {
        PathStep::Key(key) => Some(&**key),
        _ => None,
    });
    // Where one side has no `postBuild` at all, nothing is filled in there: no value tells that.
    if path.last_key() == Some("postBuild") {
        return false;
    }
    keys.next() == Some(Some("spec"))
        && keys.next().flatten().is_some_and(|field| FIELDS.contains(&field))
}

/// Whether a difference is in a key whose values both sides lay under those of a release.
pub(crate) fn is_read(
    mine: &Rendered,
    theirs: &Rendered,
    (here, there): (&Resource, &Resource),
    path: &Path,
) -> bool {
    let [PathStep::Key(field), PathStep::Key(key), ..] = path.steps() else { return false };
    &**field == "data" && mine.reads(here.origin, key) && theirs.reads(there.origin, key)
}
