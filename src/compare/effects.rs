//! What a change does to what runs: the values that move in each overlay, gathered by effect.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::compare::align;
use crate::compare::classify::{Class, class_of};
use crate::compare::deployed;
use crate::compare::diff::{self, Change, RawDifference, Side};
use crate::compare::names::{Names, PairNames};
use crate::compare::pairs;
use crate::compare::parameters::{Case, Judgement, judge};
use crate::compare::past::{Found, Name, Past, Present, Ran, Wanted, name};
use crate::compare::promotion;
use crate::compare::scalar::without_hash;
use crate::compare::show::{SECRET, show};
use crate::compare::unit::{self, World, stable_id};
use crate::config::BUILT_IN;
use crate::kube::{Kind, Path, PathStep, Resource, ResourceId, Value};
use crate::render::Evaluated;
use crate::text::RepoPath;

/// Most values that are told of one overlay.
const OF_OVERLAY: usize = 500;
/// Most values that are told of all.
const OF_ALL: usize = 2_000;
/// Most objects that are named for one value.
const OBJECTS: usize = 20;
/// Overlays whose values are in memory at a time before they are gathered.
const AT_A_TIME: usize = 64;

/// Built-in parameters whose values move all the time. The others may differ between environments,
/// but one that moves deserves a look: a host, a namespace, the place of a backup.
const ROUTINE: &[&str] = &[
    "autoscaled-replicas",
    "autoscaling",
    "image-tags",
    "log-levels",
    "replicas",
    "resources",
    "versions",
];
/// The step to the value of a variable.
static VALUE: LazyLock<PathStep> = LazyLock::new(|| PathStep::Key("value".into()));
/// Noise that follows from something else which is told.
const ROUTINE_NOISE: &[&str] = &["chart-labels", "checksum-annotations", "default-registry"];
/// Noise that says nothing even about two states: what the hash is made of is told itself.
const SILENT: &str = "content-hashes";

/// What a change does to what runs. Empty when every overlay renders the same as before.
#[derive(Debug, Default)]
pub struct Effects {
    /// What moves, the most remarkable first.
    pub list: Vec<Effect>,
    /// How many values move besides, which are not told.
    pub more: usize,
    /// The overlays of which one of the two states cannot be rendered, so that nobody knows.
    pub unknown: Vec<Reach>,
    /// The overlays that read a changed file, render the same, and are not known as a whole: what a
    /// remote base makes of the change is not known.
    pub partial: Vec<Reach>,
    /// Units in which the last environment and its reference really change in one step.
    pub together: Vec<Together>,
}

/// Values that move in the same overlays.
#[derive(Debug)]
pub struct Effect {
    /// What moves, sorted; never empty.
    pub moves: Vec<Move>,
    /// The overlays that it reaches, in the order of units; never empty.
    pub reach: Vec<Reach>,
    /// Only parameters and image tags move.
    pub routine: bool,
}

/// A value that moves, in one or several objects.
#[derive(Debug, Clone)]
pub struct Move {
    /// The objects, as the first overlay names them, sorted, at most twenty; empty where a whole
    /// overlay comes or goes.
    pub objects: Vec<ResourceId>,
    /// How many objects there are besides.
    pub more_objects: usize,
    /// The path inside the object; empty where the whole object comes or goes.
    pub path: Path,
    /// Whether it changes, comes (`OnlyHere`) or goes (`OnlyThere`).
    pub change: Change,
    /// The value before as reports show it; nothing where there was none.
    pub before: Option<String>,
    /// The value after it.
    pub after: Option<String>,
    /// How many further places of the same text move and are not told.
    pub more: usize,
}

/// An overlay that an effect reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    /// The unit.
    pub unit: String,
    /// The place of the environment in the promotion order.
    pub rank: u32,
    /// The environment.
    pub environment: String,
    /// The cluster, region, ring or tenant.
    pub variant: Option<String>,
}

/// Two environments that change in one step, so that nothing was tried in the first of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Together {
    /// The last environment.
    pub environment: String,
    /// The one that it is compared with.
    pub reference: String,
    /// The units, sorted.
    pub units: Vec<String>,
}

/// One value that moves in one overlay.
struct Single {
    /// What makes it the same as another one.
    key: [u8; 32],
    /// The object, and what makes it the same as one of another environment.
    object: Option<(ResourceId, [u8; 32])>,
    moved: Move,
    routine: bool,
    /// The reference had it like that before.
    tried: bool,
}

/// What happens to one overlay.
enum Fate {
    Same,
    Moves(Vec<Single>, usize),
    Unknown,
}

/// One value that moves, gathered from all overlays.
struct Gathered {
    moved: Move,
    objects: BTreeMap<[u8; 32], Option<ResourceId>>,
    overlays: BTreeSet<usize>,
    routine: bool,
}

/// Works out what the change of some files does from what ran before and what runs now.
pub fn effects(past: &Past, present: Present<'_>, changed: &BTreeSet<RepoPath>) -> Effects {
    let Present { snapshot, config, layout, evaluated, comparison } = present;
    let substitutions = &comparison.learnt;
    let world = World { snapshot, config, layout, evaluated, substitutions };
    let looking = Looking { world, past, references: references(world) };
    let names: Vec<Name> =
        evaluated.iter().map(|found| name(layout, &found.unit.name, found.overlay)).collect();
    let mut reaches: Vec<Reach> = evaluated.iter().map(|found| looking.reach(found)).collect();
    let mut gathering = Gathering::default();
    let (mut unknown, mut partial) = (Vec::new(), Vec::new());
    let mut touched: BTreeMap<(usize, usize), bool> = BTreeMap::new();
    let all: Vec<usize> = (0..evaluated.len()).collect();
    for some in all.chunks(AT_A_TIME) {
        let fates: Vec<_> = some.par_iter().map(|&at| (at, looking.fate(at, &names[at]))).collect();
        for (at, fate) in fates {
            match fate {
                Fate::Same => {
                    let rendered = evaluated[at].output().filter(|found| found.lacks_objects());
                    let mut inputs = rendered.into_iter().flat_map(|found| &found.inputs);
                    if inputs.any(|&file| changed.contains(snapshot.path(file))) {
                        partial.push(reaches[at].clone());
                    }
                }
                Fate::Unknown => unknown.push(reaches[at].clone()),
                Fate::Moves(singles, more) => {
                    let overlay = &evaluated[at];
                    let place = (overlay.unit_index, overlay.overlay.environment);
                    let real = |single: &&Single| !single.routine && !single.moved.is_overlay();
                    let mut real = singles.iter().filter(real).peekable();
                    if real.peek().is_some() {
                        let untried = real.any(|single| !single.tried);
                        *touched.entry(place).or_default() |= untried;
                    }
                    gathering.more += more;
                    for single in singles {
                        gathering.add(at, single);
                    }
                }
            }
        }
    }
    let now: BTreeSet<&Name> = names.iter().collect();
    for gone in past.overlays.keys().filter(|name| !now.contains(name)) {
        let (unit, environment, variant) = gone.clone();
        let known = layout.environments.iter().find(|known| known.name == environment);
        let rank = known.map_or(u32::MAX, |known| known.rank);
        gathering.add(reaches.len(), whole(Change::OnlyThere));
        reaches.push(Reach { unit, rank, environment, variant });
    }
    unknown.sort();
    partial.sort();
    let together = looking.together(&touched);
    Effects { more: gathering.more, list: gathering.finish(&reaches), unknown, partial, together }
}

/// An overlay that comes or goes.
fn whole(change: Change) -> Single {
    let path = Path::default();
    let (objects, more_objects, more) = (Vec::new(), 0, 0);
    let moved = Move { objects, more_objects, path, change, before: None, after: None, more };
    let key = Sha256::digest(format!("{change:?}")).into();
    Single { key, object: None, moved, routine: false, tried: false }
}

impl Move {
    /// Whether it is a whole overlay that comes or goes.
    pub fn is_overlay(&self) -> bool {
        self.change != Change::Changed && self.objects.is_empty()
    }
}

/// The last environment of a unit and the one that it is compared with.
struct Reference {
    last: usize,
    before: usize,
    /// An overlay of the latter, as an index into the evaluated ones.
    overlay: usize,
}

/// For every unit in which they are not the same, by its index.
fn references(world: World<'_>) -> BTreeMap<usize, Reference> {
    let starts = crate::compare::starts(world.evaluated, world.layout);
    let of_unit = |(first, unit): (usize, &crate::layout::Unit)| {
        let rank = |at: usize| Some(world.layout.environments.get(at)?.rank);
        let environment = |at: usize| unit.overlays[at].environment;
        let last = unit.overlays.iter().map(|overlay| overlay.environment);
        let last = last.max_by_key(|&at| rank(at))?;
        let pairs = pairs::of_unit(world.layout, unit, world.config);
        let pair = pairs
            .iter()
            .find(|pair| environment(pair.here) == last && !pair.siblings && !pair.weak)?;
        let before = environment(pair.there);
        let unit = world.evaluated.get(first)?.unit_index;
        Some((unit, Reference { last, before, overlay: first + pair.there }))
    };
    starts.filter_map(of_unit).collect()
}

struct Looking<'a> {
    world: World<'a>,
    past: &'a Past,
    /// By the index of the unit.
    references: BTreeMap<usize, Reference>,
}

impl Looking<'_> {
    fn reach(&self, found: &Evaluated<'_>) -> Reach {
        let environment = self.world.layout.environments.get(found.overlay.environment);
        Reach {
            unit: found.unit.name.clone(),
            rank: environment.map_or(u32::MAX, |environment| environment.rank),
            environment: environment.map_or(String::new(), |found| found.name.clone()),
            variant: found.overlay.variant.clone(),
        }
    }

    fn fate(&self, at: usize, name: &Name) -> Fate {
        let overlay = &self.world.evaluated[at];
        let before = self.past.overlays.get(name);
        match (overlay.output(), before) {
            (Some(now), Some(before)) => self.moves(at, &now.resources, before),
            (Some(_), None) if self.past.failed.contains(name) => Fate::Unknown,
            (Some(_), None) => Fate::Moves(vec![whole(Change::OnlyHere)], 0),
            (None, Some(_)) => Fate::Unknown,
            (None, None) => Fate::Same,
        }
    }

    fn moves(&self, at: usize, now: &[Resource], before: &Ran) -> Fate {
        let own = unit::names(self.world, at, at).here;
        let (mut singles, mut more) = (Vec::new(), 0);
        let mut add = |resource: &Resource, raw: RawDifference| {
            if raw.noise == Some(SILENT) {
            } else if singles.len() < OF_OVERLAY {
                singles.push(self.single(at, &own, resource, &raw));
            } else {
                more += 1;
            }
        };
        for pair in align::align(now, &before.objects, &PairNames::default()) {
            let here = pair.here.and_then(|at| now.get(at));
            let there = pair.there.and_then(|at| before.objects.get(at));
            match (here, there) {
                (Some(here), Some(there)) => {
                    let kind = &here.id.gvk.kind;
                    let found = diff::since(self.world.snapshot, kind, &here.body, &there.body);
                    let all = (now, &before.objects[..]);
                    let shown =
                        |it: &RawDifference| deployed::is_shown(all, (here, there), &it.path);
                    for raw in found.differences.into_iter().filter(|it| !shown(it)) {
                        add(here, raw);
                    }
                }
                (Some(here), None) if !deployed::is_of_release(now, here) => {
                    add(here, alone(here, Change::OnlyHere));
                }
                (None, Some(there)) if !deployed::is_of_release(&before.objects, there) => {
                    add(there, alone(there, Change::OnlyThere));
                }
                _ => {}
            }
        }
        if singles.is_empty() { Fate::Same } else { Fate::Moves(singles, more) }
    }

    fn single(&self, at: usize, own: &Names, resource: &Resource, raw: &RawDifference) -> Single {
        let id = stable_id(resource);
        let steps = raw.path.steps();
        let shown = |side: &Side| {
            let value = side.value.as_ref().filter(|_| !steps.is_empty())?;
            Some(match variable(value) {
                // Secrets are known by the name of the variable.
                Some(value) => {
                    show(&id.gvk.kind, &[steps, std::slice::from_ref(&*VALUE)].concat(), value)
                }
                None => show(&id.gvk.kind, steps, value),
            })
        };
        let masked = Some(SECRET.to_owned());
        let routine = self.is_routine(at, resource, raw);
        let mut key = Sha256::new();
        text(&own.normal(&raw.path.to_string()), &mut key);
        text(&format!("{:?} {routine}", raw.change), &mut key);
        if steps.is_empty() {
            text(&id.gvk.group, &mut key);
            text(&id.gvk.kind, &mut key);
        } else {
            // Objects of all kinds together, but a secret is never told by what is shown of another.
            text(
                &format!("{:?}", (shown(&raw.there) == masked, shown(&raw.here) == masked)),
                &mut key,
            );
            digest(raw.there.value.as_ref(), own, &mut key);
            digest(raw.here.value.as_ref(), own, &mut key);
        }
        let moved = Move {
            objects: vec![id.clone()],
            more_objects: 0,
            path: raw.path.clone(),
            change: raw.change,
            before: shown(&raw.there),
            after: shown(&raw.here),
            more: raw.more,
        };
        let tried = !routine && self.is_tried(at, &id, raw);
        let normal = own.normal(&id.name);
        let same = Sha256::digest(format!("{} {normal}", id.gvk.kind)).into();
        Single { key: key.finalize().into(), object: Some((id, same)), moved, routine, tried }
    }

    /// Whether only a parameter or the tag of an image moves.
    fn is_routine(&self, at: usize, resource: &Resource, raw: &RawDifference) -> bool {
        let World { snapshot, config, layout, evaluated, .. } = self.world;
        let overlay = &evaluated[at];
        if let Some(rule) = raw.noise {
            return ROUTINE_NOISE.contains(&rule);
        }
        let environment = layout.environments.get(overlay.overlay.environment);
        let class = class_of(resource, raw);
        let case = Case {
            unit: &overlay.unit.name,
            environment: environment.map_or("", |environment| &environment.name),
            gvk: &resource.id.gvk,
            class,
            difference: raw,
            names: &PairNames::default(),
            scaled: false,
            tags: promotion::are_tags(snapshot, resource, raw),
        };
        let Judgement::Allowed(parameter) = judge(&case, config) else { return false };
        let built_in = BUILT_IN.iter().any(|built_in| built_in.name == parameter);
        let moves_often = ROUTINE.contains(&&*parameter) && class != Class::Dependency;
        !built_in || moves_often && raw.change == Change::Changed
    }

    /// Whether the last environment becomes what its reference was before, which is what promotion
    /// is.
    fn is_tried(&self, at: usize, id: &ResourceId, raw: &RawDifference) -> bool {
        let overlay = &self.world.evaluated[at];
        let Some(reference) = self.references.get(&overlay.unit_index) else { return false };
        if overlay.overlay.environment != reference.last {
            return false;
        }
        let Some(environment) = self.world.layout.environments.get(reference.before) else {
            return false;
        };
        let names = unit::names(self.world, at, reference.overlay);
        let wanted = Wanted { id, steps: raw.path.steps(), owner: &names.here };
        let now = Found::of(raw.here.value.as_ref(), &raw.path);
        let mut before = self.past.of_environment(&overlay.unit.name, &environment.name);
        before.any(|ran| now.same(&wanted.find(ran, &names.there), &names))
    }

    /// `touched`: the units and environments that really change, and whether to something that was
    /// not tried before.
    fn together(&self, touched: &BTreeMap<(usize, usize), bool>) -> Vec<Together> {
        let layout = self.world.layout;
        let mut units: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for (&at, reference) in &self.references {
            let name = |at: usize| layout.environments.get(at).map(|found| found.name.clone());
            let untried = touched.get(&(at, reference.last)) == Some(&true);
            let both = untried && touched.contains_key(&(at, reference.before));
            let names = (name(reference.last), name(reference.before));
            if let (true, (Some(last), Some(first)), Some(unit)) =
                (both, names, layout.units.get(at))
            {
                units.entry((last, first)).or_default().push(unit.name.clone());
            }
        }
        let together = |((environment, reference), mut units): (_, Vec<String>)| {
            units.sort();
            Together { environment, reference, units }
        };
        units.into_iter().map(together).collect()
    }
}

/// Of an element that is only a name and its value, the value.
fn variable(element: &Value) -> Option<&Value> {
    let map = element.as_map().filter(|map| map.len() == 2)?;
    map.get("name").and(map.get("value")).filter(|value| value.text().is_some())
}

/// An object that only one state has.
fn alone(resource: &Resource, change: Change) -> RawDifference {
    let none = Side { value: None, span: resource.origin, key: None };
    let side = Side { value: Some(resource.body.clone()), ..none.clone() };
    let (here, there) = if change == Change::OnlyHere { (side, none) } else { (none, side) };
    let path = Path::default();
    RawDifference { path, change, here, there, more: 0, text: None, noise: None }
}

/// Adds a text so that nothing of it can be taken for the next one.
fn text(text: &str, hash: &mut Sha256) {
    hash.update(text.len().to_le_bytes());
    hash.update(text);
}

/// Adds a value, the environment's own names and content hashes left out.
fn digest(value: Option<&Value>, own: &Names, hash: &mut Sha256) {
    let count = |kind: &str, count: usize, hash: &mut Sha256| {
        hash.update(kind);
        hash.update(count.to_le_bytes());
    };
    match value.map(|value| (value, &value.kind)) {
        None => hash.update("-"),
        Some((value, Kind::Scalar(scalar))) => {
            hash.update("s");
            text(&own.normal(&without_hash(value, &scalar.text)), hash);
        }
        Some((_, Kind::List(items))) => {
            count("l", items.len(), hash);
            items.iter().for_each(|item| digest(Some(item), own, hash));
        }
        Some((_, Kind::Map(map))) => {
            count("m", map.len(), hash);
            for entry in map.iter() {
                text(&entry.key, hash);
                digest(Some(&entry.value), own, hash);
            }
        }
    }
}

#[derive(Default)]
struct Gathering {
    by_key: BTreeMap<[u8; 32], Gathered>,
    more: usize,
}

impl Gathering {
    fn add(&mut self, overlay: usize, single: Single) {
        let full = self.by_key.len() >= OF_ALL;
        let Single { key, object, moved, routine, .. } = single;
        if full && !self.by_key.contains_key(&key) {
            self.more += 1;
            return;
        }
        let (objects, overlays) = (BTreeMap::new(), BTreeSet::new());
        let fresh = Gathered { moved, objects, overlays, routine };
        let gathered = self.by_key.entry(key).or_insert(fresh);
        if let Some((id, same)) = object {
            // An object has other names in other environments: that of the first one is told.
            let told = gathered.objects.len() < OBJECTS;
            gathered.objects.entry(same).or_insert_with(|| told.then_some(id));
        }
        gathered.overlays.insert(overlay);
    }

    /// What reaches the same overlays is one effect.
    fn finish(self, reaches: &[Reach]) -> Vec<Effect> {
        let mut effects: BTreeMap<(bool, BTreeSet<usize>), Vec<Move>> = BTreeMap::new();
        for gathered in self.by_key.into_values() {
            let Gathered { mut moved, objects, overlays, routine } = gathered;
            moved.more_objects = objects.len().saturating_sub(OBJECTS);
            moved.objects = objects.into_values().flatten().collect();
            moved.objects.sort();
            effects.entry((routine, overlays)).or_default().push(moved);
        }
        let of = |((routine, overlays), mut moves): ((bool, BTreeSet<usize>), Vec<Move>)| {
            moves.sort_by(|a, b| order(a).cmp(&order(b)));
            let mut reach: Vec<Reach> =
                overlays.iter().filter_map(|&at| reaches.get(at)).cloned().collect();
            reach.sort();
            Effect { moves, reach, routine }
        };
        let mut effects: Vec<Effect> = effects.into_iter().map(of).collect();
        effects.sort_by_cached_key(|effect| {
            let last = effect.reach.iter().map(|reach| reach.rank).max();
            (effect.routine, Reverse(last), Reverse(effect.reach.len()), effect.reach.clone())
        });
        effects
    }
}

type Order<'m> = (&'m [ResourceId], &'m Path, Change, &'m Option<String>, &'m Option<String>);

fn order(moved: &Move) -> Order<'_> {
    (&moved.objects, &moved.path, moved.change, &moved.before, &moved.after)
}
