//! `missing-key`.

use crate::compare::{Change, Company, Difference, Topic};
use crate::finding::Level;
use crate::kube::Form;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, is_misnamed, report_graded};
use crate::rules::{Rule, rule};
use crate::text::FileId;

rule! {
    /// Reports a variable, configuration key, flag or port that one environment lacks
    ///
    /// ## Why
    /// Values may differ between environments; the set of names must not. A program that finds a
    /// variable in staging and not in production falls back to a default that nobody tested. Two
    /// spellings of one key, each in one environment, are told once, with both.
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
            let sure = is_required(cx, difference) && !company.has(difference);
            if sure { Level::Error } else { Level::Warning }
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
                help: if is_misnamed(difference) {
                    format!("correct the name in {without}, so that the module gets the value")
                } else if is_variable(difference) {
                    format!("set it in {without} too, or give the variable a default for both")
                } else {
                    format!("set it in {without} too, in the base if the value is the same")
                },
            }
        });
    }
}

/// Whether it is a variable of Terraform.
fn is_variable(difference: &Difference) -> bool {
    let gvk = &difference.resource.gvk;
    gvk.is_document() && &*gvk.kind == Form::Variables.kind()
}

/// Whether nothing but the environment's own files can set it: a variable may have a default in a module
/// that is not known.
fn is_required(cx: &Context<'_>, difference: &Difference) -> bool {
    let lacking = match difference.change {
        Change::OnlyHere => difference.there_overlay,
        _ => difference.here_overlay,
    };
    let inputs = cx.evaluated[lacking].output().map(|rendered| &rendered.inputs);
    let declares = |file: &FileId| {
        let extension = cx.snapshot.path(*file).extension();
        matches!(extension.as_str(), "tf" | "tofu")
    };
    !is_variable(difference) || inputs.is_some_and(|inputs| inputs.iter().any(declares))
}
