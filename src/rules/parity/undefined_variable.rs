//! `undefined-variable`.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::references;
use crate::finding::{Finding, Level, Role, Subject};
use crate::layout::Overlay;
use crate::render::{Definition, Evaluated, Variables};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::{Rule, rule};
use crate::text::Span;

rule! {
    /// Reports a variable that Flux substitutes in one environment and that another leaves undefined
    ///
    /// ## Why
    /// Flux puts nothing in the place of a variable that it does not know. A host, size or version
    /// that is empty in one environment only is found when that environment is reconciled.
    ///
    /// ## Fix
    /// Define the variable under `postBuild.substitute` in every environment, or give it a default
    /// where it is used: `${NAME:=value}`.
    pub struct UndefinedVariable {
    }
    id: "undefined-variable", family: Parity, level: Error, since: "0.1.0",
}

/// What an overlay knows of its variables.
#[derive(Clone, Copy)]
struct Known<'a> {
    evaluated: &'a Evaluated<'a>,
    variables: &'a Variables,
}

impl Rule for UndefinedVariable {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let mut units: BTreeMap<usize, Vec<Known<'_>>> = BTreeMap::new();
        for evaluated in cx.evaluated {
            let variables = evaluated.output().and_then(|output| output.variables.as_deref());
            let known = variables.map(|variables| Known { evaluated, variables });
            units.entry(evaluated.unit_index).or_default().extend(known);
        }
        let mut said: BTreeSet<(Span, &str)> = BTreeSet::new();
        for overlays in units.values() {
            let Some(unit) = overlays.first().map(|known| known.evaluated.unit) else { continue };
            let references = references(cx.layout, unit, cx.config);
            let at = |known: Known<'_>| {
                let same = |overlay: &Overlay| std::ptr::eq(overlay, known.evaluated.overlay);
                unit.overlays.iter().position(same)
            };
            let distance = |here: Known<'_>, there: Known<'_>| {
                let compared = at(here).and_then(|here| references.get(&here));
                let there = at(there);
                let place = compared.and_then(|all| all.iter().position(|it| Some(*it) == there));
                place.unwrap_or(usize::MAX)
            };
            for here in overlays.iter().filter(|here| !here.variables.open) {
                for (name, used) in &here.variables.used {
                    if used.defaulted || here.variables.defined.contains_key(name) {
                        continue;
                    }
                    let definers = overlays
                        .iter()
                        .filter_map(|there| Some((there, there.variables.defined.get(name)?)));
                    // The reference is the one to be like, whoever else defines it.
                    let nearest = definers.min_by_key(|(there, _)| distance(*here, **there));
                    let Some((there, definition)) = nearest else { continue };
                    if said.insert((here.variables.place, name)) {
                        let finding = finding(cx, *here, (name, used.span), (*there, definition));
                        let own = here.evaluated.overlay.environment;
                        let workshop = cx.layout.environments[own].is_workshop();
                        let most = if workshop { Level::Warning } else { Level::Error };
                        findings.push_at(findings.level().min(most), finding);
                    }
                }
            }
        }
    }
}

fn finding(
    cx: &Context<'_>,
    here: Known<'_>,
    (name, at): (&str, Span),
    (other, definition): (Known<'_>, &Definition),
) -> Finding {
    let place = |known: Known<'_>| {
        let overlay = known.evaluated.overlay;
        let environment = cx.layout.environments[overlay.environment].name.clone();
        match &overlay.variant {
            Some(variant) => format!("{environment} {variant}"),
            None => environment,
        }
    };
    let (mine, theirs) = (place(here), place(other));
    let object = &here.variables.object;
    let overlay = here.evaluated.overlay;
    Finding::at(
        here.variables.place,
        format!(
            "`${{{name}}}` is used in `{}`, which {object} deploys: {theirs} defines it, {mine} does not",
            overlay.root
        ),
    )
    .label(format!("{mine} defines no `{name}`"))
    .place(Role::Reference, definition.key, format!("{theirs} defines it"))
    .place(Role::Related, at, "it is used here")
    .help(format!(
        "define `{name}` under `postBuild.substitute`, or give it a default where it is used"
    ))
    .key([name])
    .about(Subject {
        unit: Some(here.evaluated.unit.name.clone()),
        environment: Some(cx.layout.environments[overlay.environment].name.clone()),
        variants: overlay.variant.iter().cloned().collect(),
        resource: Some(object.clone()),
        path: Some(format!("spec.postBuild.substitute.{name}")),
        ..Subject::default()
    })
}
