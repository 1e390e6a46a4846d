//! `missing-resource`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports an object that one environment of a unit has and its reference lacks, or the reverse
    ///
    /// ## Why
    /// What exists in one environment only was never tested together with the rest. An object that
    /// production lacks is often one that somebody forgot to promote.
    ///
    /// ## Fix
    /// Move the object to the base, or add it to the environment that lacks it. Where it is meant
    /// for one environment only, document that with an exception.
    pub struct MissingResource {
    }
    id: "missing-resource", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for MissingResource {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Resource, findings, |difference, sides| {
            let (with, without) = sides.with_and_without(difference.change);
            Speech {
                message: format!("{} exists in {with} and not in {without}", difference.resource),
                help: format!("add it to {without}, or document why it does without"),
            }
        });
    }
}
