//! What is not applied, not run, or not healed.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Topic;
use crate::compare::switches::Control;
use crate::finding::{Finding, Level, Subject};
use crate::rules::hotfix::{objects, switched};
use crate::rules::{Context, Findings, Rule, locality, rule};

/// So many applications have to be synced for each that is not, before that one stands out.
const SIBLINGS: usize = 5;

rule! {
    /// Reports what a controller is told not to apply, not to run or not to heal
    ///
    /// ## Why
    /// Reconciliation is paused in an incident and stays paused: from then on the repository says
    /// one thing and the cluster another. Where one environment is paused and the others are not,
    /// a release is tested in one state and runs in another.
    ///
    /// A switch that is set in every environment alike is a note.
    ///
    /// ## Fix
    /// Resume it. If it has to stay, declare an exception with an owner and a date.
    pub struct ReconciliationPaused {}
    id: "reconciliation-paused", family: Hotfix, level: Warning, since: "0.1.0",
}

impl Rule for ReconciliationPaused {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let help = "resume it, or declare an exception with an owner and a date";
        switched::report(cx, Control::Paused, help, findings);
        unlike_siblings(cx, findings);
    }
}

/// Reports the few applications that Argo CD does not sync, where it syncs nearly all.
fn unlike_siblings(cx: &Context<'_>, findings: &mut Findings) {
    let unrendered = objects::unrendered(cx, |text| text.contains("argoproj.io"));
    let rendered = objects::released(cx).map(|(_, resource)| resource);
    let mut automated = BTreeSet::new();
    let mut manual = BTreeMap::new();
    for resource in rendered.chain(&unrendered).filter(|r| &*r.id.gvk.group == "argoproj.io") {
        let spec = match &*resource.id.gvk.kind {
            "Application" => resource.body.get("spec"),
            "ApplicationSet" => resource.body.at(&["spec", "template", "spec"]),
            _ => continue,
        };
        let Some(project) = spec.and_then(|spec| spec.get("project")) else { continue };
        let policy = spec.and_then(|spec| spec.at(&["syncPolicy", "automated"]));
        if policy.is_some() {
            automated.insert(project.span());
        } else {
            let name = resource.body.at(&["metadata", "name"]).unwrap_or(project);
            manual.insert(name.provenance.first().span, &resource.id);
        }
    }
    if manual.is_empty() || automated.len() < SIBLINGS * manual.len() {
        return;
    }
    let told: BTreeSet<_> = cx
        .comparison
        .causes
        .iter()
        .filter(|cause| cause.topic == Topic::Paused)
        .flat_map(|cause| &cause.differences)
        .map(|difference| &difference.resource)
        .collect();
    for (span, id) in manual.into_iter().filter(|(_, id)| !told.contains(id)) {
        let count = automated.len();
        let message = format!("{id} is not synced by itself, unlike {count} others");
        let subject = Subject { resource: Some(id.clone()), ..Subject::default() };
        let finding = Finding::at(span, message).about(subject);
        let help = "give it `syncPolicy.automated`, or say in an exception who syncs it";
        let finding = finding.help(help).key(["siblings"]).key(locality(cx, span));
        findings.push_at(findings.level().min(Level::Note), finding);
    }
}
