//! `unknown-field`.

use std::collections::BTreeSet;

use crate::render::Evaluated;
use crate::rules::schema::refused;
use crate::rules::{Context, Findings, Rule, rule};
use crate::schema::{Fault, Problem};
use crate::text::Span;

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
        // Instructions that kustomize takes for a part of the object: `invalid-kustomization`.
        let outputs = cx.evaluated.iter().filter_map(Evaluated::output);
        let told: BTreeSet<Span> =
            outputs.flat_map(|rendered| &rendered.notices).map(|notice| notice.span).collect();
        for refusal in &cx.validation.refusals {
            let Problem { fault, span, .. } = &refusal.problem;
            if matches!(fault, Fault::Unknown { .. }) && !told.contains(span) {
                let level = refused::level(refusal, findings.level());
                findings.push_at(level, refused::finding(cx, refusal));
            }
        }
    }
}
