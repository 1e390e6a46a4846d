//! What is overlooked in the cluster.

use crate::compare::switches::Control;
use crate::rules::hotfix::switched;
use crate::rules::{Context, Findings, Rule, rule};

rule! {
    /// Reports changes of the cluster that a controller is told to overlook
    ///
    /// ## Why
    /// A field that Argo CD or Flux overlooks can be changed by hand, and nobody sees it. Where
    /// only one environment overlooks it, the environments drift apart without a difference in the
    /// repository. Entries that hide a whole `spec`, or fields of every kind, weigh most.
    ///
    /// What controllers of the cluster own (replicas with an autoscaler, the CA bundle of a
    /// webhook) is not reported by itself. Neither is a narrow `ignoreDifferences` that no
    /// environment contradicts: `undocumented-suppression` asks who answers for it. Copies of one
    /// list are reported once.
    ///
    /// ## Fix
    /// Narrow the entry to the field that a controller owns, or give all environments the same.
    pub struct DriftMasked {}
    id: "drift-masked", family: Hotfix, level: Warning, since: "0.1.0",
}

impl Rule for DriftMasked {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let help = "narrow it to the fields that a controller owns, or let all environments agree";
        switched::report(cx, Control::Masked, help, findings);
    }
}
