//! Which units a file is part of.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::candidates::{is_terraform, variables_extension};
use crate::layout::{Layout, Overlay, OverlayKind};
use crate::text::RepoPath;

/// Which kustomizations use which files and directories, as far as their own files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Users {
    pub(super) of_directories: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    pub(super) of_files: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
}

impl Users {
    /// The directories whose kustomization uses one of the files, at once or over others.
    fn of(&self, files: &BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&RepoPath> =
            files.iter().filter_map(|file| self.of_files.get(file)).flatten().collect();
        while let Some(directory) = waiting.pop() {
            if reached.insert(directory.clone()) {
                waiting.extend(self.of_directories.get(directory).into_iter().flatten());
            }
        }
        reached
    }

    /// Whether a kustomization names the file.
    pub fn is_used(&self, file: &RepoPath) -> bool {
        self.of_files.contains_key(file)
    }

    /// The files that kustomizations use, beginning with those of the directories `roots`.
    pub fn inputs<'r>(&self, roots: impl Iterator<Item = &'r RepoPath>) -> BTreeSet<RepoPath> {
        let directories = inverse(&self.of_directories);
        let files = inverse(&self.of_files);
        let mut reached = BTreeSet::new();
        let mut inputs = BTreeSet::new();
        let mut waiting: Vec<&RepoPath> = roots.collect();
        while let Some(directory) = waiting.pop() {
            if reached.insert(directory) {
                inputs.extend(files.get(directory).into_iter().flatten().map(|&file| file.clone()));
                waiting.extend(directories.get(directory).into_iter().flatten());
            }
        }
        inputs
    }
}

/// What each of the users uses.
fn inverse(users: &BTreeMap<RepoPath, BTreeSet<RepoPath>>) -> BTreeMap<&RepoPath, Vec<&RepoPath>> {
    let mut used: BTreeMap<&RepoPath, Vec<&RepoPath>> = BTreeMap::new();
    for (target, directories) in users {
        for directory in directories {
            used.entry(directory).or_default().push(target);
        }
    }
    used
}

impl Layout {
    /// The names of the units that one of the files is part of. A file that nothing names counts
    /// for the overlay whose directory holds it.
    pub fn units_of(&self, files: &BTreeSet<RepoPath>) -> BTreeSet<String> {
        let reached = self.users.of(files);
        // Which module a file of variables is meant for is known when it is rendered.
        let modules =
            files.iter().any(|file| is_terraform(file) || variables_extension(file).is_some());
        // A Flux Kustomization matters for what it deploys; what else its parents deploy may hold
        // variables or patches for it.
        let objects: BTreeSet<&RepoPath> =
            self.flux.builds.iter().map(|build| &build.file).collect();
        let others: BTreeSet<RepoPath> =
            files.iter().filter(|file| !objects.contains(file)).cloned().collect();
        let reached_by_others = self.users.of(&others);
        let deployed = |overlay: &Overlay| {
            let mut chain = self.flux.chain(overlay);
            let own = chain.next();
            own.is_some_and(|own| files.contains(&own.file))
                || chain.any(|above| {
                    files.contains(&above.file)
                        || reached_by_others.contains(&above.path)
                        || others.iter().any(|file| file.is_in(&above.path))
                })
        };
        let part = |overlay: &Overlay| {
            modules && overlay.kind == OverlayKind::Terraform
                || reached.contains(&overlay.root)
                || files.iter().any(|file| file.is_in(&overlay.root))
                || deployed(overlay)
        };
        let units = self.units.iter().filter(|unit| unit.overlays.iter().any(part));
        units.map(|unit| unit.name.clone()).collect()
    }
}
