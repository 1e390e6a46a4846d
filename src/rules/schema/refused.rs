//! From what a schema refuses to a finding: what the rules about manifests say alike.

use std::collections::BTreeSet;

use crate::compare::{SECRET, show};
use crate::config::nearest;
use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::{Gvk, PathStep};
use crate::rules::{Context, locality};
use crate::schema::{Fault, Problem};
use crate::validation::{Origin, Refusal, Use};

/// Most fields or values that a help text lists.
const LISTED: usize = 12;
/// Most environments that a label names.
const NAMED: usize = 4;

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
    let related = problem.related.iter();
    let finding = related
        .fold(finding, |finding, (span, text)| finding.place(Role::Related, *span, text.clone()));
    match help(problem) {
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
            Fault::Key { key, .. } => Self::Field(key),
            Fault::Type { .. }
            | Fault::Enum { .. }
            | Fault::Dangling { .. }
            | Fault::Beside { .. }
            | Fault::Clash(_)
            | Fault::Other(_) => Self::Value,
        }
    }
}

/// How sure it is: the built-in custom resources may be of another release than the cluster's.
pub(super) fn level(refusal: &Refusal<'_>, most: Level) -> Level {
    match (&refusal.origin, &refusal.problem.fault) {
        (Origin::Kubernetes(_) | Origin::Definition(_) | Origin::File(_), _) => most,
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
    let value = || {
        let shown = show(&gvk.kind, problem.path.steps(), problem.value);
        match problem.value.as_scalar() {
            Some(scalar) if scalar.quoted && shown != SECRET => format!("`\"{shown}\"`"),
            Some(_) => format!("`{shown}`"),
            None => shown,
        }
    };
    match &problem.fault {
        Fault::Unknown { field, .. } => format!("{at} has no field `{field}`"),
        Fault::Missing { fields } => match fields.as_slice() {
            [field] => format!("{at} lacks `{field}`"),
            fields => format!("{at} lacks one of {}", listed(fields)),
        },
        Fault::Type { expected, found, .. } => {
            let expected = expected.join(" or ");
            match problem.value.as_scalar() {
                Some(_) if !problem.value.is_null() => {
                    format!("{at} must be {expected}; {} is {found}", value())
                }
                _ => format!("{at} must be {expected}, not {found}"),
            }
        }
        Fault::Enum { .. } => format!("{at} cannot be {}", value()),
        Fault::Key { key, words } => {
            format!("{at} cannot have the key `{key}`: it must be {words}")
        }
        Fault::Dangling { what, .. } => format!("{at} names no {what}; it is {}", value()),
        Fault::Beside { words: text, .. } | Fault::Clash(text) => format!("{at} {text}"),
        Fault::Other(text) => format!("{at} {text}; it is {}", value()),
    }
}

fn help(problem: &Problem<'_>) -> Option<String> {
    match &problem.fault {
        Fault::Unknown { field, allowed } => {
            let names = allowed.iter().map(String::as_str);
            Some(match nearest(field, names) {
                Some(name) => format!("did you mean `{name}`?"),
                None if allowed.is_empty() => "remove it: nothing can stand here".to_owned(),
                None => format!(
                    "remove it, or move it where it belongs; the fields here are {}",
                    listed(allowed)
                ),
            })
        }
        Fault::Enum { allowed } => {
            let names = allowed.iter().map(String::as_str);
            let meant = problem.value.text().and_then(|text| nearest(text, names));
            let all = format!("allowed: {}", listed(allowed));
            Some(meant.map_or(all.clone(), |name| format!("did you mean `{name}`? {all}")))
        }
        Fault::Type { expected, found, .. } => {
            let quoted = problem.value.as_scalar().is_some_and(|scalar| scalar.quoted);
            match (expected.as_slice(), *found) {
                (["a string"], "an integer" | "a number" | "a boolean") => {
                    Some("put it in quotes".to_owned())
                }
                ([_], "a string") if quoted => Some("remove the quotes".to_owned()),
                _ => None,
            }
        }
        Fault::Missing { fields } => match fields.as_slice() {
            [field] => Some(format!("add `{field}`")),
            fields => Some(format!("add one of {}", listed(fields))),
        },
        Fault::Dangling { known, .. } => {
            let names = known.iter().map(String::as_str);
            let meant = problem.value.text().and_then(|text| nearest(text, names));
            Some(match meant {
                Some(name) => format!("did you mean `{name}`?"),
                None if known.is_empty() => "there is none; add it".to_owned(),
                None => format!("add it, or name one that there is: {}", listed(known)),
            })
        }
        Fault::Beside { remove, .. } => {
            Some(format!("remove `{remove}`; a patch does so with `{remove}: null`"))
        }
        Fault::Key { .. } | Fault::Clash(_) | Fault::Other(_) => None,
    }
}

/// Names in backticks, at most some of them.
pub(super) fn listed(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).map(|name| format!("`{name}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `Deployment` and, where the name alone could be anybody's, the group.
pub(super) fn in_words(gvk: &Gvk) -> String {
    format!("{} ({})", gvk.kind, gvk.api_version())
}

/// The unit, environment and variants that are the same in all uses, and the object.
pub(super) fn subject(cx: &Context<'_>, uses: &[Use<'_>]) -> Subject {
    let overlays: Vec<_> =
        uses.iter().filter_map(|found| cx.evaluated.get(found.overlay)).collect();
    let Some(first) = overlays.first() else { return Subject::default() };
    let one_unit = overlays.iter().all(|other| other.unit_index == first.unit_index);
    let environment = first.overlay.environment;
    let one_environment = overlays.iter().all(|other| other.overlay.environment == environment);
    let variants: BTreeSet<String> =
        overlays.iter().filter_map(|found| found.overlay.variant.clone()).collect();
    let name = cx.layout.environment(environment).map(|environment| environment.name.clone());
    Subject {
        unit: Some(first.unit.name.clone()).filter(|_| one_unit),
        environment: name.filter(|_| one_environment),
        variants: variants.into_iter().filter(|_| one_unit && one_environment).collect(),
        resource: uses.first().map(|found| found.resource.id.clone()),
        ..Subject::default()
    }
}

/// How far it reaches: `in staging and production (3 overlays)`.
pub(super) fn reach(cx: &Context<'_>, uses: &[Use<'_>]) -> String {
    let overlays: BTreeSet<usize> = uses.iter().map(|found| found.overlay).collect();
    let found = overlays.iter().filter_map(|&at| cx.evaluated.get(at));
    let environments: BTreeSet<usize> = found.map(|found| found.overlay.environment).collect();
    let mut names: Vec<&str> = environments
        .iter()
        .filter_map(|&at| cx.layout.environment(at))
        .map(|environment| environment.name.as_str())
        .collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let text = match (names.as_slice(), more) {
        ([one], 0) => (*one).to_owned(),
        ([rest @ .., last], 0) => format!("{} and {last}", rest.join(", ")),
        (names, more) => format!("{} and {more} more", names.join(", ")),
    };
    match overlays.len() {
        1 => format!("in {text}"),
        count => format!("in {text} ({count} overlays)"),
    }
}
