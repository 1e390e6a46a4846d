//! `dependency-version-differs`.

use crate::compare::{Change, Difference, Pin, Side, Topic, pin};
use crate::finding::Level;
use crate::kube::{PathStep, Value};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports charts and remote sources that differ in their version, or are not pinned in one environment
    ///
    /// ## Why
    /// Another version of a chart or of a remote base is another program. One that is pinned in
    /// staging and follows a branch in production runs there what nobody has tested.
    ///
    /// ## Fix
    /// Name a version, a tag or a commit in every environment, and promote it. A version that is on
    /// its way from staging to production is a note.
    pub struct DependencyVersionDiffers {
    }
    id: "dependency-version-differs", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for DependencyVersionDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(cx, Topic::Dependency, findings, grade, |difference, sides| {
            let base = &*difference.resource.gvk.group == "kustomize.config.k8s.io";
            let shown = |value: Option<String>| value.unwrap_or_default();
            if is_source(difference) {
                return Speech {
                    message: format!(
                        "{} comes from `{}` in {} and from `{}` in {}",
                        difference.resource,
                        shown(difference.shown()),
                        sides.here,
                        shown(difference.reference_shown()),
                        sides.there,
                    ),
                    help:
                        "use one source for both; a mirror that every environment has for itself \
                           is a substitution or a parameter"
                            .to_owned(),
                };
            }
            Speech {
                message: if base {
                    format!(
                        "the remote base `{}` is at `{}` in {} and at `{}` in {}",
                        difference.resource.name,
                        shown(difference.shown()),
                        sides.here,
                        shown(difference.reference_shown()),
                        sides.there,
                    )
                } else {
                    told(difference, sides)
                },
                help: "pin the version that was tested in both environments".to_owned(),
            }
        });
    }
}

/// Two versions are a promotion that is under way; a branch in production is none.
fn grade(difference: &Difference) -> Level {
    let of_source = |step: &PathStep| matches!(step, PathStep::Key(key) if &**key == "sourceRef");
    if is_source(difference) || difference.path.steps().iter().any(of_source) {
        return Level::Warning;
    }
    let pinned = |side: &Side| side.value.as_ref().and_then(Value::text).map(pin);
    match (pinned(&difference.here), pinned(&difference.there)) {
        (Some(Pin::Fixed), _) | (Some(Pin::Moving), Some(Pin::Moving)) => Level::Note,
        _ => Level::Warning,
    }
}

/// Whether both sides name an address, not a version.
fn is_source(difference: &Difference) -> bool {
    difference.change == Change::Changed
        && matches!(difference.path.last_key(), Some("url" | "bucketName" | "repo"))
}
