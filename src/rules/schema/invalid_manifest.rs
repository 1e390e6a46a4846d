//! `invalid-manifest`.

use crate::rules::schema::refused;
use crate::rules::{Context, Findings, Rule, rule};
use crate::schema::Fault;

rule! {
    /// Reports a manifest that the API server would refuse
    ///
    /// ## Why
    /// A value of the wrong type, a missing field or a word that is not allowed stops the rollout of
    /// everything that is applied with it, and nobody sees it before it is merged. Objects are
    /// checked as they are rendered, for every environment, against the schemas of its version of
    /// Kubernetes and of its custom resources; patches and values files are not mistaken for
    /// manifests. Without `kubernetes-version` in the configuration, what any known version takes is
    /// right.
    ///
    /// The schemas that Kubernetes publishes leave much open that the server checks all the same:
    /// the words that a field takes, names, ranges, schedules, and what has to fit together. A
    /// selector has to match its template, a mount to name a volume, a request to stay within its
    /// limit, and of `value` and `valueFrom` only one can stand. Overlays break such things when a
    /// patch adds one half and the base keeps the other. What every version since 1.25 refuses is
    /// reported; a probe that names a port which its container does not have is reported as well,
    /// although only the kubelet trips over it. Values that are filled in later (`${…}`,
    /// `<path:…>`) are not judged.
    ///
    /// ## Fix
    /// Correct the value where it is set; the finding names what is expected. Where a custom
    /// resource is checked against a release that you do not run, add its `CustomResourceDefinition`
    /// to the repository, or a schema to a directory in `kubernetes-schemas`.
    pub struct InvalidManifest {}
    id: "invalid-manifest", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for InvalidManifest {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for refusal in &cx.validation.refusals {
            if !matches!(refusal.problem.fault, Fault::Unknown { .. }) {
                let level = refused::level(refusal, findings.level());
                findings.push_at(level, refused::finding(cx, refusal));
            }
        }
    }
}
