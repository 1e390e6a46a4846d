//! What Argo CD says: which path or chart is deployed to which environment, and with which values.
//!
//! Applications are read where they stand; `ApplicationSets` are expanded as far as the repository
//! alone tells. What only a cluster knows stays unknown and is never guessed.

mod application;
mod attach;
mod evidence;
mod expression;
mod fill;
mod generators;
mod git;
mod inline;
mod objects;
mod params;
mod reach;
mod repository;
mod units;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use globset::GlobSet;

pub use application::{Application, Source, ValueFile};
pub(super) use objects::may_speak;
pub(super) use reach::orphans;
pub use repository::Home;
pub(super) use repository::address;
pub(super) use units::{Known, Plan, plan};

use crate::kube::Value;
use crate::layout::Unplaced;
use crate::layout::argocd::generators::{Expansion, World};
use crate::layout::argocd::objects::{Object, Objects, Unread, What};
use crate::layout::argocd::params::Params;
use crate::layout::kustomizations::Kustomizations;
use crate::syntax::Store;
use crate::text::RepoPath;

/// Most Applications of a repository.
const MOST: usize = 20_000;
/// Most Applications of one `ApplicationSet`.
const MOST_OF_A_SET: usize = 4_000;

/// Most values in the Applications of all `ApplicationSet`s; long texts count more.
const MOST_VALUES: usize = 1_000_000;
/// What a patch of a template says when it changes what is deployed.
const MOVING_KEYS: &[&str] = &["chart:", "name:", "path:", "repoURL:", "sources:"];

/// Everything that Argo CD says here.
#[derive(Debug, Default)]
pub(super) struct ArgoCd {
    /// The Applications, in the order of their files.
    pub applications: Vec<Application>,
    /// What their generators tell about each: names and texts.
    pub told: Vec<Vec<(String, String)>>,
    /// Files of Applications that are templates.
    unread: Vec<Unread>,
    /// Which repository this is.
    pub home: Home,
    /// There are more Applications than are looked at.
    cut: bool,
    /// How much `ApplicationSet`s may still make, in values.
    room: usize,
    /// The files besides manifests that were read.
    pub read: BTreeSet<RepoPath>,
}

impl ArgoCd {
    /// Reads all Applications and expands all `ApplicationSets`.
    pub(super) fn of(store: &Store<'_>, known: &Kustomizations, excludes: &GlobSet) -> Self {
        let Objects { read: objects, unread } = Objects::of(store, known, excludes);
        let home = Home::of(store.snapshot(), &objects);
        let of = |what: What| objects.iter().filter(move |object| object.what == what);
        let world = World {
            store,
            clusters: of(What::Cluster).map(|object| &object.body).collect(),
            home: &home,
            work: Cell::new(generators::WORK),
            read: RefCell::default(),
        };
        let mut all = Self { unread, room: MOST_VALUES, ..Self::default() };
        for object in &objects {
            match object.what {
                What::Application => {
                    let (body, file) = (object.body.clone(), object.file);
                    let read = Application::of(body, file, &home, object.rewritten);
                    all.add(read.map(|application| (application, vec![])));
                }
                What::Set => all.expand(object, &world),
                What::Cluster => {}
            }
        }
        all.read = world.read.into_inner();
        all.home = home;
        all
    }

    fn add(&mut self, found: Option<(Application, Vec<(String, String)>)>) {
        let Some((application, told)) = found else { return };
        if self.applications.len() < MOST {
            self.applications.push(application);
            self.told.push(told);
        } else {
            self.cut = true;
        }
    }

    /// The Applications of an `ApplicationSet`.
    fn expand(&mut self, set: &Object, world: &World<'_>) {
        let Some(spec) = set.body.get("spec") else { return };
        let go = spec.get("goTemplate").and_then(Value::as_bool).unwrap_or(false);
        let Some(own) = spec.get("template") else { return };
        let patch = spec.get("templatePatch").map(|patch| patch.text().unwrap_or(""));
        let moved = patch.is_some_and(|patch| MOVING_KEYS.iter().any(|key| patch.contains(key)));
        let mut seen: BTreeSet<(Option<String>, Vec<String>)> = BTreeSet::new();
        let generators = spec.get("generators").and_then(Value::as_list).unwrap_or_default();
        let mut room = MOST_OF_A_SET;
        for generator in generators {
            let template = generators::template(own, generator);
            let Expansion { sets, .. } = generators::expand(world, generator, None, go, 0);
            for params in &sets {
                let Some(left) = room.checked_sub(1) else {
                    self.cut = true;
                    return;
                };
                room = left;
                let snapshot = world.store.snapshot();
                let open = inline::with_trees(template.clone(), snapshot, params, go);
                let body = generators::instance(&open, params, go);
                let Some(left) = self.room.checked_sub(params::size(&body, 0)) else {
                    self.cut = true;
                    return;
                };
                self.room = left;
                let rewritten = set.rewritten || moved;
                let Some(read) = Application::of(body, set.file, world.home, rewritten) else {
                    continue;
                };
                let read = Application { patched: patch.is_some(), ..read };
                let paths = read.sources.iter().filter_map(Source::pattern).collect();
                if seen.insert((read.is_named().then(|| read.name.clone()), paths)) {
                    self.add(Some((read, told(params))));
                }
            }
        }
    }
}

/// The texts of a set of parameters.
fn told(params: &Params) -> Vec<(String, String)> {
    let texts = params.texts().into_iter();
    texts.filter_map(|(name, value)| Some((name, value.text()?.to_owned()))).collect()
}

/// A reason why something is not placed.
fn unplaced(root: &RepoPath, why: &str) -> Unplaced {
    Unplaced { root: root.clone(), why: why.to_owned() }
}
