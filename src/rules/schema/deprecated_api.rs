//! `deprecated-api`.

use crate::rules::schema::old_api;
use crate::rules::{Context, Findings, Rule, rule};
use crate::text::Span;
use crate::validation::Standing;

rule! {
    /// Reports an object of an API that is deprecated, and still served
    ///
    /// ## Why
    /// It works until a cluster is upgraded. Staging is often upgraded first, and the two
    /// environments drift apart from then on.
    ///
    /// ## Fix
    /// Write the object for the API that the finding names while there is time.
    pub struct DeprecatedApi {}
    id: "deprecated-api", family: Schema, level: Note, since: "0.1.0",
}

impl Rule for DeprecatedApi {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let all = &cx.validation.old;
        let refused = |place: Span| {
            all.iter().any(|old| old.span == place && matches!(old.standing, Standing::NotIn(_)))
        };
        for cause in old_api::causes(all) {
            let Some(old) = cause.first() else { continue };
            let served = match old.standing {
                Standing::NotIn(_) | Standing::NotServed(_) => false,
                Standing::Deprecated(_) => true,
                // Where one environment refuses it, that says it all.
                Standing::StillIn(_) => !refused(old.span),
                Standing::Ends => old_api::end(&old.gvk).removed.is_none(),
            };
            if let Some(finding) = old_api::finding(cx, cause).filter(|_| served) {
                findings.push(finding);
            }
        }
    }
}
