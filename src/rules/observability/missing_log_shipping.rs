//! `missing-log-shipping`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::missing;
use crate::rules::{Rule, rule};

rule! {
    /// Reports what ships logs from one environment and not from another
    ///
    /// ## Why
    /// Logs that stay on a node are gone with it. A filter or an output that only staging has was
    /// never seen to work where the logs matter, or the other way round.
    ///
    /// ## Fix
    /// Run the same agent with the same stages in both environments; let only addresses and
    /// credentials differ.
    pub struct MissingLogShipping {
    }
    id: "missing-log-shipping", family: Observability, level: Error, since: "0.1.0",
}

impl Rule for MissingLogShipping {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        missing::report(cx, Topic::Logs, findings, "ships the logs of");
    }
}
