//! What Flux says: which path each cluster deploys, and how.
//!
//! Units have to be known before anything is rendered, so this reads the objects of Flux as they are
//! written; of what is laid over them only the variables that a parent fills into paths are worked
//! out. What the objects ask for beside the path is read from the rendered cluster, by
//! `render::flux`.

mod covers;
mod declared;
mod holders;
mod repositories;
mod tree;

pub use covers::FluxBuilds;
pub use declared::FLUX_GROUP;
pub(super) use declared::of_file;
pub(super) use repositories::Repositories;
pub(super) use tree::{Found, Tree};

use std::collections::BTreeSet;

use crate::layout::Overlay;
use crate::syntax::Store;
use crate::text::RepoPath;

/// Whether Flux deploys anything of the repository.
pub(super) fn is_used(store: &Store<'_>) -> bool {
    let mut files = store.snapshot().files().filter(|(_, path)| path.is_yaml());
    files.any(|(file, _)| !of_file(store, file).is_empty())
}

/// The directory that the `spec.path` of a Flux Kustomization names.
pub fn flux_directory(path: &str) -> Option<RepoPath> {
    declared::directory(path)
}

/// A Flux Kustomization in one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FluxBuild {
    /// Its name.
    pub name: String,
    /// Its namespace; empty where none is written.
    pub namespace: String,
    /// The file that declares it.
    pub file: RepoPath,
    /// The directory that it builds.
    pub path: RepoPath,
    /// The directory whose build holds the object, where it has no parent.
    pub home: Option<RepoPath>,
    /// The build that deploys the object itself, as an index into [`Flux::builds`]; always a
    /// smaller one.
    pub parent: Option<usize>,
    /// The first of its parents: all builds of one cluster have the same.
    pub cluster: usize,
    /// The path of the cluster, or whatever else tells the environment.
    pub site: RepoPath,
    /// It stands for the build that an object which installs Flux asks for.
    pub installed: bool,
}

/// All that Flux deploys from the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flux {
    /// Parents before children.
    pub builds: Vec<FluxBuild>,
    /// Those that overlays of the layout show.
    pub(super) shown: BTreeSet<usize>,
    /// Which sources are this repository.
    pub repositories: Repositories,
}

impl Flux {
    /// The path of the cluster that deploys an overlay.
    pub fn cluster_of(&self, overlay: &Overlay) -> Option<&RepoPath> {
        self.builds.get(overlay.build?).map(|build| &build.site)
    }

    /// The build that deploys an overlay, its parent, and so on up to the entry of the cluster.
    pub fn chain(&self, overlay: &Overlay) -> impl Iterator<Item = &FluxBuild> {
        let first = overlay.build.and_then(|at| self.builds.get(at));
        std::iter::successors(first, |build| self.builds.get(build.parent?))
    }

    /// Whether an overlay of the layout shows what a build does.
    pub fn is_overlay(&self, build: usize) -> bool {
        self.shown.contains(&build)
    }
}
