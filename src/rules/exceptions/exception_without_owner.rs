//! Exceptions that nobody answers for.

use crate::rules::exceptions::{about, named};
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports an exception without an owner
    ///
    /// ## Why
    /// An exception is a promise. Without a name on it nobody is asked whether it is still needed,
    /// and nobody is told when it ends.
    ///
    /// ## Fix
    /// Add `owner`, as CODEOWNERS names the team or the person. The exception holds meanwhile.
    pub struct ExceptionWithoutOwner {}
    id: "exception-without-owner", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for ExceptionWithoutOwner {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            let exception = judged.exception;
            if exception.owner.is_none() {
                let message = format!("{} has no owner", named(exception));
                findings.push(
                    about(exception, message)
                        .help("add `owner = \"@team\"`, or `owner=@team` in a comment"),
                );
            }
        }
    }
}
