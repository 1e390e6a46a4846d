//! Exceptions close to their last day.

use crate::rules::exceptions::{about_value, days, named, renewal, whom};
use crate::rules::{Context, Findings, Need, Rule, rule};

rule! {
    /// Reports an exception that ends within `warn-days`
    ///
    /// ## Why
    /// On the day after its last one its findings are back, and may stop a release. Who hears of it
    /// some weeks before can plan the work, or agree on more time.
    ///
    /// ## Fix
    /// Make the environments alike and delete the exception, or renew it with its owner: add the
    /// day of the agreement to `renewed` and set a later `retire-by`. `warn-days` under
    /// `[exceptions]` in the configuration sets how early this is said; 0 switches it off.
    pub struct ExceptionExpiringSoon {}
    id: "exception-expiring-soon", family: Exceptions, level: Warning, since: "0.1.0",
}

impl Rule for ExceptionExpiringSoon {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for judged in cx.exceptions {
            let exception = judged.exception;
            let Some(last) = exception.retire_by else { continue };
            let left = (last - cx.today).get_days();
            // One that is not needed is reported as such; nobody has to plan for its end.
            if !cx.config.terms.is_soon(left) || judged.need == Need::Unused {
                continue;
            }
            let when = match left {
                0 => "today".to_owned(),
                left => format!("on {last}, in {}", days(left)),
            };
            let (whom, how) = (whom(exception), renewal(exception, &cx.config.terms));
            findings.push(
                about_value(
                    exception,
                    exception.retire_by_at,
                    format!("{} ends {when}", named(exception)),
                )
                .help(format!("fix what it covers, or agree with {whom}: {how}")),
            );
        }
    }
}
