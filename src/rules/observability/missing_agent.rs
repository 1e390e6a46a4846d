//! `missing-agent`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports an agent, exporter, scrape target or alert that one environment has and another lacks
    ///
    /// ## Why
    /// What is watched in staging and not in production fails unseen where it matters; what is
    /// watched in production only was never seen to work.
    ///
    /// ## Fix
    /// Deploy the agent in both environments: as a container in the base, or as an object that both
    /// overlays list.
    pub struct MissingAgent {
    }
    id: "missing-agent", family: Observability, level: Error, since: "0.1.0",
}

impl Rule for MissingAgent {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Agent, findings, |difference, sides| {
            let (with, without) = sides.with_and_without(difference.change);
            let what = match difference.path.last_element() {
                Some(name) => format!("agent container `{name}` of {}", difference.resource),
                None => difference.resource.to_string(),
            };
            Speech {
                message: format!("{what} watches {with} and not {without}"),
                help: format!(
                    "deploy it in {without} too, or document why nothing is watched there"
                ),
            }
        });
    }
}
