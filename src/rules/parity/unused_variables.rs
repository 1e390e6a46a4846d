//! Variables that Flux Kustomizations define and that nothing asks for, for `patch-without-effect`.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level, Role, Subject};
use crate::render::{Evaluated, Grade};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::text::Span;

/// Most variables that a message names.
const NAMED: usize = 4;
/// Most further places that a finding shows.
const PLACES: usize = 20;

/// Reports them, one finding for each unit.
pub(super) fn report(cx: &Context<'_>, findings: &mut Findings) {
    let mut units: BTreeMap<usize, Vec<&Evaluated<'_>>> = BTreeMap::new();
    for evaluated in cx.evaluated {
        units.entry(evaluated.unit_index).or_default().push(evaluated);
    }
    for overlays in units.values() {
        if let Some(finding) = finding(overlays) {
            findings.push_at(findings.level().min(Level::Note), finding);
        }
    }
}

fn finding(overlays: &[&Evaluated<'_>]) -> Option<Finding> {
    let mut defined: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut first: Option<&Evaluated<'_>> = None;
    for evaluated in overlays {
        let rendered = evaluated.output()?;
        let Some(variables) = &rendered.variables else { continue };
        // What cannot be rendered may ask for anything.
        let whole = rendered.grade == Grade::Whole && rendered.failures.is_empty();
        if !whole || !variables.whole {
            return None;
        }
        used.extend(variables.used.keys().map(|name| &**name));
        for (name, definition) in variables.defined.iter().filter(|(_, it)| it.own) {
            defined.entry(name).or_default().push(definition.key);
            first = first.or(Some(evaluated));
        }
    }
    defined.retain(|name, _| !used.contains(name));
    let first = first?;
    let at = *defined.values().next()?.first()?;
    let names: Vec<String> = defined.keys().map(|name| format!("`{name}`")).collect();
    let root = &first.overlay.root;
    let message = if let [name] = &names[..] {
        format!("the variable {name} is defined, and nothing in `{root}` asks for it")
    } else {
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let count = names.len();
        format!(
            "{count} variables are defined, and nothing in `{root}` asks for them: {shown}{more}"
        )
    };
    let mut finding = Finding::at(at, message)
        .label("defined here")
        .help("remove it, or use it where it was meant to be: `${NAME}`");
    let places = defined.values().flatten().filter(|span| **span != at);
    for span in places.take(PLACES) {
        finding = finding.place(Role::Related, *span, "and here");
    }
    Some(finding.known_by(["substitute"]).about(Subject {
        unit: Some(first.unit.name.clone()),
        resource: first.output().and_then(|it| Some(it.variables.as_ref()?.object.clone())),
        path: Some("spec.postBuild.substitute".to_owned()),
        ..Subject::default()
    }))
}
