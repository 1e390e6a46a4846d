//! `missing-probe`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports a liveness, readiness or startup probe that one environment has and another lacks
    ///
    /// ## Why
    /// A probe that exists only in staging proves nothing about production: the rollout there waits
    /// for less evidence than the one that was tested.
    ///
    /// ## Fix
    /// Move the probe to the base, or add it to the environment that lacks it.
    pub struct MissingProbe {
    }
    id: "missing-probe", family: Observability, level: Error, since: "0.1.0",
}

impl Rule for MissingProbe {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Probe, findings, |difference, sides| {
            let (with, without) = sides.with_and_without(difference.change);
            let probe = difference.path.last_key().unwrap_or("probe");
            let (path, resource) = (&difference.path, &difference.resource);
            Speech {
                message: match path.last_element() {
                    Some(container) => format!(
                        "container `{container}` of {resource} has a {probe} in {with} and none in {without}"
                    ),
                    // A document describes containers of its own making.
                    None => {
                        format!("`{path}` of {resource} is set in {with} and not in {without}")
                    }
                },
                help: format!("add the {probe} in {without}, in the base if it is the same"),
            }
        });
    }
}
