//! What objects of Flux and Argo CD say that shows better elsewhere: where it arrives.

use crate::compare::diff::RawDifference;
use crate::kube::{Path, PathStep, Resource, Value};
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

/// What an Application says of the values of its chart.
const VALUES: [&str; 5] =
    ["ignoreMissingValueFiles", "parameters", "valueFiles", "values", "valuesObject"];

/// Whether overlays show what both of two Flux Kustomizations or Applications do.
pub(crate) fn is_told(
    mine: &Rendered,
    theirs: &Rendered,
    (here, there): (&Resource, &Resource),
) -> bool {
    mine.told.contains(&here.origin) && theirs.told.contains(&there.origin)
}

/// Whether the overlay that a Flux Kustomization deploys tells the difference, too.
pub(crate) fn tells(kind: &str, path: &Path) -> bool {
    if kind != "Kustomization" {
        return false;
    }
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

/// Whether the values that an Application gives to its chart tell the difference, too.
pub(crate) fn gives(kind: &str, difference: &RawDifference) -> bool {
    let steps = difference.path.steps();
    let is =
        |at: usize, name: &str| matches!(steps.get(at), Some(PathStep::Key(key)) if **key == *name);
    let helm = match steps {
        _ if kind != "Application" || !is(0, "spec") => return false,
        _ if is(1, "source") => 2,
        _ if is(1, "sources") => 3,
        _ => return false,
    };
    let sides = [&difference.here.value, &difference.there.value];
    let only_values = |value: &Value| {
        let map = value.as_map();
        map.is_some_and(|map| map.iter().all(|entry| VALUES.contains(&&*entry.key)))
    };
    match steps.get(helm + 1) {
        Some(PathStep::Key(key)) => is(helm, "helm") && VALUES.contains(&&**key),
        Some(_) => false,
        None => is(helm, "helm") && sides.into_iter().flatten().all(only_values),
    }
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
