//! What is not applied, not run, or not healed.

use crate::compare::switches::Control;
use crate::rules::hotfix::switched;
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports what a controller is told not to apply, not to run or not to heal
    ///
    /// ## Why
    /// Reconciliation is paused in an incident and stays paused: from then on the repository says
    /// one thing and the cluster another. Where one environment is paused and the others are not,
    /// a release is tested in one state and runs in another.
    ///
    /// A switch that is set in every environment alike is a note.
    ///
    /// ## Fix
    /// Resume it. If it has to stay, declare an exception with an owner and a date.
    pub struct ReconciliationPaused {}
    id: "reconciliation-paused", family: Hotfix, level: Warning, since: "0.1.0",
}

impl Rule for ReconciliationPaused {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let help = "resume it, or declare an exception with an owner and a date";
        switched::report(cx, Control::Paused, help, findings);
    }
}
