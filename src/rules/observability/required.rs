//! What the policy requires to be known of every unit, whatever other environments have.

use std::collections::BTreeMap;

use crate::compare::agents::{self, Provisions};
use crate::config::Provision;
use crate::finding::{Finding, Role, Subject};
use crate::kube::{Resource, Value};
use crate::render::Evaluated;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::text::Span;

/// Kinds that run until somebody stops them.
const WORKLOADS: &[&str] =
    &["Deployment", "StatefulSet", "DaemonSet", "Rollout", "DeploymentConfig"];

/// Reports every provision that the policy requires and a unit lacks.
pub(super) fn report(cx: &Context<'_>, findings: &mut Findings) {
    let mut lacking: BTreeMap<(usize, usize, Provision, Option<Span>), Lack<'_>> = BTreeMap::new();
    for (environment, required) in requirements(cx) {
        let covered = cx.comparison.cover.provisions(environment);
        let own = |found: &&Evaluated<'_>| found.overlay.environment == environment;
        for evaluated in cx.evaluated.iter().filter(own) {
            for (provision, workload) in lacks(evaluated, &required, &covered) {
                // Health is a question to each workload, the rest to the unit.
                let place = (provision == Provision::Health).then(|| name_span(workload));
                lacking
                    .entry((evaluated.unit_index, environment, provision, place))
                    .or_insert_with(|| Lack { workload, evaluated, variants: Vec::new() })
                    .variants
                    .extend(evaluated.overlay.variant.clone());
            }
        }
    }
    for ((_, environment, provision, _), lack) in lacking {
        findings.push(finding(cx, environment, provision, lack));
    }
}

/// A workload that lacks a provision, and the variants in which it does.
struct Lack<'a> {
    workload: &'a Resource,
    evaluated: &'a Evaluated<'a>,
    variants: Vec<String>,
}

/// The environments of which something is required.
fn requirements(cx: &Context<'_>) -> Vec<(usize, Vec<Provision>)> {
    let policy = &cx.config.observability;
    let last = cx.layout.environments.iter().map(|environment| environment.rank).max();
    let required = cx.layout.environments.iter().map(|environment| {
        let named = policy
            .environments
            .iter()
            .find(|(name, _)| **name == environment.name || environment.aliases.contains(name));
        match named {
            Some((_, required)) => required.clone(),
            None if Some(environment.rank) == last => policy.require.clone(),
            None => Vec::new(),
        }
    });
    required.enumerate().filter(|(_, required)| !required.is_empty()).collect()
}

/// What is required of an overlay and missing, each with the workload that tells.
fn lacks<'a>(
    evaluated: &'a Evaluated<'_>,
    required: &[Provision],
    covered: &Provisions,
) -> Vec<(Provision, &'a Resource)> {
    let Some(rendered) = evaluated.output().filter(|rendered| !rendered.lacks_objects()) else {
        return Vec::new();
    };
    let runs = |resource: &&Resource| {
        WORKLOADS.contains(&&*resource.id.gvk.kind)
            && agents::of_object(&resource.id.gvk, &resource.body).is_none()
    };
    let workloads: Vec<&Resource> = rendered.resources.iter().filter(runs).collect();
    let Some(&first) = workloads.first() else { return Vec::new() };
    let shown = rendered.resources.iter().flat_map(|resource| {
        let object = agents::of_object(&resource.id.gvk, &resource.body);
        object.into_iter().chain(agents::within(&resource.body))
    });
    let own: Provisions = shown.flat_map(|shown| shown.provides.iter().copied()).collect();
    let mut lacks = Vec::new();
    for &provision in required {
        if provision == Provision::Health {
            let sick = workloads.iter().filter(|workload| !is_probed(workload));
            lacks.extend(sick.map(|workload| (provision, *workload)));
        } else if !own.contains(&provision) && !covered.contains(&provision) {
            lacks.push((provision, first));
        }
    }
    lacks
}

/// Whether a container of the workload has a probe.
fn is_probed(workload: &Resource) -> bool {
    let containers = workload.body.at(&["spec", "template", "spec", "containers"]);
    containers.and_then(Value::as_list).unwrap_or_default().iter().any(|container| {
        ["readinessProbe", "livenessProbe"].iter().any(|probe| container.get(probe).is_some())
    })
}

fn name_span(resource: &Resource) -> Span {
    let name = resource.body.at(&["metadata", "name"]);
    name.map_or(resource.origin, |value| value.provenance.first().span)
}

fn finding(
    cx: &Context<'_>,
    environment: usize,
    provision: Provision,
    mut lack: Lack<'_>,
) -> Finding {
    lack.variants.sort();
    lack.variants.dedup();
    let environment = &cx.layout.environments[environment].name;
    let (unit, workload) = (&lack.evaluated.unit.name, lack.workload);
    let (message, help) = if provision == Provision::Health {
        (
            format!("{} has no probe, and health is required in {environment}", workload.id),
            "give one of its containers a readiness or a liveness probe".to_owned(),
        )
    } else {
        let what = provision.name();
        (
            format!(
                "nothing provides {what} for unit `{unit}`, and they are required in {environment}"
            ),
            format!("add what provides {what}, or run an agent for all units of {environment}"),
        )
    };
    let span = name_span(workload);
    let mut finding = Finding::at(span, message)
        .label(format!("runs in {environment}"))
        .help(help)
        .key(["required", provision.name()])
        .about(Subject {
            unit: Some(unit.clone()),
            environment: Some(environment.clone()),
            variants: lack.variants,
            resource: Some(workload.id.clone()),
            ..Subject::default()
        });
    if workload.origin.file != span.file {
        finding = finding.place(Role::Related, workload.origin, "the workload");
    }
    finding
}
