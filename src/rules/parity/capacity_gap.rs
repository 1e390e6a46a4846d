//! `capacity-gap`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports requests, limits, replicas or storage below the reference, or far above it
    ///
    /// ## Why
    /// What staging needs, production needs at least. A memory limit below that of staging is an
    /// out-of-memory kill that no test has shown; one that is many times higher was never tested.
    ///
    /// ## Fix
    /// Raise the value, or lower the one of the reference. Where the ratio is intended, declare a
    /// parameter with a constraint.
    pub struct CapacityGap {
    }
    id: "capacity-gap", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for CapacityGap {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Capacity, findings, |difference, sides| {
            let (here, there) = (difference.shown(), difference.reference_shown());
            let asked = match (&difference.violated, &here, &there) {
                (Some(asked), Some(_), Some(_)) => format!(", and {asked}"),
                _ => String::new(),
            };
            let text = |value: Option<String>| {
                value.map_or("not set".to_owned(), |value| format!("`{value}`"))
            };
            Speech {
                message: format!(
                    "`{}` of {} is {} in {} and {} in {}{asked}",
                    difference.path,
                    difference.resource,
                    text(here),
                    sides.here,
                    text(there),
                    sides.there,
                ),
                help: "align the sizes, or declare a parameter with the ratio that is meant"
                    .to_owned(),
            }
        });
    }
}
