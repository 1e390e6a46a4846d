//! Exceptions without an end.

use crate::rules::exceptions::{about, named};
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports an exception without a last day
    ///
    /// ## Why
    /// Temporary differences stay when nothing asks for them again. A date makes the question come
    /// back by itself.
    ///
    /// ## Fix
    /// Add `retire-by` (in a comment: `until`). The exception holds meanwhile.
    pub struct ExceptionWithoutRetirementDate {}
    id: "exception-without-retirement-date", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for ExceptionWithoutRetirementDate {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            let exception = judged.exception;
            if exception.retire_by.is_none() {
                let message = format!("{} has no last day", named(exception));
                findings.push(
                    about(exception, message)
                        .help("add `retire-by = 2027-01-31`, or `until=2027-01-31` in a comment"),
                );
            }
        }
    }
}
