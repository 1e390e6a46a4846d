//! Releases of Flux side by side: where their charts come from, and what they may bring.

use std::collections::BTreeSet;

use crate::compare::align::Pair;
use crate::compare::deployed::key;
use crate::compare::diff::RawDifference;
use crate::kube::{Resource, Value};
use crate::render::Rendered;

/// The releases that only one side has: the first one, and the other one.
pub(super) fn alone<'r>(
    pairs: &[Pair],
    mine: &'r Rendered,
    theirs: &'r Rendered,
) -> (Vec<&'r Resource>, Vec<&'r Resource>) {
    let is_release = |resource: &&Resource| &*resource.id.gvk.kind == "HelmRelease";
    let here = pairs.iter().filter(|pair| pair.there.is_none());
    let here = here.filter_map(|pair| mine.resources.get(pair.here?)).filter(is_release);
    let there = pairs.iter().filter(|pair| pair.here.is_none());
    let there = there.filter_map(|pair| theirs.resources.get(pair.there?)).filter(is_release);
    (here.collect(), there.collect())
}

/// Whether a release of the other side may bring what only one side declares.
pub(super) fn brought(
    pair: Pair,
    mine: &Rendered,
    theirs: &Rendered,
    (here, there): &(Vec<&Resource>, Vec<&Resource>),
) -> bool {
    let bring = |releases: &[&Resource], all: &[Resource], at: usize| {
        all.get(at).is_some_and(|object| may_bring(releases, object))
    };
    match (pair.here, pair.there) {
        (Some(at), None) => bring(there, &mine.resources, at),
        (None, Some(at)) => bring(here, &theirs.resources, at),
        _ => false,
    }
}

/// Makes one difference of all that says where the chart of a release comes from, where that is another
/// source: whoever changes it says everything anew.
pub(super) fn join_charts(release: &Resource, differences: &mut Vec<RawDifference>) {
    if &*release.id.gvk.kind != "HelmRelease" {
        return;
    }
    let keys = |it: &RawDifference| -> Vec<String> {
        it.path.steps().iter().map_while(key).map(str::to_owned).collect()
    };
    let place = |it: &RawDifference| -> Option<Place> {
        let keys = keys(it);
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        match &keys[..] {
            ["spec", "chartRef", ..] | ["spec", "chart"] => Some(Place::Reference),
            ["spec", "chart", "spec", "chart"] => Some(Place::Chart),
            ["spec", "chart", "spec", "sourceRef", "kind" | "name"] => Some(Place::Source),
            ["spec", "chart", ..] => Some(Place::Other),
            _ => None,
        }
    };
    let found: BTreeSet<Place> = differences.iter().filter_map(place).collect();
    let elsewhere = found.contains(&Place::Reference) || found.contains(&Place::Source);
    let Some(&first) = found.first().filter(|_| elsewhere) else { return };
    let told = differences.iter().position(|it| place(it) == Some(first));
    let mut at = 0;
    differences.retain(|it| {
        at += 1;
        place(it).is_none() || told == Some(at - 1)
    });
}

/// What a difference says of the source of a chart, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Reference,
    Source,
    Chart,
    Other,
}

/// Groups of objects that tell Flux what to deploy, and are not deployed by releases.
const FLUX: &str = "toolkit.fluxcd.io";

/// Whether a release that only the other side has may bring an object that this side declares itself.
fn may_bring(releases: &[&Resource], object: &Resource) -> bool {
    if object.id.gvk.is_document() || object.id.gvk.group.ends_with(FLUX) {
        return false;
    }
    releases.iter().any(|release| {
        let target = release.body.at(&["spec", "targetNamespace"]).and_then(Value::text);
        let home = target.unwrap_or(&release.id.namespace);
        object.id.namespace.is_empty() || home.is_empty() || *home == *object.id.namespace
    })
}
