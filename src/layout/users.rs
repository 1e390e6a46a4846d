//! Which units a file is part of.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::candidates::{is_terraform, variables_extension};
use crate::layout::{Application, Layout, Overlay, OverlayKind, Unit};
use crate::source::Snapshot;
use crate::text::RepoPath;

/// Which kustomizations use which files and directories, as far as their own files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Users {
    pub(super) of_directories: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    pub(super) of_files: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
}

impl Users {
    /// The directories whose kustomization uses one of the files, at once or over others.
    pub fn of(&self, files: &BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
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

    /// The directories that hold files which kustomizations name.
    pub fn directories(&self) -> BTreeSet<RepoPath> {
        self.of_files.keys().filter_map(RepoPath::parent).collect()
    }

    /// What each kustomization uses.
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs { directories: inverse(&self.of_directories), files: inverse(&self.of_files) }
    }
}

/// Which files and directories each kustomization uses.
#[derive(Debug)]
pub struct Inputs<'u> {
    directories: BTreeMap<&'u RepoPath, Vec<&'u RepoPath>>,
    files: BTreeMap<&'u RepoPath, Vec<&'u RepoPath>>,
}

impl<'u> Inputs<'u> {
    /// The files that kustomizations use, beginning with those of the directories `roots`.
    pub fn of<'r>(&self, roots: impl Iterator<Item = &'r RepoPath>) -> BTreeSet<&'u RepoPath>
    where
        'u: 'r,
    {
        let mut reached = BTreeSet::new();
        let mut inputs = BTreeSet::new();
        let mut waiting: Vec<&'r RepoPath> = roots.collect();
        while let Some(directory) = waiting.pop() {
            if reached.insert(directory) {
                inputs.extend(self.files.get(directory).into_iter().flatten().copied());
                waiting.extend(self.directories.get(directory).into_iter().flatten().copied());
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
    pub fn units_of(&self, snapshot: &Snapshot, files: &BTreeSet<RepoPath>) -> BTreeSet<String> {
        let moved = self.applications_of(snapshot, files);
        // An Application is an object of where it stands, too.
        let declaring = moved.iter().filter_map(|&at| self.applications.get(at));
        let mut concerned = files.clone();
        concerned.extend(declaring.map(|found| snapshot.path(found.file).clone()));
        let reached = self.users.of(&concerned);
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
        let part = |unit: &Unit, overlay: &Overlay| {
            let values = overlay.kind == OverlayKind::HelmValues;
            // Over which others the values lie is known when they are rendered.
            values && files.iter().any(|file| may_lie_below(unit, file))
                || overlay.application.is_some_and(|at| moved.contains(&at))
                || modules && overlay.kind == OverlayKind::Terraform
                || reached.contains(&overlay.root)
                || concerned.iter().any(|file| file.is_in(&overlay.root))
                || deployed(overlay)
        };
        let units = self.units.iter().filter(|unit| unit.overlays.iter().any(|it| part(unit, it)));
        units.map(|unit| unit.name.clone()).collect()
    }

    /// All files that declare Applications, if one of the files does: they are compared with each other.
    pub fn applications_beside(
        &self,
        snapshot: &Snapshot,
        files: &BTreeSet<RepoPath>,
    ) -> BTreeSet<RepoPath> {
        let declaring = || self.applications.iter().map(|found| snapshot.path(found.file));
        let concerned = declaring().any(|path| files.contains(path));
        declaring().filter(|_| concerned).cloned().collect()
    }

    /// The files that the unit's overlays consist of where no kustomization names them, with those that
    /// may lie below them.
    pub fn files_of(&self, snapshot: &Snapshot, unit: &Unit) -> BTreeSet<RepoPath> {
        let mut found = BTreeSet::new();
        for overlay in &unit.overlays {
            let bases = self.bases.get(&overlay.root).into_iter().flatten().cloned();
            let application = overlay.application.and_then(|at| self.applications.get(at));
            let sources = application.into_iter().flat_map(|application| &application.sources);
            let values = sources.flat_map(|source| &source.value_files);
            found.extend(bases.chain(values.filter_map(|file| file.path.clone())));
            let target = overlay.helmfile.and_then(|at| self.helmfiles.get(at));
            if let Some(target) = target {
                let parts = target.state.files.iter().map(|file| snapshot.path(*file).clone());
                found.extend(parts.chain(target.reads.iter().cloned()));
            }
            if overlay.kind != OverlayKind::Kustomize {
                found.extend(snapshot.files_below(&overlay.root).map(|(_, path)| path.clone()));
            }
        }
        let has = |kind| unit.overlays.iter().any(|overlay| overlay.kind == kind);
        let (values, modules) = (has(OverlayKind::HelmValues), has(OverlayKind::Terraform));
        if values || modules {
            let below = |path: &RepoPath| {
                values && may_lie_below(unit, path)
                    || modules && (is_terraform(path) || variables_extension(path).is_some())
            };
            let paths = snapshot.files().map(|(_, path)| path);
            found.extend(paths.filter(|path| below(path)).cloned());
        }
        found
    }

    /// The Applications of which one of the files says something.
    fn applications_of(&self, snapshot: &Snapshot, files: &BTreeSet<RepoPath>) -> BTreeSet<usize> {
        let kustomizations = self.users.of(files);
        // A kustomization that uses one of the files may patch the Applications that it includes.
        let may_patch = |declaring: &RepoPath| {
            let users = self.users.of(&BTreeSet::from([declaring.clone()]));
            !users.is_disjoint(&kustomizations)
        };
        // Which of them a generator makes of which file is not remembered.
        let generated = files.iter().any(|file| self.parameter_files.contains(file));
        let named = |path: &Option<RepoPath>| {
            path.as_ref().is_some_and(|path| files.iter().any(|file| file.is_in(path)))
        };
        let moved = |application: &Application| {
            generated
                || (application.rewritten || application.patched)
                    && may_patch(snapshot.path(application.file))
                || files.contains(snapshot.path(application.file))
                || application.sources.iter().any(|source| {
                    named(&source.path) || source.value_files.iter().any(|it| named(&it.path))
                })
        };
        let all = self.applications.iter().enumerate();
        all.filter(|(_, application)| moved(application)).map(|(at, _)| at).collect()
    }
}

/// Whether the file may hold values that lie under those of the unit: it stands where the path of
/// those may lead with another word for the environment.
fn may_lie_below(unit: &Unit, file: &RepoPath) -> bool {
    let shared = unit.template.split('{').next().unwrap_or_default();
    let directory = shared.rsplit_once('/').map_or("", |(directory, _)| directory);
    file.is_yaml()
        && file.segments().count() <= unit.template.split('/').count()
        && RepoPath::new(directory).is_ok_and(|directory| file.is_in(&directory))
}
