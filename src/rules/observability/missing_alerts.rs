//! `missing-alerts`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::missing;
use crate::rules::{Rule, rule};

rule! {
    /// Reports alerts, or receivers of alerts, that one environment has and another lacks
    ///
    /// ## Why
    /// An alert that exists in staging only wakes nobody when production fails; one that exists in
    /// production only was never seen to fire.
    ///
    /// ## Fix
    /// Move the group or the rule to the base. Let environments differ in who is told, not in what
    /// is noticed.
    pub struct MissingAlerts {
    }
    id: "missing-alerts", family: Observability, level: Error, since: "0.1.0",
}

impl Rule for MissingAlerts {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        missing::report(cx, Topic::Alerts, findings, "alerts in");
    }
}
