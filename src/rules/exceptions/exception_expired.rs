//! Exceptions past their last day.

use crate::rules::exceptions::{about, named};
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports an exception whose last day is past
    ///
    /// ## Why
    /// The date is when somebody promised to have dealt with the difference. From the day after,
    /// the exception silences nothing: its findings are back, so that the promise is kept or made
    /// again, and never forgotten.
    ///
    /// ## Fix
    /// Make the environments alike again and delete the exception, or agree with its owner on a
    /// new `retire-by`. Dates are in UTC, and the exception holds on the day that it names.
    pub struct ExceptionExpired {}
    id: "exception-expired", family: Exceptions, level: Error, since: "0.1.0",
}

impl Rule for ExceptionExpired {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            let exception = judged.exception;
            let Some(last) = exception.retire_by.filter(|_| exception.is_expired(cx.today)) else {
                continue;
            };
            let message = format!("{} ended on {last}", named(exception));
            let whom = exception.owner.as_ref();
            let whom = whom.map(|owner| format!(" with `{owner}`")).unwrap_or_default();
            findings.push(
                about(exception, message)
                    .label("no longer silences anything")
                    .help(format!("delete it, or agree{whom} on a later `retire-by`")),
            );
        }
    }
}
