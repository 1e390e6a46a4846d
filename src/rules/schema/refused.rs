//! From what a schema refuses to a finding: what the rules about manifests say alike.

use crate::config::nearest;
use crate::finding::{Finding, Level, Subject};
use crate::kube::{Gvk, PathStep};
use crate::render::Evaluated;
use crate::rules::schema::{fault, reach};
use crate::rules::{Context, locality};
use crate::schema::{Fault, Problem};
use crate::validation::{Origin, Refusal, Use};

/// A finding about something that a schema refuses.
pub(super) fn finding(cx: &Context<'_>, refusal: &Refusal<'_>) -> Finding {
    let Refusal { problem, uses, .. } = refusal;
    let subject = Subject {
        path: Some(path_of(problem)).filter(|path| !path.is_empty()),
        ..subject(cx, uses)
    };
    let [overlay, object] = locality(cx, problem.span);
    let what = format!("{:?}", Part::of(&problem.fault));
    let finding = Finding::at(problem.span, message(refusal)).label(reach(cx, uses));
    let finding = finding.known_by([overlay, object, path_of(problem), what]).about(subject);
    match fault::help(problem) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// What of a fault stays when values change.
#[derive(Debug)]
enum Part<'f> {
    Field(#[expect(dead_code, reason = "printed")] &'f str),
    Fields(#[expect(dead_code, reason = "printed")] &'f [String]),
    Value,
}

impl<'f> Part<'f> {
    fn of(fault: &'f Fault) -> Self {
        match fault {
            Fault::Unknown { field, .. } => Self::Field(field),
            Fault::Missing { fields } => Self::Fields(fields),
            Fault::Type { .. } | Fault::Enum { .. } | Fault::Other(_) => Self::Value,
        }
    }
}

/// How much it matters. The built-in custom resources are of one release, and a cluster may run
/// another: a field that it does not know is a mistake if it nearly is one that it knows.
pub(super) fn level(refusal: &Refusal<'_>, most: Level) -> Level {
    match (&refusal.origin, &refusal.problem.fault) {
        (Origin::Kubernetes(_) | Origin::Definition(_) | Origin::File(_), _) => most,
        (Origin::Custom(_), Fault::Unknown { field, allowed }) => {
            match nearest(field, allowed.iter().map(String::as_str)) {
                Some(_) => most.min(Level::Warning),
                None => most.min(Level::Note),
            }
        }
        (Origin::Custom(_), _) => most.min(Level::Warning),
    }
}

/// The path to the value at fault; of an unknown field, to the field.
fn path_of(problem: &Problem<'_>) -> String {
    let mut path = problem.path.clone();
    if let Fault::Unknown { field, .. } = &problem.fault {
        path.0.push(PathStep::Key(field.as_str().into()));
    }
    path.to_string()
}

fn message(refusal: &Refusal<'_>) -> String {
    let Refusal { problem, uses, .. } = refusal;
    let gvk = uses.first().map(|found| found.resource.id.gvk.clone()).unwrap_or_default();
    let kind = in_words(&gvk);
    let path = problem.path.to_string();
    let at = if path.is_empty() { kind.clone() } else { format!("`{path}` of {kind}") };
    fault::message(problem, &at, &gvk.kind)
}

/// `Deployment` and, where the name alone could be anybody's, the group.
pub(super) fn in_words(gvk: &Gvk) -> String {
    format!("{} ({})", gvk.kind, gvk.api_version())
}

/// The unit, environment and variants that are the same in all uses, and the object.
pub(super) fn subject(cx: &Context<'_>, uses: &[Use<'_>]) -> Subject {
    let resource = uses.first().map(|found| found.resource.id.clone());
    Subject { resource, ..reach::subject(cx, &overlays(cx, uses)) }
}

/// How far it reaches: `in staging and production (3 overlays)`.
pub(super) fn reach(cx: &Context<'_>, uses: &[Use<'_>]) -> String {
    reach::in_words(cx, &overlays(cx, uses))
}

fn overlays<'a>(cx: &Context<'a>, uses: &[Use<'_>]) -> Vec<&'a Evaluated<'a>> {
    uses.iter().filter_map(|found| cx.evaluated.get(found.overlay)).collect()
}
