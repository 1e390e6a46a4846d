//! Exceptions that do not say why.

use crate::rules::exceptions::{about, named};
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports an exception without a reason
    ///
    /// ## Why
    /// Whoever meets the exception later must be able to judge whether it still applies.
    ///
    /// ## Fix
    /// Add `reason`: why the environments differ, and what has to happen before they need not.
    pub struct ExceptionWithoutReason {}
    id: "exception-without-reason", family: Exceptions, level: Note, since: "0.1.0",
}

impl Rule for ExceptionWithoutReason {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            let exception = judged.exception;
            if exception.reason.is_none() {
                let message = format!("{} has no reason", named(exception));
                findings.push(about(exception, message).help("add `reason = \"…\"`"));
            }
        }
    }
}
