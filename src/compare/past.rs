//! The state before a change, as far as it is asked for: what every overlay ran.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Comparison;
use crate::compare::classify::Class;
use crate::compare::diff::{Change, Side};
use crate::compare::difference::Difference;
use crate::compare::equal::equal;
use crate::compare::find::find;
use crate::compare::identity::image;
use crate::compare::names::{Names, PairNames};
use crate::compare::promotion::{Promotion, Standing};
use crate::compare::show::show;
use crate::compare::unit::{World, names, stable_id};
use crate::config::Config;
use crate::kube::{Path, PathStep, Resource, ResourceId, Value};
use crate::layout::{Layout, Overlay, Unit};
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
    /// The last environment: its name and rank.
    last: Option<(String, u32)>,
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

/// An environment of a unit that a change takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed<'a> {
    /// Its name.
    pub environment: &'a str,
    /// The first overlay of its reference, as an index among the evaluated ones.
    pub reference: usize,
}

pub(super) fn name(layout: &Layout, unit: &str, overlay: &Overlay) -> Name {
    let environment = layout.environments.get(overlay.environment);
    let environment = environment.map_or(String::new(), |found| found.name.clone());
    (unit.to_owned(), environment, overlay.variant.clone())
}

fn ran(found: &Evaluated<'_>) -> Option<Ran> {
    let rendered = found.output()?;
    let objects = rendered.resources.iter();
    let objects = objects.map(|object| Resource { id: stable_id(object), ..object.clone() });
    let objects = objects.collect();
    Some(Ran { objects, whole: rendered.grade == Grade::Whole })
}

impl Past {
    /// What these overlays run. Values share their memory with them.
    pub fn of(layout: &Layout, evaluated: &[Evaluated<'_>]) -> Self {
        let name = |found: &Evaluated<'_>| name(layout, &found.unit.name, found.overlay);
        let overlays = evaluated.iter().filter_map(|found| Some((name(found), ran(found)?)));
        let failed = evaluated.iter().filter(|found| found.error().is_some()).map(name);
        let last = layout.environments.last().map(|last| (last.name.clone(), last.rank));
        Self { overlays: overlays.collect(), failed: failed.collect(), last }
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
        let new = Found::of(difference.here.value.as_ref(), &difference.path);
        let whole = before.whole && here.output().is_some_and(|now| now.grade == Grade::Whole);
        let uncertain = [&old, &new].iter().any(|found| matches!(found, Found::Nothing));
        if new.same(&old, &names.among_here()) || !whole && uncertain {
            return None;
        }
        let (_, reference, _) = name(layout, &there.unit.name, there.overlay);
        let mut tried = self
            .of_environment(&there.unit.name, &reference)
            .map(|ran| new.same(&wanted.find(ran, &names.there), &names))
            .peekable();
        // Where there was no reference before, nobody could have tried it there.
        if tried.peek().is_none() || tried.any(|had| had) {
            return None;
        }
        // Lines of a text are aligned by the comparison and found by their words here: only what both
        // states give when they are asked alike has moved.
        if wanted.find(&ran(here)?, &names.here).same(&old, &names.among_here()) {
            return None;
        }
        let before = match &old {
            Found::Value(value) => Some(show(&id.gvk.kind, difference.path.steps(), value)),
            Found::Nothing | Found::Object => None,
        };
        Some(Moved { before })
    }

    /// What [`Past::moved`] tells of the version of an image, where every overlay of the reference that
    /// runs it had the same one before and has it still: nobody is promoting anything.
    pub fn parted(&self, present: Present<'_>, difference: &Difference) -> Option<Moved> {
        let Present { snapshot, config, layout, evaluated, comparison } = present;
        let ahead = |promotion: &Promotion| {
            promotion.standing == Standing::Ahead
                && promotion.here_overlay == difference.here_overlay
                && promotion.resource == difference.resource
                && promotion.path == difference.path
        };
        // What is ahead of its reference is reported as that.
        if !is_version_of_image(difference) || comparison.promotions.iter().any(ahead) {
            return None;
        }
        let moved = self.moved(present, difference)?;
        let here = evaluated.get(difference.here_overlay)?;
        let there = evaluated.get(difference.there_overlay)?;
        let substitutions = &comparison.learnt;
        let world = World { snapshot, config, layout, evaluated, substitutions };
        let names = names(world, difference.here_overlay, difference.there_overlay);
        let (id, steps) = (&difference.resource, difference.path.steps());
        let wanted = Wanted { id, steps, owner: &names.here };
        let before = |found: &Evaluated<'_>| {
            self.overlays.get(&name(layout, &found.unit.name, found.overlay))
        };
        let old = wanted.find(before(here)?, &names.here);
        let stays = |other: &Evaluated<'_>| {
            let (Some(then), Some(now)) = (before(other), ran(other)) else { return false };
            let states = [then, &now].map(|state| wanted.find(state, &names.there));
            let lacking = states.iter().all(|found| matches!(found, Found::Nothing));
            lacking || states.iter().all(|found| old.same(found, &names))
        };
        let mut reference = evaluated.iter().filter(|other| {
            other.unit_index == there.unit_index
                && other.overlay.environment == there.overlay.environment
        });
        reference.all(stays).then_some(moved)
    }

    /// What a unit loses that ran in the last environment before and does nowhere in it now, while its
    /// reference had it before and still does.
    pub fn removed<'a>(&'a self, present: Present<'_>, unit: &Unit) -> Option<Removed<'a>> {
        let Present { config, layout, evaluated, .. } = present;
        let (last, rank) = self.last.as_ref()?;
        // The environment may be gone with its last unit, or be spelt another way now.
        let is_last = |overlay: &Overlay| {
            let environment = layout.environments.get(overlay.environment);
            environment.is_some_and(|found| found.rank >= *rank || found.aliases.contains(last))
        };
        if unit.overlays.iter().any(is_last) {
            return None;
        }
        let gone: Vec<&Resource> =
            self.of_environment(&unit.name, last).flat_map(|ran| &ran.objects).collect();
        let left = || evaluated.iter().enumerate().filter(|(_, at)| at.unit.name == unit.name);
        let environment = |at: &Evaluated<'_>| layout.environments.get(at.overlay.environment);
        let chosen = config.compare.iter().find(|entry| entry.value.environment == *last);
        let reference = match chosen {
            Some(entry) => left().find(|(_, at)| {
                environment(at).is_some_and(|found| found.aliases.contains(&entry.value.reference))
            }),
            None => left()
                .filter(|(_, at)| environment(at).is_some_and(|found| !found.is_workshop()))
                .rev()
                .max_by_key(|(_, at)| environment(at).map(|found| found.rank)),
        };
        let (reference, overlay) = reference?;
        let had = &environment(overlay)?.name;
        let moved = || {
            let now =
                evaluated.iter().filter(|at| is_last(at.overlay)).filter_map(Evaluated::output);
            let now: BTreeSet<_> = now.flat_map(|at| &at.resources).map(identity).collect();
            let found = gone.iter().filter(|object| now.contains(&identity(object))).count();
            found * 2 >= gone.len()
        };
        let both = !gone.is_empty() && self.of_environment(&unit.name, had).next().is_some();
        (both && !moved()).then_some(Removed { environment: last, reference })
    }
}

/// What tells an object from others wherever it is deployed.
fn identity(object: &Resource) -> (String, String) {
    let id = stable_id(object);
    (format!("{}/{}", id.gvk.group, id.gvk.kind), id.name.to_string())
}

/// Whether both sides name an image of one repository, its tag or its digest.
fn is_version_of_image(difference: &Difference) -> bool {
    const FIELDS: &[&str] = &["digest", "imageTag", "newTag", "tag"];
    let text = |side: &Side| side.value.as_ref().and_then(Value::text).map(str::to_owned);
    let (Some(here), Some(there)) = (text(&difference.here), text(&difference.there)) else {
        return false;
    };
    let version =
        |text: &str| image(text).map(|image| (image.tag.to_owned(), image.digest.to_owned()));
    match difference.class {
        Class::Image => version(&here) != version(&there),
        Class::Dependency => false,
        _ => difference.path.last_key().is_some_and(|key| FIELDS.contains(&key)),
    }
}

/// What an overlay has at the path of a difference.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    /// The object, where no path is asked for.
    Object,
    Value(Value),
}

impl Found {
    /// A side of a difference at its path.
    pub(super) fn of(value: Option<&Value>, path: &Path) -> Self {
        match value {
            None => Self::Nothing,
            Some(_) if path.steps().is_empty() => Self::Object,
            Some(value) => Self::Value(value.clone()),
        }
    }

    pub(super) fn same(&self, other: &Self, names: &PairNames) -> bool {
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => equal(a, b, names),
            (Self::Nothing, Self::Nothing) | (Self::Object, Self::Object) => true,
            _ => false,
        }
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
    /// What an overlay has there that has these names of its own.
    pub(super) fn find(&self, ran: &Ran, own: &Names) -> Found {
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
        match exact.or_else(|| all.next()) {
            None => Found::Nothing,
            Some(_) if self.steps.is_empty() => Found::Object,
            Some(object) => find(&object.body, self.steps, own)
                .map_or(Found::Nothing, |value| Found::Value(value.into_owned())),
        }
    }
}
