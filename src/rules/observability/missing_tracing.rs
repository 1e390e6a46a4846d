//! `missing-tracing`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::missing;
use crate::rules::{Rule, rule};

rule! {
    /// Reports what makes or exports traces in one environment and not in another
    ///
    /// ## Why
    /// A request that cannot be followed through production is understood in staging only. One
    /// service without its exporter breaks the trace of every request that passes it.
    ///
    /// ## Fix
    /// Set the annotation, the variable or the collector in the base; only endpoints and the share of
    /// requests that is sampled should differ.
    pub struct MissingTracing {
    }
    id: "missing-tracing", family: Observability, level: Error, since: "0.1.0",
}

impl Rule for MissingTracing {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        missing::report(cx, Topic::Tracing, findings, "traces");
    }
}
