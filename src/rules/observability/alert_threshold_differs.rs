//! `alert-threshold-differs`.

use crate::compare::{Difference, Topic};
use crate::kube::PathStep;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
use crate::rules::{Rule, rule};

rule! {
    /// Reports an alert that fires at another number, after another time or with another severity
    ///
    /// ## Why
    /// An alert is tested in staging. With another threshold it is another alert in production, and
    /// a threshold that was raised to have quiet tends to stay.
    ///
    /// ## Fix
    /// Use one threshold, in the base. If traffic makes it depend on the environment, compare with a
    /// ratio instead of a count, or declare the number as a parameter.
    pub struct AlertThresholdDiffers {
    }
    id: "alert-threshold-differs", family: Observability, level: Warning, since: "0.1.0",
}

impl Rule for AlertThresholdDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Threshold, findings, |difference, sides| {
            let value = |shown: Option<String>| shown.unwrap_or_else(|| "nothing".to_owned());
            Speech {
                message: format!(
                    "alert {} of {} has {} `{}` in {} and `{}` in {}",
                    alert(difference),
                    difference.resource,
                    what(difference),
                    value(difference.shown()),
                    sides.here,
                    value(difference.reference_shown()),
                    sides.there,
                ),
                help: "use one value in the base, or declare it as a parameter".to_owned(),
            }
        });
    }
}

/// The alert's name; its place in the list where the list does not tell.
fn alert(difference: &Difference) -> String {
    match difference.path.steps().get(4) {
        Some(PathStep::Element { value, .. }) => format!("`{value}`"),
        Some(PathStep::Index(at)) => format!("{}", at + 1),
        _ => format!("`{}`", difference.path),
    }
}

fn what(difference: &Difference) -> &str {
    match difference.path.steps().get(5) {
        Some(PathStep::Key(key)) if &**key == "expr" => "the expression",
        Some(PathStep::Key(key)) if &**key == "labels" => "the severity",
        Some(PathStep::Key(key)) => key,
        _ => "the value",
    }
}
