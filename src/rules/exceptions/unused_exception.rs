//! Exceptions that silence nothing.

use crate::rules::exceptions::{about, named};
use crate::rules::{Context, Findings, Need, Rule, rule};

rule! {
    /// Reports an exception that silences nothing
    ///
    /// ## Why
    /// The difference is gone, or the exception never matched it. Left where it is, it would
    /// silence the next difference at the same place without anybody having agreed to it.
    ///
    /// ## Fix
    /// Delete it, or correct its scope. Exceptions of rules that did not run, and of units that
    /// could not be rendered whole, are not reported.
    pub struct UnusedException {}
    id: "unused-exception", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for UnusedException {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions.iter().filter(|judged| judged.need == Need::Unused) {
            let message = format!("{} matches nothing", named(judged.exception));
            findings.push(about(judged.exception, message).help("delete it, or correct its scope"));
        }
    }
}
