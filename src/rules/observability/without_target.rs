//! Monitors that find nothing to scrape in one environment, and do in another.

use crate::compare::Topic;
use crate::compare::agents::{has_target, is_monitor, is_target};
use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::{Resource, Value};
use crate::render::Evaluated;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::text::Span;

/// Reports the monitors that no reported difference explains.
pub(super) fn report(cx: &Context<'_>, findings: &mut Findings) {
    let targets = targets(cx);
    for (at, evaluated) in cx.evaluated.iter().enumerate() {
        let none = Vec::new();
        let everywhere = targets.get(evaluated.overlay.environment).unwrap_or(&none);
        let own = evaluated.output().map_or(&[][..], |rendered| &rendered.resources);
        let lost: Vec<_> = monitors(evaluated)
            .filter(|monitor| !has_target(monitor, own))
            .filter(|monitor| !has_target(monitor, everywhere.iter().copied()))
            .collect();
        if lost.is_empty() || is_explained(cx, at) {
            continue;
        }
        for monitor in lost {
            if let Some((other, peer)) = tried(cx, evaluated, monitor) {
                let is_final = cx.layout.environments.len() == evaluated.overlay.environment + 1;
                let most = if is_final { Level::Error } else { Level::Warning };
                let finding = finding(cx, (evaluated, monitor), (other, peer));
                findings.push_at(findings.level().min(most), finding);
            }
        }
    }
}

/// The monitors of an overlay that is whole.
fn monitors<'a>(evaluated: &'a Evaluated<'_>) -> impl Iterator<Item = &'a Resource> {
    let whole = evaluated.output().filter(|rendered| !rendered.lacks_objects());
    whole.into_iter().flat_map(|rendered| &rendered.resources).filter(|object| is_monitor(object))
}

/// What can be scraped in each environment: a monitor may look into other units.
fn targets<'a>(cx: &Context<'a>) -> Vec<Vec<&'a Resource>> {
    let mut environments = vec![Vec::new(); cx.layout.environments.len()];
    for evaluated in cx.evaluated {
        let own = environments.get_mut(evaluated.overlay.environment);
        if let (Some(own), Some(rendered)) = (own, evaluated.output()) {
            own.extend(rendered.resources.iter().filter(|object| is_target(object)));
        }
    }
    environments
}

/// The monitor's answer in an environment before, where it finds something in its own overlay.
fn tried<'a>(
    cx: &'a Context<'_>,
    evaluated: &Evaluated<'_>,
    monitor: &Resource,
) -> Option<(&'a Evaluated<'a>, &'a Resource)> {
    let before = cx.evaluated.iter().filter(|other| {
        other.unit_index == evaluated.unit_index
            && other.overlay.environment < evaluated.overlay.environment
    });
    before.rev().find_map(|other| {
        let objects = &other.output()?.resources;
        let same = |peer: &&Resource| {
            peer.id.gvk.kind == monitor.id.gvk.kind && peer.id.name == monitor.id.name
        };
        let peer = monitors(other).filter(same).find(|peer| has_target(peer, objects))?;
        Some((other, peer))
    })
}

/// Whether a difference of the overlay is reported that leaves the monitor without a target.
fn is_explained(cx: &Context<'_>, overlay: usize) -> bool {
    cx.comparison.causes.iter().flat_map(|cause| &cause.differences).any(|difference| {
        let target = difference.topic == Topic::Scrape
            || matches!(&*difference.resource.gvk.kind, "Service" | "Deployment" | "StatefulSet")
                && difference.path.steps().is_empty();
        difference.here_overlay == overlay && target
    })
}

fn selector(monitor: &Resource) -> Span {
    let spec = monitor.body.get("spec").and_then(Value::as_map);
    let key = spec.and_then(|spec| spec.entry("selector")).map(|entry| entry.key_span);
    let name = || monitor.body.at(&["metadata", "name"]).map(|name| name.provenance.first().span);
    key.or_else(name).unwrap_or(monitor.origin)
}

fn finding(
    cx: &Context<'_>,
    (evaluated, monitor): (&Evaluated<'_>, &Resource),
    (other, peer): (&Evaluated<'_>, &Resource),
) -> Finding {
    let name = |of: &Evaluated<'_>| cx.layout.environments[of.overlay.environment].name.clone();
    let (here, there) = (name(evaluated), name(other));
    let what = if &*monitor.id.gvk.kind == "PodMonitor" { "pod" } else { "Service" };
    let message = format!(
        "{} matches no {what} in {here}, by labels and port, and does in {there}",
        monitor.id
    );
    let finding = Finding::at(selector(monitor), message)
        .label(format!("{here}: nothing has these labels and this port"))
        .help(format!("let labels and port name of the {what} be what the selector asks for"))
        .about(Subject {
            unit: Some(evaluated.unit.name.clone()),
            environment: Some(here),
            reference: Some(there.clone()),
            variants: evaluated.overlay.variant.iter().cloned().collect(),
            resource: Some(monitor.id.clone()),
            path: Some("spec.selector".to_owned()),
            ..Subject::default()
        });
    if selector(peer) == selector(monitor) {
        return finding;
    }
    finding.place(Role::Reference, selector(peer), format!("{there}: matches"))
}
