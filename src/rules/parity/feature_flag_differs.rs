//! `feature-flag-differs`.

use crate::compare::{Difference, Side, Topic, switch, words};
use crate::finding::Level;
use crate::kube::Value;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports feature flags that are set differently in two environments
    ///
    /// ## Why
    /// A feature that is on in production and off in staging is not tested before users have it. A
    /// feature that is on in staging only is about to be released, which is usual and a note.
    ///
    /// ## Fix
    /// Turn the flag on in staging first, or remove it where the feature has arrived. Declare flags
    /// that always differ as parameters.
    pub struct FeatureFlagDiffers {
    }
    id: "feature-flag-differs", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for FeatureFlagDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(cx, Topic::FeatureFlag, findings, grade, |difference, sides| {
            Speech {
            message: told(difference, sides),
            help: "set the flag alike, turn it on in the reference first, or declare a `[[parameter]]`".to_owned(),
        }
        });
    }
}

/// Words of flags that are on in a workshop only, or that announce a release.
const EARLY: &[&str] = &[
    "beta",
    "debug",
    "docs",
    "experiment",
    "experimental",
    "feature",
    "features",
    "ff",
    "flag",
    "graphiql",
    "introspection",
    "mock",
    "mocks",
    "playground",
    "preview",
    "profiling",
    "swagger",
    "toggle",
    "test",
];

/// A switch that is on in the reference only says that a release is near; one that protects does not.
fn grade(difference: &Difference) -> Level {
    let is_on = |side: &Side| side.value.as_ref().and_then(Value::text).and_then(switch);
    let released = is_on(&difference.here) == Some(false) && is_on(&difference.there) == Some(true);
    let name = difference.path.last_element().or_else(|| difference.path.last_key());
    let early = words(name.unwrap_or_default()).iter().any(|word| EARLY.contains(&word.as_str()));
    if released && early { Level::Note } else { Level::Warning }
}
