//! `unknown-kind`.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::nearest;
use crate::finding::{Finding, Identity, Level, Role};
use crate::kube::{Gvk, Value};
use crate::rules::schema::{fault, refused};
use crate::rules::{Context, Findings, Rule, rule};
use crate::schema::pack;
use crate::text::Span;
use crate::validation::Use;

/// Most groups beside the first that are shown.
const PLACES: usize = 40;

rule! {
    /// Reports a kind of which nobody has a schema
    ///
    /// ## Why
    /// Objects of an unknown kind are compared and not validated; this says how many. In an API group
    /// that is known, a kind that is not is a mistake: no API server takes it, and the finding is an
    /// error.
    ///
    /// ## Fix
    /// Add the kind's `CustomResourceDefinition` to the repository, or its schema to a directory in
    /// `kubernetes-schemas`. A misspelt kind or version is corrected.
    pub struct UnknownKind {}
    id: "unknown-kind", family: Schema, level: Error, since: "0.1.0",
}

impl Rule for UnknownKind {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let known = Known::of(cx);
        let mut strange = Vec::new();
        for (gvk, uses) in &cx.validation.unknown {
            match known.meant(gvk) {
                Some(help) => {
                    for (span, uses) in places(uses) {
                        findings.push(mistake(cx, gvk, span, &uses, &help));
                    }
                }
                None => strange.push((gvk, &**uses)),
            }
        }
        let level = findings.level().min(Level::Note);
        if let Some(finding) = strangers(cx, &strange) {
            findings.push_at(level, finding);
        }
    }
}

/// The kinds whose API groups are known as a whole.
struct Known<'a>(BTreeSet<(&'a str, &'a str, &'a str)>);

impl<'a> Known<'a> {
    fn of(cx: &Context<'a>) -> Self {
        let built_in = pack::kubernetes().kinds().iter();
        let built_in = built_in.map(|kind| (&*kind.group, &*kind.version, &*kind.name));
        let own = cx.validation.defined.iter().map(|gvk| (&*gvk.group, &*gvk.version, &*gvk.kind));
        Self(built_in.chain(own).collect())
    }

    /// What was meant by a kind of a known group; nothing where the group is not known.
    fn meant(&self, gvk: &Gvk) -> Option<String> {
        let kinds: Vec<_> = self.0.iter().filter(|(group, ..)| **group == *gvk.group).collect();
        let same: Vec<String> = kinds
            .iter()
            .filter(|(.., kind)| **kind == *gvk.kind)
            .map(|(group, version, kind)| Gvk {
                group: (*group).into(),
                version: (*version).into(),
                kind: (*kind).into(),
            })
            .map(|gvk| gvk.api_version())
            .collect();
        if !same.is_empty() {
            return Some(format!("there it is served as {}", fault::listed(&same)));
        }
        // An own group may have more kinds than the repository defines.
        let name = nearest(&gvk.kind, kinds.iter().map(|(.., kind)| *kind));
        let built_in = pack::kubernetes().kinds().iter().any(|kind| *kind.group == *gvk.group);
        match name {
            Some(name) => Some(format!("did you mean `{name}`?")),
            None if built_in => Some("correct the kind or the `apiVersion`".to_owned()),
            None => None,
        }
    }
}

/// The objects by the bytes that name their kind.
fn places<'e>(uses: &[Use<'e>]) -> BTreeMap<Span, Vec<Use<'e>>> {
    let mut places: BTreeMap<Span, Vec<Use<'e>>> = BTreeMap::new();
    for found in uses {
        let kind = found.resource.body.get("kind").map(Value::span);
        places.entry(kind.unwrap_or(found.resource.origin)).or_default().push(*found);
    }
    places
}

fn mistake(cx: &Context<'_>, gvk: &Gvk, span: Span, uses: &[Use<'_>], help: &str) -> Finding {
    let (message, help) = match gvk.api_version().as_str() {
        "" => (format!("this {} has no `apiVersion`", gvk.kind), "add it, or correct its name"),
        version => (format!("there is no kind `{}` in `{version}`", gvk.kind), help),
    };
    Finding::at(span, message)
        .label(refused::reach(cx, uses))
        .help(help)
        .about(refused::subject(cx, uses))
        .key([gvk.api_version()])
}

/// The one finding for all kinds that nobody knows, at the first object of each API group: they
/// have one cause, that nobody gave their schemas.
fn strangers(cx: &Context<'_>, kinds: &[(&Gvk, &[Use<'_>])]) -> Option<Finding> {
    let mut groups: BTreeMap<&str, Vec<(&Gvk, &[Use<'_>])>> = BTreeMap::new();
    for &(gvk, uses) in kinds {
        groups.entry(&gvk.group).or_default().push((gvk, uses));
    }
    let objects: usize = kinds.iter().map(|(_, uses)| uses.len()).sum();
    let message = match kinds {
        [(gvk, _)] => format!("nobody has a schema for {}", refused::in_words(gvk)),
        _ => format!("nobody has a schema for {} kinds", kinds.len()),
    };
    let message = match objects {
        1 => format!("{message}: 1 object is compared and not validated"),
        _ => format!("{message}: {objects} objects are compared and not validated"),
    };
    let mut told = groups.iter().filter_map(|(group, kinds)| {
        let uses: Vec<Use<'_>> = kinds.iter().flat_map(|(_, uses)| uses.iter().copied()).collect();
        let span = places(&uses).into_keys().next()?;
        let names: BTreeSet<String> = kinds.iter().map(|(gvk, _)| gvk.kind.to_string()).collect();
        let names = fault::listed(&names.into_iter().collect::<Vec<_>>());
        let of = if group.is_empty() { String::new() } else { format!(" of `{group}`") };
        Some((span, format!("{names}{of} {}", refused::reach(cx, &uses))))
    });
    let (span, label) = told.next()?;
    let mut finding = Finding::at(span, message).label(label).help(
        "add their CustomResourceDefinitions to the repository, or a directory with their schemas \
         to `kubernetes-schemas`",
    );
    for (span, label) in told.take(PLACES) {
        finding = finding.place(Role::Related, span, label);
    }
    let members =
        kinds.iter().map(|(gvk, _)| Identity::named([gvk.api_version(), gvk.kind.to_string()]));
    Some(finding.known_by(["kinds"]).made_of(members))
}
