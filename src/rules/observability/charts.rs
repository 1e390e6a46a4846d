//! Agents that a kustomization takes from a chart: not rendered here, but known by its name.

use crate::compare::Topic;
use crate::compare::agents::{self, Shown};
use crate::finding::{Finding, Level, Subject};
use crate::render::{Evaluated, Gap};
use crate::rules::context::Context;
use crate::rules::findings::Findings;

/// Reports the agents' charts of a unit that one environment names and a later one does not.
pub(super) fn report(cx: &Context<'_>, topic: Topic, findings: &mut Findings) {
    for here in cx.evaluated.iter().filter(|evaluated| is_known(evaluated)) {
        let environment = here.overlay.environment;
        let before = cx.evaluated.iter().filter(|other| {
            other.unit_index == here.unit_index
                && other.overlay.environment < environment
                && !cx.layout.environments[other.overlay.environment].is_workshop()
        });
        let Some(there) = before.max_by_key(|other| other.overlay.environment) else { continue };
        for (gap, shown) in charts(there).filter(|(_, shown)| shown.topic == topic) {
            let own = charts(here).any(|(_, other)| other.agent == shown.agent);
            let unit = here.output().into_iter().flat_map(|rendered| &rendered.resources).any(
                |resource| {
                    let object = agents::of_object(&resource.id.gvk, &resource.body);
                    object.is_some_and(|object| object.agent == shown.agent)
                },
            );
            if !own && !unit && !cx.comparison.cover.has(environment, shown.agent) {
                let last = cx.layout.environments.len() == environment + 1;
                let most = if last { Level::Error } else { Level::Warning };
                let finding = finding(cx, here, there, gap, shown);
                findings.push_at(findings.level().min(most), finding);
            }
        }
    }
}

/// Whether charts are all that is not known of an overlay.
fn is_known(evaluated: &Evaluated<'_>) -> bool {
    evaluated
        .output()
        .is_some_and(|rendered| rendered.gaps.iter().all(|gap| !gap.objects || gap.is_chart()))
}

fn charts<'a>(evaluated: &'a Evaluated<'_>) -> impl Iterator<Item = (&'a Gap, &'static Shown)> {
    let gaps = evaluated.output().into_iter().flat_map(|rendered| &rendered.gaps);
    gaps.filter(|gap| gap.is_chart()).filter_map(|gap| Some((gap, agents::chart(&gap.detail)?)))
}

fn finding(
    cx: &Context<'_>,
    here: &Evaluated<'_>,
    there: &Evaluated<'_>,
    gap: &Gap,
    shown: &Shown,
) -> Finding {
    let name = |of: &Evaluated<'_>| cx.layout.environments[of.overlay.environment].name.clone();
    let (without, with) = (name(here), name(there));
    let message = format!(
        "the chart `{}` ({}) is installed in {with} and not in {without}",
        gap.detail, shown.agent
    );
    Finding::at(gap.span, message)
        .label(format!("{with} has it"))
        .help(format!("add the chart in {without} too, or document why {without} does without"))
        .key([&gap.detail])
        .about(Subject {
            unit: Some(here.unit.name.clone()),
            environment: Some(without),
            reference: Some(with),
            ..Subject::default()
        })
}
