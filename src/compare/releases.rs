//! Releases of Flux side by side: where their charts come from.

use std::collections::BTreeSet;

use crate::compare::deployed::key;
use crate::compare::diff::RawDifference;
use crate::kube::Resource;

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
