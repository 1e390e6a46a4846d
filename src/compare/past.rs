//! The state before a change, as far as it is asked for: what every overlay ran.

use std::collections::BTreeMap;

use crate::compare::Comparison;
use crate::compare::diff::Change;
use crate::compare::difference::Difference;
use crate::compare::equal::equal;
use crate::compare::find::find;
use crate::compare::names::{Names, PairNames};
use crate::compare::show::show;
use crate::compare::unit::{World, names, stable_id};
use crate::config::Config;
use crate::kube::{ResourceId, Value};
use crate::layout::{Layout, Overlay};
use crate::render::{Evaluated, Grade};
use crate::source::Snapshot;

/// Unit, environment and variant.
type Name = (String, String, Option<String>);

/// What every overlay ran before a change.
#[derive(Debug, Default)]
pub struct Past {
    overlays: BTreeMap<Name, Ran>,
}

#[derive(Debug)]
struct Ran {
    objects: Vec<(ResourceId, Value)>,
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

fn name(layout: &Layout, unit: &str, overlay: &Overlay) -> Name {
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
            let objects = objects.map(|object| (stable_id(object), object.body.clone())).collect();
            Some(Ran { objects, whole: rendered.grade == Grade::Whole })
        };
        let overlays = evaluated
            .iter()
            .filter_map(|found| Some((name(layout, &found.unit.name, found.overlay), ran(found)?)));
        Self { overlays: overlays.collect() }
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
        let wanted = Wanted { difference, owner };
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
            .overlays
            .iter()
            .filter(|((unit, environment, _), _)| {
                *unit == there.unit.name && *environment == reference
            })
            .map(|(_, ran)| same(&new, &wanted.find(ran, &names.there), &names))
            .peekable();
        // Where there was no reference before, nobody could have tried it there.
        if tried.peek().is_none() || tried.any(|had| had) {
            return None;
        }
        let kind = &difference.resource.gvk.kind;
        let shown = |value: &Value| show(kind, difference.path.steps(), value);
        Some(Moved { before: old.flatten().as_ref().map(shown) })
    }
}

/// What a difference is about, to be found in another state.
struct Wanted<'a> {
    difference: &'a Difference,
    /// The names of the side that calls the object so.
    owner: &'a Names,
}

impl Wanted<'_> {
    /// The value in an overlay that has these names of its own; without a path only that the object
    /// is there.
    fn find(&self, ran: &Ran, own: &Names) -> Option<Option<Value>> {
        let id = &self.difference.resource;
        let name = self.owner.normal(&id.name);
        let same = |other: &&(ResourceId, Value)| {
            other.0.gvk.kind == id.gvk.kind
                && other.0.gvk.group == id.gvk.group
                && own.normal(&other.0.name) == name
        };
        let mut all = ran.objects.iter().filter(same);
        let exact = ran.objects.iter().filter(same).find(|other| other.0.namespace == id.namespace);
        let (_, body) = exact.or_else(|| all.next())?;
        let steps = self.difference.path.steps();
        if steps.is_empty() {
            return Some(None);
        }
        find(body, steps, own).map(|value| Some(value.into_owned()))
    }
}
