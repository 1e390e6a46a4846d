//! From an API that is going or gone to a finding: what `removed-api` and `deprecated-api` say alike.

use std::collections::BTreeSet;

use crate::finding::{Finding, Role};
use crate::kube::{Gvk, Version};
use crate::rules::schema::refused;
use crate::rules::{Context, locality};
use crate::schema::pack::{self, Lifecycle};
use crate::validation::{OldApi, Standing};

/// Whether no built-in version serves an API that ends like this.
pub(super) fn is_over(end: Lifecycle) -> bool {
    end.removed.is_some_and(|removed| removed <= Version::OLDEST)
}

/// What becomes of an API.
pub(super) fn end(gvk: &Gvk) -> Lifecycle {
    pack::lifecycle(&gvk.group, &gvk.version, &gvk.kind).unwrap_or_default()
}

/// What to write instead for a version of Kubernetes.
fn instead(gvk: &Gvk, version: Version) -> String {
    match pack::replacement(version, &gvk.group, &gvk.version, &gvk.kind) {
        Some((api_version, kind)) if *kind == *gvk.kind => {
            format!("use `apiVersion: {api_version}`, and look up which fields changed")
        }
        Some((api_version, kind)) => format!("use {kind} of `{api_version}`"),
        None => "remove the object, or use what replaced it".to_owned(),
    }
}

/// What one change mends: environments of several versions that all refuse, or all still serve, an
/// API that stands at one place.
pub(super) fn causes<'o, 'e>(old: &'o [OldApi<'e>]) -> impl Iterator<Item = &'o [OldApi<'e>]> {
    old.chunk_by(|one, next| {
        let over = |runs: Version| end(&one.gvk).removed.is_some_and(|removed| removed <= runs);
        one.span == next.span
            && one.gvk == next.gvk
            && match (one.standing, next.standing) {
                (Standing::NotIn(one), Standing::NotIn(next)) => over(one) == over(next),
                (Standing::StillIn(_), Standing::StillIn(_)) => true,
                _ => false,
            }
    })
}

/// The versions that the environments run, in words, and whether they are several.
fn versions(cause: &[OldApi<'_>]) -> (String, bool) {
    let versions: BTreeSet<Version> = cause
        .iter()
        .filter_map(|old| match old.standing {
            Standing::NotIn(runs) | Standing::StillIn(runs) => Some(runs),
            Standing::NotServed(_) | Standing::Deprecated(_) | Standing::Ends => None,
        })
        .collect();
    let names: Vec<_> = versions.iter().map(Version::to_string).collect();
    match names.as_slice() {
        [rest @ .., last] if !rest.is_empty() => (format!("{} and {last}", rest.join(", ")), true),
        names => (names.join(""), false),
    }
}

/// A finding about what one change mends; none without an API.
pub(super) fn finding(cx: &Context<'_>, cause: &[OldApi<'_>]) -> Option<Finding> {
    let OldApi { gvk, span, standing, .. } = cause.first()?;
    let uses: Vec<_> = cause.iter().flat_map(|old| &old.uses).copied().collect();
    let (here, several) = versions(cause);
    let not_served = format!("Kubernetes {here} {} not serve", if several { "do" } else { "does" });
    let (kind, end) = (refused::in_words(gvk), end(gvk));
    let message = match (standing, end.removed, end.deprecated) {
        (Standing::NotIn(runs), Some(removed), _) if removed <= *runs => {
            format!("{not_served} {kind}: it is gone since {removed}")
        }
        (Standing::NotIn(runs), ..) => {
            let first = pack::kubernetes().served(&gvk.group, &gvk.version, &gvk.kind);
            let first = first.map(|(first, _)| first).filter(|first| first > runs);
            let since = first.map_or(String::new(), |first| format!(": it comes with {first}"));
            format!("{not_served} {kind}{since}")
        }
        (Standing::NotServed(_), ..) => {
            format!("{kind} is not served: the definition of the kind has `served: false` for it")
        }
        (Standing::Deprecated(_), ..) => {
            format!("{kind} is deprecated: the definition of the kind says so")
        }
        (Standing::Ends, Some(removed), _) => {
            format!("{kind} is gone since Kubernetes {removed}")
        }
        (Standing::StillIn(_), Some(removed), _) => {
            format!("{kind} is gone with Kubernetes {removed}; here it is {here}")
        }
        (Standing::Ends | Standing::StillIn(_), None, since) => {
            let since = since.map_or(String::new(), |since| format!(" since Kubernetes {since}"));
            format!("{kind} is deprecated{since}")
        }
    };
    let help = match standing {
        Standing::NotServed(_) | Standing::Deprecated(_) => {
            "use a version that the definition serves".to_owned()
        }
        Standing::NotIn(version) => instead(gvk, *version),
        Standing::Ends | Standing::StillIn(_) => instead(gvk, Version::NEWEST),
    };
    let [overlay, object] = locality(cx, *span);
    let finding = Finding::at(*span, message)
        .label(refused::reach(cx, &uses))
        .help(help)
        .known_by([overlay, object, gvk.api_version()])
        .about(refused::subject(cx, &uses));
    Some(match standing {
        Standing::NotServed(place) | Standing::Deprecated(place) => {
            finding.place(Role::Related, *place, "the version in the definition")
        }
        Standing::NotIn(_) | Standing::StillIn(_) | Standing::Ends => finding,
    })
}
