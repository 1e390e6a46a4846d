//! Agents that are units of their own and that the last environment does not have at all.

use std::collections::BTreeSet;

use crate::compare::agents::{self, Shown};
use crate::finding::{Finding, Level, Subject};
use crate::kube::Resource;
use crate::layout::Unit;
use crate::rules::context::Context;
use crate::rules::findings::Findings;

/// Fewer units than this with both environments say nothing about another one.
const FEWEST: usize = 2;
/// From so many on they are sure of it.
const SURE: usize = 4;

/// An agent's unit that one environment has and the last lacks.
pub(in crate::rules) struct Lost<'a> {
    /// The unit.
    pub(in crate::rules) unit: &'a Unit,
    environments: (usize, usize),
    resource: &'a Resource,
    shown: &'static Shown,
    units: usize,
}

/// Every agent's unit that the last environment lacks, where most units have both.
pub(in crate::rules) fn lost<'a>(cx: &Context<'a>) -> Vec<Lost<'a>> {
    let environments: Vec<BTreeSet<usize>> = cx
        .layout
        .units
        .iter()
        .map(|unit| unit.overlays.iter().map(|overlay| overlay.environment).collect())
        .collect();
    let Some(last) = cx.layout.environments.len().checked_sub(1) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, (unit, has)) in cx.layout.units.iter().zip(&environments).enumerate() {
        if has.contains(&last) {
            continue;
        }
        let tested = has.iter().rev().find(|&&at| !cx.layout.environments[at].is_workshop());
        let Some(&before) = tested else { continue };
        let count = |wanted: &[usize]| {
            environments.iter().filter(|has| wanted.iter().all(|at| has.contains(at))).count()
        };
        let (both, present) = (count(&[before, last]), count(&[before]));
        let Some((resource, shown)) = agent(cx, at, before) else { continue };
        let usual = both >= FEWEST && both * 4 >= present * 3;
        if usual && !cx.comparison.cover.has(last, shown.agent) {
            found.push(Lost { unit, environments: (before, last), resource, shown, units: both });
        }
    }
    found
}

/// The agent that a unit runs in an environment for all others, if it runs nothing else.
fn agent<'a>(
    cx: &Context<'a>,
    unit: usize,
    environment: usize,
) -> Option<(&'a Resource, &'static Shown)> {
    let of_unit = cx.evaluated.iter().find(|evaluated| {
        evaluated.unit_index == unit && evaluated.overlay.environment == environment
    })?;
    let resources = &of_unit.output()?.resources;
    let agent = |resource: &Resource| agents::of_object(&resource.id.gvk, &resource.body);
    let runs = |resource: &&Resource| {
        resource.body.at(&["spec", "template", "spec", "containers"]).is_some()
    };
    let only = resources.iter().filter(runs).all(|resource| agent(resource).is_some());
    let mut found = resources.iter().filter_map(|resource| Some((resource, agent(resource)?)));
    found.find(|(_, shown)| only && !shown.covers.is_empty())
}

/// Reports the units.
pub(super) fn report(cx: &Context<'_>, findings: &mut Findings) {
    for Lost { unit, environments, resource, shown, units } in lost(cx) {
        let name = |at: usize| cx.layout.environments[at].name.clone();
        let (before, last) = (name(environments.0), name(environments.1));
        let named = resource.body.at(&["metadata", "name"]);
        let span = named.map_or(resource.origin, |value| value.provenance.first().span);
        let message = format!(
            "unit `{}` watches {before} with {} and has no overlay for {last}; {units} units have both",
            unit.name, shown.agent
        );
        let finding = Finding::at(span, message)
            .label(format!("runs in {before}"))
            .help(format!("deploy it in {last} too, or document what watches {last} instead"))
            .about(Subject {
                unit: Some(unit.name.clone()),
                environment: Some(last),
                reference: Some(before),
                resource: Some(resource.id.clone()),
                ..Subject::default()
            });
        let most = if units >= SURE { Level::Error } else { Level::Warning };
        findings.push_at(findings.level().min(most), finding);
    }
}
