//! `missing-agent`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::{lost_unit, missing, required};
use crate::rules::{Rule, rule};

rule! {
    /// Reports an agent, exporter or error tracker that one environment has and another lacks
    ///
    /// ## Why
    /// What is watched in staging and not in production fails unseen where it matters; what is
    /// watched in production only was never seen to work.
    ///
    /// ## Fix
    /// Deploy the agent in both environments: as a container in the base, or as an object that both
    /// overlays list. What an environment must have whatever the others have is required by
    /// `[observability]` in `paritylint.toml`.
    pub struct MissingAgent {
    }
    id: "missing-agent", family: Observability, level: Error, since: "0.1.0",
}

impl Rule for MissingAgent {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        missing::report(cx, Topic::Agent, findings, "watches");
        lost_unit::report(cx, findings);
        required::report(cx, findings);
    }
}
