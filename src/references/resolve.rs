//! Every reference of every overlay, held against what its environment provides.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::compare::{stable_id, without_hash};
use crate::kube::Value;
use crate::references::collect::{Reference, references};
use crate::references::evidence::Judge;
use crate::references::provided::{Provided, Provider, has_all_objects, is_whole};
use crate::references::selection::Selection;
use crate::references::{Dangling, Evidence, Missing, World};
use crate::text::Span;

/// Most keys or ports that are told.
const TOLD: usize = 200;

/// The references of an overlay.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    /// The kinds and names that something in the overlay refers to.
    pub(super) named: BTreeSet<(&'a str, &'a str)>,
    /// Those that nothing in the environment answers.
    pub(super) open: Vec<Reference<'a>>,
    /// Those that ask for what an object lacks.
    certain: Vec<Dangling>,
}

pub(super) fn resolve(world: World<'_>) -> Vec<Dangling> {
    let provided = Provided::of(world.evaluated);
    let asked: Vec<Asked<'_>> = (0..world.evaluated.len())
        .into_par_iter()
        .map(|overlay| ask(world, &provided, overlay))
        .collect();
    let judge = Judge::new(world, &provided, &asked);
    let selection = Selection::new(world, judge.names());
    let mut dangling = Vec::new();
    for (overlay, asked) in asked.iter().enumerate() {
        dangling.extend(asked.certain.iter().cloned());
        let missing = asked.open.iter().filter_map(|reference| {
            let (evidence, witness) = judge.evidence(overlay, reference)?;
            let owner = match evidence {
                Evidence::Elsewhere(there, _) => there,
                _ => overlay,
            };
            let owner = world.evaluated[owner].unit_index;
            let about = About { overlay, owner, reference, value: reference.name };
            Some(about.dangling(Missing::Object, evidence, Some(witness)))
        });
        dangling.extend(missing);
        dangling.extend(selection.dangling(overlay));
    }
    dangling
}

/// Whether what one overlay applies is in the cluster of another one.
pub(super) fn reaches(world: World<'_>, from: usize, to: usize) -> bool {
    let (from, to) = (world.evaluated[from].overlay, world.evaluated[to].overlay);
    from.environment == to.environment
        && (from.variant == to.variant || from.variant.is_none() || to.variant.is_none())
}

fn ask<'a>(world: World<'a>, provided: &Provided<'a>, overlay: usize) -> Asked<'a> {
    let mut asked = Asked::default();
    let evaluated = &world.evaluated[overlay];
    let Some(rendered) = evaluated.output() else { return asked };
    let mut all = Vec::new();
    for resource in &rendered.resources {
        references(resource, &mut all);
    }
    let (complete, whole) = (has_all_objects(evaluated), is_whole(evaluated));
    for reference in all {
        asked.named.insert((reference.kind, reference.text()));
        if reference.is_annotation() {
            continue;
        }
        let providers: Vec<&Provider<'_>> = provided
            .named(reference.kind, reference.text())
            .iter()
            .filter(|provider| {
                reaches(world, provider.overlay, overlay) && provider.answers(&reference)
            })
            .collect();
        if providers.is_empty() {
            asked.open.extend(complete.then_some(reference));
            continue;
        }
        // What the overlay brings itself is what its objects mean.
        let own: Vec<_> = providers.iter().filter(|p| p.overlay == overlay).copied().collect();
        let meant = if own.is_empty() { providers } else { own };
        let certain = whole && meant.iter().all(|p| is_whole(&world.evaluated[p.overlay]));
        if certain {
            let owner = meant.first().map_or(overlay, |provider| provider.overlay);
            let owner = world.evaluated[owner].unit_index;
            asked.certain.extend(lacking_keys((overlay, owner), &reference, &meant));
            asked.certain.extend(lacking_port((overlay, owner), &reference, &meant));
        }
    }
    asked
}

/// A value of a reference that asks for something.
struct About<'r, 'a> {
    overlay: usize,
    /// The unit that has, or would have, what is meant.
    owner: usize,
    reference: &'r Reference<'a>,
    value: &'a Value,
}

impl About<'_, '_> {
    fn dangling(&self, missing: Missing, evidence: Evidence, witness: Option<Span>) -> Dangling {
        Dangling {
            overlay: self.overlay,
            owner: self.owner,
            referrer: stable_id(self.reference.referrer),
            path: self.reference.path.clone(),
            span: self.value.span(),
            kind: self.reference.kind.to_owned(),
            name: without_hash(self.reference.name, self.reference.text()).into_owned(),
            missing,
            evidence,
            witness,
        }
    }
}

/// The keys that none of the objects has, where all of their keys are known.
fn lacking_keys(
    (overlay, owner): (usize, usize),
    reference: &Reference<'_>,
    meant: &[&Provider<'_>],
) -> Vec<Dangling> {
    if !matches!(reference.kind, "ConfigMap" | "Secret") || reference.keys().next().is_none() {
        return Vec::new();
    }
    let mut known = BTreeSet::new();
    for provider in meant {
        let Some(keys) = provider.keys() else { return Vec::new() };
        known.extend(keys);
    }
    let told: Vec<String> = known.iter().take(TOLD).map(|key| (*key).to_owned()).collect();
    let witness = meant.first().map(|provider| provider.place());
    reference
        .keys()
        .filter_map(|value| {
            let key = value.text().filter(|key| !known.contains(key))?;
            let about = About { overlay, owner, reference, value };
            let missing = Missing::Key(key.to_owned());
            Some(about.dangling(missing, Evidence::Whole(told.clone()), witness))
        })
        .collect()
}

/// The port that none of the Services has.
fn lacking_port(
    (overlay, owner): (usize, usize),
    reference: &Reference<'_>,
    meant: &[&Provider<'_>],
) -> Option<Dangling> {
    let value = reference.port().filter(|_| reference.kind == "Service")?;
    let wanted = value.text()?;
    let mut known = BTreeSet::new();
    for provider in meant {
        let spec = provider.resource.body.get("spec").filter(|_| provider.is_object())?;
        let outside = spec.get("type").and_then(Value::text) == Some("ExternalName");
        let ports = spec.get("ports").and_then(Value::as_list).filter(|_| !outside)?;
        for port in ports {
            known.extend(["name", "port"].iter().filter_map(|key| port.get(key)?.text()));
        }
    }
    if known.is_empty() || known.contains(wanted) {
        return None;
    }
    let told = known.iter().take(TOLD).map(|port| (*port).to_owned()).collect();
    let witness = meant.first().map(|provider| {
        let ports =
            provider.resource.body.get("spec").and_then(|spec| spec.as_map()?.entry("ports"));
        ports.map_or_else(|| provider.place(), |entry| entry.key_span)
    });
    let about = About { overlay, owner, reference, value };
    Some(about.dangling(Missing::Port(wanted.to_owned()), Evidence::Whole(told), witness))
}
