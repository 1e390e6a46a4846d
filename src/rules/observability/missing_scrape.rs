//! `missing-scrape`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::{missing, without_target};
use crate::rules::{Rule, rule};

rule! {
    /// Reports metrics that are collected in one environment and not in another
    ///
    /// ## Why
    /// Dashboards and alerts stay empty where nothing is collected, and an alert on a metric that
    /// does not exist never fires.
    ///
    /// ## Fix
    /// Declare the monitor, its endpoint or the annotation in the base, so that both environments
    /// have it; let its selector and port name a Service of the same environment.
    pub struct MissingScrape {
    }
    id: "missing-scrape", family: Observability, level: Error, since: "0.1.0",
}

impl Rule for MissingScrape {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        missing::report(cx, Topic::Scrape, findings, "makes Prometheus scrape");
        without_target::report(cx, findings);
    }
}
