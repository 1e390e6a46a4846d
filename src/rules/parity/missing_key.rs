//! `missing-key`.

use crate::compare::{Company, Difference, Topic};
use crate::finding::Level;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded};
use crate::rules::{Rule, rule};

rule! {
    /// Reports a variable, configuration key, flag or port that one environment lacks
    ///
    /// ## Why
    /// Values may differ between environments; the set of names must not. A program that finds a
    /// variable in staging and not in production falls back to a default that nobody tested.
    ///
    /// ## Fix
    /// Set the name in both environments, in the base if the value is the same. A flag that comes with
    /// a value that differs elsewhere too, such as a port, is at most a warning.
    pub struct MissingKey {
    }
    id: "missing-key", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for MissingKey {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let company = Company::of(cx.comparison);
        let grade = |difference: &Difference| {
            if company.has(difference) { Level::Warning } else { Level::Error }
        };
        report_graded(cx, Topic::Key, findings, grade, |difference, sides| {
            let (with, without) = sides.with_and_without(difference.change);
            let value = difference.shown().or_else(|| difference.reference_shown());
            Speech {
                message: format!(
                    "`{}` of {} is set in {with} (`{}`) and not in {without}",
                    difference.path,
                    difference.resource,
                    value.unwrap_or_default(),
                ),
                help: format!("set it in {without} too, in the base if the value is the same"),
            }
        });
    }
}
