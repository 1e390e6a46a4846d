//! Exceptions past their last day.

use crate::finding::{Level, Role};
use crate::rules::exceptions::{about_value, days, named, renewal, whom};
use crate::rules::{Context, Findings, Rule, rule};

/// Most findings of an exception that are shown.
const SHOWN: usize = 3;

rule! {
    /// Reports an exception whose last day is past
    ///
    /// ## Why
    /// The date is when somebody promised to have dealt with the difference. From the day after,
    /// the exception silences nothing: its findings are back, so that the promise is kept or made
    /// again, and never forgotten.
    ///
    /// Where only a part of the repository is asked about (`paritylint check PATHS`), the exception
    /// is an error if what it covered lies in that part, and a warning otherwise: whoever changes
    /// something else is not held up by it.
    ///
    /// ## Fix
    /// Make the environments alike again and delete the exception, or renew it with its owner: add
    /// the day of the agreement to `renewed` and set a new `retire-by`. Dates are in UTC, and the
    /// exception holds on the day that it names.
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
            let over = days((cx.today - last).get_days());
            let message = format!("{} ended on {last}, {over} ago", named(exception));
            let (label, help) = if judged.covers.is_empty() {
                (
                    "covers nothing any more",
                    "delete it: nothing is left that it would cover".to_owned(),
                )
            } else {
                let (whom, how) = (whom(exception), renewal(exception, &cx.config.terms));
                (
                    "no longer covers anything",
                    format!("fix what it covered, or agree with {whom}: {how}"),
                )
            };
            let mut finding =
                about_value(exception, exception.retire_by_at, message).label(label).help(help);
            for &place in judged.covers.iter().take(SHOWN) {
                finding = finding.place(Role::Related, place, "was covered");
            }
            let touched = cx.touched.any(cx.snapshot, judged.covers);
            let most = if touched { Level::Error } else { Level::Warning };
            findings.push_at(findings.level().min(most), finding);
        }
    }
}
