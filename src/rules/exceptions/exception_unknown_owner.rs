//! Exceptions that belong to nobody whom the configuration knows.

use crate::rules::exceptions::about;
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports an exception whose owner is not among `owners.allowed`
    ///
    /// ## Why
    /// An owner who cannot be reached is no owner: names of people who left and of teams that
    /// were renamed keep exceptions alive that nobody answers for.
    ///
    /// ## Fix
    /// Name an owner that matches `owners.allowed` in the configuration, or extend that list.
    /// Without the list every owner is accepted.
    pub struct ExceptionUnknownOwner {}
    id: "exception-unknown-owner", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for ExceptionUnknownOwner {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let allowed = &cx.config.owners.allowed;
        if allowed.is_empty() {
            return;
        }
        for judged in cx.exceptions {
            let exception = judged.exception;
            let Some(owner) = &exception.owner else { continue };
            if allowed.iter().any(|glob| glob.matches(owner)) {
                continue;
            }
            let globs: Vec<_> = allowed.iter().map(|glob| format!("`{glob}`")).collect();
            findings.push(
                about(exception, format!("`{owner}` may not own exceptions"))
                    .help(format!("`owners.allowed` has {}", globs.join(", "))),
            );
        }
    }
}
