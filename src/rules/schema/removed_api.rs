//! `removed-api`.

use crate::finding::Level;
use crate::rules::schema::old_api;
use crate::rules::{Context, Findings, Rule, rule};
use crate::validation::Standing;

rule! {
    /// Reports an object of an API that its cluster does not serve
    ///
    /// ## Why
    /// An object of an API that is gone cannot be applied, and neither can one of an API that comes
    /// with a later version. With `kubernetes-version` every environment is judged by its own
    /// version, so that a change that staging's newer cluster takes and production's does not is
    /// found before it is promoted. Without it, what no supported version serves is an error, and what
    /// only older ones do a warning.
    ///
    /// ## Fix
    /// Write the object for the API that the finding names.
    pub struct RemovedApi {}
    id: "removed-api", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for RemovedApi {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for cause in old_api::causes(&cx.validation.old) {
            let Some(old) = cause.first() else { continue };
            let end = old_api::end(&old.gvk);
            let level = match old.standing {
                Standing::NotIn(_) | Standing::NotServed(_) => findings.level(),
                Standing::Ends if old_api::is_over(end) => findings.level(),
                Standing::Ends if end.removed.is_some() => findings.level().min(Level::Warning),
                Standing::Ends | Standing::StillIn(_) | Standing::Deprecated(_) => continue,
            };
            if let Some(finding) = old_api::finding(cx, cause) {
                findings.push_at(level, finding);
            }
        }
    }
}
