//! The state before a change, as far as it is asked for: what every overlay ran.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Comparison;
use crate::compare::diff::Change;
use crate::compare::difference::Difference;
use crate::compare::equal::equal;
use crate::compare::find::find;
use crate::compare::names::{Names, PairNames};
use crate::compare::show::show;
use crate::compare::unit::{World, names, stable_id};
use crate::config::Config;
use crate::kube::{PathStep, Resource, ResourceId, Value};
use crate::layout::{Layout, Overlay};
use crate::render::{Evaluated, Grade};
use crate::source::Snapshot;

/// Unit, environment and variant.
pub(super) type Name = (String, String, Option<String>);

/// What every overlay ran before a change.
#[derive(Debug, Default)]
pub struct Past {
    pub(super) overlays: BTreeMap<Name, Ran>,
    /// The overlays that could not be rendered.
    pub(super) failed: BTreeSet<Name>,
}

/// What an overlay ran.
#[derive(Debug)]
pub(super) struct Ran {
    /// Its objects, without the content hashes in their identities.
    pub(super) objects: Vec<Resource>,
    whole: bool,
}

/// The state after a change.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// The configuration.
    pub config: &'a Config,
    /// The units and environments.
    pub layout: &'a Layout,
    /// Every overlay with what it renders to.
    pub evaluated: &'a [Evaluated<'a>],
    /// The environments side by side.
    pub comparison: &'a Comparison,
}

/// A value that a change moves in an environment and not in its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The value before, ready to be shown; nothing where there was none.
    pub before: Option<String>,
}

pub(super) fn name(layout: &Layout, unit: &str, overlay: &Overlay) -> Name {
    let environment = layout.environments.get(overlay.environment);
    let environment = environment.map_or(String::new(), |found| found.name.clone());
    (unit.to_owned(), environment, overlay.variant.clone())
}

impl Past {
    /// What these overlays run. Values share their memory with them.
    pub fn of(layout: &Layout, evaluated: &[Evaluated<'_>]) -> Self {
        let ran = |found: &Evaluated<'_>| {
            let rendered = found.output()?;
            let objects = rendered.resources.iter();
            let objects =
                objects.map(|object| Resource { id: stable_id(object), ..object.clone() });
            let objects = objects.collect();
            Some(Ran { objects, whole: rendered.grade == Grade::Whole })
        };
        let name = |found: &Evaluated<'_>| name(layout, &found.unit.name, found.overlay);
        let overlays = evaluated.iter().filter_map(|found| Some((name(found), ran(found)?)));
        let failed = evaluated.iter().filter(|found| found.error().is_some()).map(name);
        Self { overlays: overlays.collect(), failed: failed.collect() }
    }

    /// What ran in all variants of an environment of a unit.
    pub(super) fn of_environment(
        &self,
        unit: &str,
        environment: &str,
    ) -> impl Iterator<Item = &Ran> {
        let wanted = move |(name, _): &(&Name, &Ran)| name.0 == unit && name.1 == environment;
        self.overlays.iter().filter(wanted).map(|(_, ran)| ran)
    }

    /// Whether the change moved the environment's side of a difference, and to something that its
    /// reference neither had before nor has now.
    ///
    /// An overlay that the change adds moves nothing, and of one that is not whole only values are known that
    /// are there before and after.
    pub fn moved(&self, present: Present<'_>, difference: &Difference) -> Option<Moved> {
        let Present { snapshot, config, layout, evaluated, comparison } = present;
        let substitutions = &comparison.learnt;
        let world = World { snapshot, config, layout, evaluated, substitutions };
        let here = evaluated.get(difference.here_overlay)?;
        let there = evaluated.get(difference.there_overlay)?;
        let before = self.overlays.get(&name(layout, &here.unit.name, here.overlay))?;
        let names = names(world, difference.here_overlay, difference.there_overlay);
        let owner = if difference.change == Change::OnlyThere { &names.there } else { &names.here };
        let id = &difference.resource;
        let wanted = Wanted { id, steps: difference.path.steps(), owner };
        let old = wanted.find(before, &names.here);
        let new = if difference.path.steps().is_empty() {
            difference.here.value.as_ref().map(|_| None)
        } else {
            difference.here.value.clone().map(Some)
        };
        let whole = before.whole && here.output().is_some_and(|now| now.grade == Grade::Whole);
        let same = |a: &Option<Option<Value>>, b: &Option<Option<Value>>, names: &PairNames| match (
            a, b,
        ) {
            (Some(Some(a)), Some(Some(b))) => equal(a, b, names),
            (Some(_), Some(_)) | (None, None) => true,
            _ => false,
        };
        if same(&new, &old, &names.among_here()) || !whole && (old.is_none() || new.is_none()) {
            return None;
        }
        let (_, reference, _) = name(layout, &there.unit.name, there.overlay);
        let mut tried = self
            .of_environment(&there.unit.name, &reference)
            .map(|ran| same(&new, &wanted.find(ran, &names.there), &names))
            .peekable();
        // Where there was no reference before, nobody could have tried it there.
        if tried.peek().is_none() || tried.any(|had| had) {
            return None;
        }
        let shown = |value: &Value| show(&id.gvk.kind, difference.path.steps(), value);
        Some(Moved { before: old.flatten().as_ref().map(shown) })
    }
}

/// What is looked for in another state.
pub(super) struct Wanted<'a> {
    pub(super) id: &'a ResourceId,
    /// The path; none for the whole object.
    pub(super) steps: &'a [PathStep],
    /// The names of the side that calls the object so.
    pub(super) owner: &'a Names,
}

impl Wanted<'_> {
    /// The value in an overlay that has these names of its own; without a path only that the object
    /// is there.
    pub(super) fn find(&self, ran: &Ran, own: &Names) -> Option<Option<Value>> {
        let id = self.id;
        let name = self.owner.normal(&id.name);
        let same = |other: &&Resource| {
            other.id.gvk.kind == id.gvk.kind
                && other.id.gvk.group == id.gvk.group
                && own.normal(&other.id.name) == name
        };
        let mut all = ran.objects.iter().filter(same);
        let exact =
            ran.objects.iter().filter(same).find(|other| other.id.namespace == id.namespace);
        let body = &exact.or_else(|| all.next())?.body;
        if self.steps.is_empty() {
            return Some(None);
        }
        find(body, self.steps, own).map(|value| Some(value.into_owned()))
    }
}
