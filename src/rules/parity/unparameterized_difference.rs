//! `unparameterized-difference`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports a value that differs between environments and that no parameter declares
    ///
    /// ## Why
    /// A release is tested in staging and then run in production; the test is worth only as much
    /// as the two are alike. Every difference should be a parameter that somebody decided on, or
    /// an exception that somebody answers for.
    ///
    /// ## Fix
    /// Use the same value in both environments, or declare the path as a `[[parameter]]` with a
    /// constraint, or document the difference with an `[[exception]]`.
    pub struct UnparameterizedDifference {
    }
    id: "unparameterized-difference", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for UnparameterizedDifference {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Other, findings, |difference, sides| {
            let help =
                "use one value for both, declare a `[[parameter]]` for the path, or document \
                        an `[[exception]]`"
                    .to_owned();
            Speech { message: told(difference, sides), help }
        });
    }
}
