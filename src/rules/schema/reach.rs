//! How far a cause reaches.

use std::collections::BTreeSet;

use crate::finding::Subject;
use crate::render::Evaluated;
use crate::rules::Context;

/// Most environments that a label names.
const NAMED: usize = 4;

/// The unit, environment and variants that are the same in all overlays.
pub(super) fn subject(cx: &Context<'_>, overlays: &[&Evaluated<'_>]) -> Subject {
    let Some(first) = overlays.first() else { return Subject::default() };
    let one_unit = overlays.iter().all(|other| other.unit_index == first.unit_index);
    let environment = first.overlay.environment;
    let one_environment = overlays.iter().all(|other| other.overlay.environment == environment);
    let variants: BTreeSet<String> =
        overlays.iter().filter_map(|found| found.overlay.variant.clone()).collect();
    let name = cx.layout.environment(environment).map(|environment| environment.name.clone());
    Subject {
        unit: Some(first.unit.name.clone()).filter(|_| one_unit),
        environment: name.filter(|_| one_environment),
        variants: variants.into_iter().filter(|_| one_unit && one_environment).collect(),
        ..Subject::default()
    }
}

/// The environments in words: `in staging and production (3 overlays)`.
pub(super) fn in_words(cx: &Context<'_>, overlays: &[&Evaluated<'_>]) -> String {
    let environments: BTreeSet<usize> =
        overlays.iter().map(|found| found.overlay.environment).collect();
    let names: Vec<&str> = environments
        .iter()
        .filter_map(|&at| cx.layout.environment(at))
        .map(|environment| environment.name.as_str())
        .collect();
    let text = listed(&names);
    let overlays: BTreeSet<_> = overlays.iter().map(|found| &found.overlay.root).collect();
    match overlays.len() {
        1 => format!("in {text}"),
        count => format!("in {text} ({count} overlays)"),
    }
}

/// Names of environments in words: `staging and production`.
pub(super) fn listed(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMED);
    match (names.get(..NAMED).unwrap_or(names), more) {
        ([one], 0) => (*one).to_owned(),
        ([rest @ .., last], 0) => format!("{} and {last}", rest.join(", ")),
        (names, more) => format!("{} and {more} more", names.join(", ")),
    }
}
