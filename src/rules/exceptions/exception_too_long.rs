//! Exceptions for longer than anybody may promise.

use crate::rules::exceptions::{about, about_value, days, named};
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports an exception for more than `max-days`, or renewed more than `max-renewals` times
    ///
    /// ## Why
    /// A permission for years is a difference for good that nobody looks at again. So is one that is
    /// renewed every time it ends.
    ///
    /// ## Fix
    /// Set `retire-by` to a day within `max-days` of `created`, or of the last day in `renewed`.
    /// Without either, the days from today on count. A difference that is there to stay is not an
    /// exception: declare a `[[parameter]]` for it. Both limits are set under `[exceptions]` in the
    /// configuration.
    pub struct ExceptionTooLong {}
    id: "exception-too-long", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for ExceptionTooLong {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let terms = &cx.config.terms;
        for judged in cx.exceptions {
            let exception = judged.exception;
            // Nobody agrees on anything in the future.
            let agreed = exception.agreed().map_or(cx.today, |day| day.min(cx.today));
            let lasts = exception.retire_by.map_or(0, |last| (last - agreed).get_days());
            if terms.max_days > 0
                && lasts > i32::from(terms.max_days)
                && !exception.is_expired(cx.today)
            {
                let lasts = days(lasts);
                let from = match exception.agreed() {
                    Some(_) => format!("{agreed}"),
                    None => "today".to_owned(),
                };
                let message = format!("{} lasts {lasts} from {from} on", named(exception));
                let latest = agreed.saturating_add(jiff::Span::new().days(terms.max_days));
                findings.push(about_value(exception, exception.retire_by_at, message).help(
                    format!(
                        "set its last day to {latest} or before: `exceptions.max-days` is {}",
                        terms.max_days
                    ),
                ));
            }
            let renewals = exception.renewed.len();
            if renewals > usize::from(terms.max_renewals) {
                let message = format!("{} was renewed {renewals} times", named(exception));
                findings.push(about(exception, message).key(["renewals"]).help(format!(
                    "fix what it covers, or declare a `[[parameter]]`: `exceptions.max-renewals` is {}",
                    terms.max_renewals
                )));
            }
        }
    }
}
