//! `unknown-field`.

use crate::rules::schema::refused;
use crate::rules::{Context, Findings, Rule, rule};
use crate::schema::Fault;

rule! {
    /// Reports a field that the kind does not have
    ///
    /// ## Why
    /// A misspelt or misplaced field is refused by some ways of applying it and dropped without a
    /// word by others: the setting that somebody believes in does not run.
    ///
    /// ## Fix
    /// Correct the name, or move the field where it belongs. Where the field is newer than the
    /// schema, name your version with `kubernetes-version`, or add the `CustomResourceDefinition` to
    /// the repository.
    pub struct UnknownField {}
    id: "unknown-field", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for UnknownField {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for refusal in &cx.validation.refusals {
            if matches!(refusal.problem.fault, Fault::Unknown { .. }) {
                let level = refused::level(refusal, findings.level());
                findings.push_at(level, refused::finding(cx, refusal));
            }
        }
    }
}
