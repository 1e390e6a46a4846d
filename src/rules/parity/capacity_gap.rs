//! `capacity-gap`.

use crate::compare::{Change, Difference, Topic};
use crate::finding::Level;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports sizes below the reference or far above it, and autoscalers that scale otherwise
    ///
    /// ## Why
    /// What staging needs, production needs at least. A memory limit below that of staging is an
    /// out-of-memory kill that no test has shown; one that is many times higher was never tested.
    /// Amounts count in any usual unit, and types of machines and tiers as far as their names tell an order.
    /// An autoscaler with another metric, target or behaviour, or none, is another program still.
    ///
    /// ## Fix
    /// Raise the value, or lower the one of the reference. Scale by the same metrics in every
    /// environment. Where the ratio is intended, declare a parameter with a constraint.
    pub struct CapacityGap {
    }
    id: "capacity-gap", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for CapacityGap {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(cx, Topic::Capacity, findings, grade, |difference, sides| Speech {
            message: told(difference, sides),
            help: if difference.path.steps().is_empty() {
                "scale it alike in both environments; the sizes may differ".to_owned()
            } else {
                "align the sizes, or declare a parameter with the ratio that is meant".to_owned()
            },
        });
    }
}

/// That only production scales by itself is usual.
fn grade(difference: &Difference) -> Level {
    let whole = difference.path.steps().is_empty();
    if whole && difference.change == Change::OnlyHere { Level::Note } else { Level::Warning }
}
