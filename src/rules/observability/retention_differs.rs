//! `retention-differs`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports metrics, logs or traces that an environment keeps for a shorter time than its reference
    ///
    /// ## Why
    /// What happened in production is asked for weeks later. That staging remembers longer is
    /// nearly always an accident of two files. Longer in production is normal, and not reported.
    ///
    /// ## Fix
    /// Raise the retention to that of the reference, or lower the reference.
    pub struct RetentionDiffers {
    }
    id: "retention-differs", family: Observability, level: Warning, since: "0.1.0",
}

impl Rule for RetentionDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Retention, findings, |difference, sides| {
            let value = |shown: Option<String>| {
                shown.map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"))
            };
            let what = if difference.violated.is_some() { "less than" } else { "not the same as" };
            Speech {
                message: format!(
                    "the retention `{}` of {} is {} in {}, {what} in {} ({})",
                    difference.path,
                    difference.resource,
                    value(difference.shown()),
                    sides.here,
                    sides.there,
                    value(difference.reference_shown()),
                ),
                help: format!("keep it in {} at least as long as in {}", sides.here, sides.there),
            }
        });
    }
}
