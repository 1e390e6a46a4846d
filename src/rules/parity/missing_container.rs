//! `missing-container`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports a container that one environment of a workload has and its reference lacks
    ///
    /// ## Why
    /// Containers of a pod share its network, volumes and life cycle. A pod that runs another set
    /// of them is another program.
    ///
    /// ## Fix
    /// Move the container to the base, or add it to the environment that lacks it.
    pub struct MissingContainer {
    }
    id: "missing-container", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for MissingContainer {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Container, findings, |difference, sides| {
            let (with, without) = sides.with_and_without(difference.change);
            let name = difference.path.last_element().unwrap_or("a container");
            Speech {
                message: format!(
                    "container `{name}` of {} runs in {with} and not in {without}",
                    difference.resource
                ),
                help: format!("add the container to {without}, or take it out of {with}"),
            }
        });
    }
}
