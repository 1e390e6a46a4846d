//! Names of objects, keys, ports and values files that nothing provides.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level, Role, Subject};
use crate::layout::Environment;
use crate::references::{Dangling, Evidence, Missing};
use crate::rules::schema::{reach, values_file};
use crate::rules::{Context, Findings, Rule, rule};
use crate::text::Span;

/// Most keys or ports that a message names.
const NAMED: usize = 8;
/// Most further places of one finding that are shown.
const PLACES: usize = 20;

rule! {
    /// Reports a reference to an object, key, port or values file that nothing in the environment provides
    ///
    /// ## Why
    /// The API server takes every name. That a ConfigMap, a key or a port is not there shows when a
    /// pod does not start or a request finds nobody, and first in the environment whose copy was
    /// forgotten.
    ///
    /// An error is what the overlay itself contradicts: the object is there without the key or port,
    /// the build gives it another name, or one of nearly the same name is there that nothing refers
    /// to. A warning is a name that is nearly one to which others refer, or that another environment
    /// provides and this one does not. A name that no environment provides says nothing: secrets are
    /// often made outside of git. Nothing is said
    /// either where a chart, an operator, a job or an overlay that is not whole may provide it.
    ///
    /// A values file of this repository that an Application of Argo CD or a `HelmRelease` of Flux
    /// names has to be in the repository: the release is refused without it, unless the source
    /// ignores files that are missing. Nothing is said of files of other repositories or revisions.
    ///
    /// ## Fix
    /// Correct the name, or add what is missing to the environment that lacks it. Mark a reference
    /// that may lead nowhere with `optional: true`.
    pub struct DanglingReference {}
    id: "dangling-reference", family: Schema, level: Error, since: "0.1.0",
}

/// What one correction mends: a unit, and what it refers to.
type Cause<'a> = (usize, &'a str, &'a str, &'a Missing);

impl Rule for DanglingReference {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut causes: BTreeMap<Cause<'_>, Vec<&Dangling>> = BTreeMap::new();
        for found in &cx.references.dangling {
            let unit = cx.evaluated[found.overlay].unit_index;
            let cause = (unit, &*found.kind, &*found.name, &found.missing);
            causes.entry(cause).or_default().push(found);
        }
        for found in causes.values() {
            let most = found.iter().map(|found| level(cx, found)).max().unwrap_or(Level::Off);
            if let Some(finding) = finding(cx, found) {
                findings.push_at(findings.level().min(most), finding);
            }
        }
        values_file::check(cx, findings);
    }
}

/// What the evidence is worth.
fn level(cx: &Context<'_>, found: &Dangling) -> Level {
    let environment = cx.layout.environment(cx.evaluated[found.overlay].overlay.environment);
    match found.evidence {
        _ if environment.is_some_and(Environment::is_workshop) => Level::Warning,
        // A Service without pods answers nobody; a rule about pods that are not there harms nobody yet.
        _ if found.missing == Missing::Pods => {
            if &*found.referrer.gvk.kind == "Service" {
                Level::Error
            } else {
                Level::Warning
            }
        }
        Evidence::Elsewhere(..) | Evidence::Near { lonely: false, .. } => Level::Warning,
        Evidence::Whole(_) | Evidence::Renamed(_) | Evidence::Near { .. } => Level::Error,
    }
}

fn environment<'a>(cx: &Context<'a>, overlay: usize) -> &'a str {
    let environment = cx.layout.environment(cx.evaluated[overlay].overlay.environment);
    environment.map_or("", |environment| environment.name.as_str())
}

fn finding(cx: &Context<'_>, all: &[&Dangling]) -> Option<Finding> {
    let first = all.iter().min_by_key(|found| (found.span, found.overlay))?;
    let environments: BTreeSet<usize> =
        all.iter().map(|found| cx.evaluated[found.overlay].overlay.environment).collect();
    let names: Vec<&str> = environments
        .iter()
        .filter_map(|&at| Some(cx.layout.environment(at)?.name.as_str()))
        .collect();
    let variants: BTreeSet<&str> = all
        .iter()
        .filter_map(|found| cx.evaluated[found.overlay].overlay.variant.as_deref())
        .collect();
    let here = reach::listed(&names);
    let Dangling { kind, name, .. } = first;
    let what = match &first.missing {
        Missing::Object => format!("{kind} `{name}`, which nothing in {here} provides"),
        Missing::Key(key) => format!("the key `{key}`, which {kind} `{name}` lacks in {here}"),
        Missing::Port(port) => format!("the port `{port}`, which {kind} `{name}` lacks in {here}"),
        Missing::Pods => format!("pods with `{name}`, which nothing in {here} has"),
    };
    let message = format!("{} refers to {what}", first.referrer);
    let mut finding = Finding::at(first.span, message).label(match &first.missing {
        Missing::Object => format!("{here}: no such {kind}"),
        Missing::Key(_) => "no such key".to_owned(),
        Missing::Port(_) => "no such port".to_owned(),
        Missing::Pods => format!("{here}: selector and label do not meet"),
    });
    let (told, help, role) = advice(cx, first, &here);
    if let Some(span) = first.witness.filter(|span| *span != first.span) {
        finding = finding.place(role, span, told);
    }
    let mut seen: BTreeSet<Span> = BTreeSet::from([first.span]);
    for other in all {
        if seen.len() <= PLACES && seen.insert(other.span) {
            finding = finding.place(Role::Related, other.span, format!("also {}", other.referrer));
        }
    }
    let alone = environments.len() == 1;
    let subject = Subject {
        unit: Some(cx.evaluated[first.overlay].unit.name.clone()),
        environment: names.first().filter(|_| alone).map(|name| (*name).to_owned()),
        reference: match &first.evidence {
            Evidence::Elsewhere(there, _) => Some(environment(cx, *there).to_owned()),
            _ => None,
        },
        variants: variants.into_iter().filter(|_| alone).map(str::to_owned).collect(),
        resource: Some(first.referrer.clone()),
        path: Some(first.path.to_string()),
        ..Subject::default()
    };
    let part = match &first.missing {
        Missing::Object | Missing::Pods => "",
        Missing::Key(part) | Missing::Port(part) => part,
    };
    let unit = cx.evaluated[first.overlay].unit.name.as_str();
    let identity = [unit, kind, name, part, if alone { &here } else { "" }];
    Some(finding.help(help).about(subject).known_by(identity))
}

/// What stands at the place of the evidence, what to do, and what the place is.
fn advice(cx: &Context<'_>, found: &Dangling, here: &str) -> (String, String, Role) {
    let Dangling { kind, name, .. } = found;
    match &found.evidence {
        Evidence::Whole(known) => {
            let more = known.len().saturating_sub(NAMED);
            let listed: Vec<_> =
                known.iter().take(NAMED).map(|known| format!("`{known}`")).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let has = format!("it has {}{more}", listed.join(", "));
            let wanted = match &found.missing {
                Missing::Key(part) | Missing::Port(part) => part.as_str(),
                Missing::Object | Missing::Pods => name,
            };
            let near = crate::config::nearest(wanted, known.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add it to {kind} `{name}`, or refer to what is there"),
            };
            (has, help, Role::Related)
        }
        Evidence::Renamed(now) => (
            format!("the build calls it `{now}`"),
            format!(
                "write `{now}`, or tell kustomize of the field with `nameReference` in a file \
                 below `configurations`"
            ),
            Role::Related,
        ),
        Evidence::Near { name: near, .. } if found.missing == Missing::Pods => (
            format!("what the pods of `{near}` have; nothing selects them"),
            "let the selector be what the pods are labelled with".to_owned(),
            Role::Related,
        ),
        Evidence::Elsewhere(there, _) if found.missing == Missing::Pods => (
            format!("the other side of it; in {} they meet", environment(cx, *there)),
            "let the selector be what the pods are labelled with".to_owned(),
            Role::Related,
        ),
        Evidence::Near { name: near, lonely } => (
            match lonely {
                true => format!("`{near}` is here, and nothing refers to it"),
                false => format!("`{near}` is here"),
            },
            format!("did you mean `{near}`?"),
            Role::Related,
        ),
        Evidence::Elsewhere(there, id) => {
            let there = environment(cx, *there);
            (
                format!("{there}: {id} provides it"),
                format!("add it to {here}, or mark the reference `optional: true`"),
                Role::Reference,
            )
        }
    }
}
