//! What a schema refuses, in words: what the rules about schemas say alike.

use crate::compare::{SECRET, show};
use crate::config::nearest;
use crate::kube::PathStep;
use crate::schema::{Fault, Problem};

/// Most fields or values that a help text lists.
const LISTED: usize = 12;
/// Most letters that are wrong in a field which could also be a right one in the wrong place.
const MISSPELT: usize = 3;

/// What is wrong; `at` is the value at fault or the map around it, `kind` that of its object.
pub(super) fn message(problem: &Problem<'_>, at: &str, kind: &str) -> String {
    let value = || {
        let shown = show(kind, problem.path.steps(), problem.value);
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

/// What to do about it, where the schema tells.
pub(super) fn help(problem: &Problem<'_>) -> Option<String> {
    match &problem.fault {
        Fault::Unknown { field, allowed, elsewhere } => {
            let names = allowed.iter().map(String::as_str);
            // A field that is right elsewhere is less likely to be misspelt.
            let few = |name: &&str| {
                elsewhere.is_empty() || strsim::damerau_levenshtein(field, name) <= MISSPELT
            };
            Some(match nearest(field, names).filter(few) {
                Some(name) => format!("did you mean `{name}`?"),
                None if !elsewhere.is_empty() => {
                    let place = |path: &String| match path.as_str() {
                        "" => "the top".to_owned(),
                        path => format!("`{path}`"),
                    };
                    let places: Vec<_> = elsewhere.iter().map(place).collect();
                    format!("move it: `{field}` is a field of {}", places.join(" and of "))
                }
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
                (["an integer" | "a number" | "a boolean"], "a string") if quoted => {
                    Some("remove the quotes".to_owned())
                }
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

/// The path to what is wrong: of an unknown or missing field, to the field.
pub(super) fn path(problem: &Problem<'_>) -> String {
    let mut path = problem.path.clone();
    let field = match &problem.fault {
        Fault::Unknown { field, .. } | Fault::Key { key: field, .. } => Some(field),
        Fault::Missing { fields } => fields.first(),
        Fault::Type { .. }
        | Fault::Enum { .. }
        | Fault::Dangling { .. }
        | Fault::Beside { .. }
        | Fault::Clash(_)
        | Fault::Other(_) => None,
    };
    path.0.extend(field.map(|field| PathStep::Key(field.as_str().into())));
    path.to_string()
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
