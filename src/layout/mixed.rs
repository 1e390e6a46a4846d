//! Units that are written in one way in one environment and in another way in the next.

use std::collections::BTreeMap;

use crate::layout::Unit;

/// Makes one unit of those that have the same name where each is of a kind of its own and no two
/// have an environment in common: what is Kustomize in staging may be a chart in production.
pub(super) fn join(units: Vec<Unit>) -> Vec<Unit> {
    let mut by_name: BTreeMap<String, Vec<Unit>> = BTreeMap::new();
    for unit in units {
        by_name.entry(unit.name.clone()).or_default().push(unit);
    }
    by_name
        .into_values()
        .flat_map(|units| if are_parts(&units) { one(units) } else { units })
        .collect()
}

fn are_parts(units: &[Unit]) -> bool {
    let apart = |a: &Unit, b: &Unit| {
        let mut pairs = a.overlays.iter().flat_map(|a| b.overlays.iter().map(move |b| (a, b)));
        pairs.all(|(a, b)| a.kind != b.kind && a.environment != b.environment)
    };
    let (mut rest, mut all) = (units, true);
    while let Some((first, others)) = rest.split_first() {
        all &= others.iter().all(|other| apart(first, other));
        rest = others;
    }
    units.len() > 1 && all
}

fn one(mut units: Vec<Unit>) -> Vec<Unit> {
    units.sort_by_key(|unit| unit.overlays.first().map(|overlay| overlay.environment));
    let templates: Vec<&str> = units.iter().map(|unit| unit.template.as_str()).collect();
    let template = templates.join(" and ");
    let name = units.first().map(|unit| unit.name.clone()).unwrap_or_default();
    let overlays = units.into_iter().flat_map(|unit| unit.overlays).collect();
    vec![Unit { name, template, overlays }]
}
