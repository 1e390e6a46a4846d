//! What objects of Flux and Argo CD say that shows better elsewhere: where it arrives.

use crate::compare::diff::{Change, RawDifference};
use crate::compare::names::{Names, PairNames};
use crate::compare::scalar;
use crate::compare::values::are_values;
use crate::kube::{Path, PathStep, Resource, Value};
use crate::render::{Rendered, Told, Variables};

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

fn told<'r>(rendered: &'r Rendered, object: &Resource) -> Option<&'r Told> {
    rendered.told.iter().find(|told| told.origin == object.origin)
}

/// Whether overlays show a difference between two Flux Kustomizations.
pub(crate) fn is_told(
    mine: &Rendered,
    theirs: &Rendered,
    (here, there): (&Resource, &Resource),
    path: &Path,
    names: &PairNames,
) -> bool {
    if &*here.id.gvk.kind != "Kustomization" {
        return false;
    }
    let keys: Vec<&str> = path.steps().iter().map_while(key).collect();
    let ["spec", field, rest @ ..] = &keys[..] else { return false };
    if !FIELDS.contains(field) {
        return false;
    }
    let (Some(a), Some(b)) = (told(mine, here), told(theirs, there)) else { return false };
    let (a, b) = (a.variables.as_deref(), b.variables.as_deref());
    let (a, b) = (a.map(|all| (all, &names.here)), b.map(|all| (all, &names.there)));
    match (*field, rest) {
        // Where one side has no `postBuild` at all, nothing is filled in there: no value tells that.
        ("postBuild", []) => false,
        ("postBuild", ["substitute"]) => {
            let all = a.into_iter().chain(b).flat_map(|(side, _)| &side.defined);
            !all.filter(|(_, definition)| definition.own).any(|(name, _)| is_lost(name, a, b))
        }
        ("postBuild", ["substitute", name, ..]) => !is_lost(name, a, b),
        _ => true,
    }
}

pub(super) fn key(step: &PathStep) -> Option<&str> {
    match step {
        PathStep::Key(key) => Some(key),
        _ => None,
    }
}

/// Variables of one side, and what that side calls itself.
type Own<'a> = (&'a Variables, &'a Names);

/// Whether only one side defines a variable, and no value tells it where the variable stands: a Secret
/// or somebody else may define it on the other side, or nothing is filled in there.
fn is_lost(name: &str, a: Option<Own<'_>>, b: Option<Own<'_>>) -> bool {
    let defines = |(side, _): Own<'_>| side.defined.contains_key(name);
    let ((having, names), lacking) = match (a, b) {
        (Some(a), b) if defines(a) && !b.is_some_and(defines) => (a, b),
        (a, Some(b)) if defines(b) && !a.is_some_and(defines) => (b, a),
        _ => return false,
    };
    let Some(used) = having.used.get(name) else { return false };
    let Some((lacking, _)) = lacking else { return true };
    // What bears the name of its environment is what the other side takes from elsewhere.
    let value = having.defined.get(name).and_then(|definition| definition.value.as_deref());
    let bears = value.is_some_and(|value| *names.normal(value) != *value);
    // What only one side takes from elsewhere may be there what the other says itself.
    lacking.open && having.open && !used.defaulted && !bears
}

/// The keys of a path among the values of a release: its own, or those of the document that stands for them.
fn in_release<'p>(release: &Resource, path: &'p Path) -> Option<Vec<&'p str>> {
    let keys: Vec<&str> = path.steps().iter().map_while(key).collect();
    if are_values(&release.id.gvk) {
        return Some(keys);
    }
    match &keys[..] {
        ["spec", "values", rest @ ..] if &*release.id.gvk.kind == "HelmRelease" => {
            Some(rest.to_vec())
        }
        _ => None,
    }
}

/// Whether a source that is not known may decide a value of one side only, or holds nothing but this value.
pub(crate) fn is_unknown(
    mine: &Rendered,
    theirs: &Rendered,
    (here, there): (&Resource, &Resource),
    path: &Path,
) -> bool {
    let Some(keys) = in_release(here, path) else { return false };
    let open = |rendered: &Rendered, release: &Resource| {
        let unknown = rendered.unknown_values.iter();
        let of_release = unknown.filter(|unknown| unknown.release == release.origin);
        let (mut any, mut only) = (false, false);
        for unknown in of_release.filter(|unknown| unknown.covers(&keys)) {
            any |= unknown.target.is_empty();
            only |= !unknown.target.is_empty();
        }
        (any, only)
    };
    let ((a, only), (b, other)) = (open(mine, here), open(theirs, there));
    only || other || a != b
}

/// Whether a document stands for the values of a release: it shows what becomes of them.
pub(crate) fn shows_values(resources: &[Resource], release: &Resource) -> bool {
    &*release.id.gvk.kind == "HelmRelease"
        && resources.iter().any(|it| are_values(&it.id.gvk) && it.origin == release.origin)
}

/// Whether a document stands for the values of one of the objects beside it.
pub(crate) fn is_of_release(resources: &[Resource], document: &Resource) -> bool {
    are_values(&document.id.gvk)
        && resources
            .iter()
            .any(|it| &*it.id.gvk.kind == "HelmRelease" && it.origin == document.origin)
}

/// Whether a release leaves a value out because Flux knows no such variable: that is told of the variable.
pub(crate) fn is_emptied(
    (mine, theirs): (&[Resource], &[Resource]),
    (here, there): (&Resource, &Resource),
    difference: &RawDifference,
) -> bool {
    let (resources, document) = match difference.change {
        Change::Changed => return false,
        Change::OnlyThere => (mine, here),
        Change::OnlyHere => (theirs, there),
    };
    let Some(keys) = in_release(document, &difference.path) else { return false };
    let emptied = |release: &Resource| {
        let values = release.body.at(&["spec", "values"]);
        values.and_then(|values| values.at(&keys)).is_some_and(scalar::is_emptied)
    };
    are_values(&document.id.gvk)
        && keys.len() == difference.path.steps().len()
        && resources.iter().any(|it| {
            &*it.id.gvk.kind == "HelmRelease" && it.origin == document.origin && emptied(it)
        })
}

/// Whether documents of both sides show a difference in the values of two releases.
pub(crate) fn is_shown(
    (mine, theirs): (&[Resource], &[Resource]),
    (here, there): (&Resource, &Resource),
    path: &Path,
) -> bool {
    let values = in_release(here, path).is_some() && !are_values(&here.id.gvk);
    values && shows_values(mine, here) && shows_values(theirs, there)
}

/// Whether the values that two Applications give to their charts tell the difference, too.
pub(crate) fn gives(
    mine: &Rendered,
    theirs: &Rendered,
    (here, there): (&Resource, &Resource),
    difference: &RawDifference,
) -> bool {
    if told(mine, here).is_none() || told(theirs, there).is_none() {
        return false;
    }
    let kind = &*here.id.gvk.kind;
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
