//! From what a schema refuses to a finding: what the rules about manifests say alike.

use crate::config::nearest;
use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::Gvk;
use crate::render::Evaluated;
use crate::rules::schema::{fault, reach};
use crate::rules::{Context, locality};
use crate::schema::Fault;
use crate::validation::{Origin, Refusal, Use};

/// A finding about something that a schema refuses.
pub(super) fn finding(cx: &Context<'_>, refusal: &Refusal<'_>) -> Finding {
    let Refusal { problem, uses, .. } = refusal;
    let gvk = uses.first().map(|found| found.resource.id.gvk.clone()).unwrap_or_default();
    let (whole, path) = (in_words(&gvk), problem.path.to_string());
    let at = if path.is_empty() { whole } else { format!("`{path}` of {whole}") };
    let at_fault = fault::path(problem);
    let subject = Subject {
        path: Some(at_fault.clone()).filter(|path| !path.is_empty()),
        ..subject(cx, uses)
    };
    let [overlay, object] = locality(cx, problem.span);
    let finding = Finding::at(problem.span, fault::message(problem, &at, &gvk.kind))
        .label(reach(cx, uses))
        .known_by([overlay, object, at_fault])
        .about(subject);
    let related = problem.related.iter();
    let finding = related
        .fold(finding, |finding, (span, text)| finding.place(Role::Related, *span, text.clone()));
    match fault::help(problem) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// How much it matters. The built-in custom resources are of one release, and a cluster may run
/// another: a field that it does not know is a mistake if it nearly is one that it knows, or stands
/// where another one should.
pub(super) fn level(refusal: &Refusal<'_>, most: Level) -> Level {
    match (&refusal.origin, &refusal.problem.fault) {
        (Origin::Kubernetes(_) | Origin::Definition(_) | Origin::File(_), _) => most,
        (Origin::Custom(_), Fault::Unknown { field, allowed, elsewhere }) => {
            let meant = nearest(field, allowed.iter().map(String::as_str)).is_some();
            most.min(if meant || !elsewhere.is_empty() { Level::Warning } else { Level::Note })
        }
        // Something that an operator makes may be there already, for this to be laid over it.
        (Origin::Custom(_), Fault::Missing { .. }) => most.min(Level::Note),
        (Origin::Custom(_), _) => most.min(Level::Warning),
    }
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
    match overlays(cx, uses).as_slice() {
        [] => "part of no unit".to_owned(),
        overlays => reach::in_words(cx, overlays),
    }
}

fn overlays<'a>(cx: &Context<'a>, uses: &[Use<'_>]) -> Vec<&'a Evaluated<'a>> {
    uses.iter().filter_map(|found| cx.evaluated.get(found.overlay?)).collect()
}
