//! Root modules, and which of them a file of variables belongs to.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Snapshot;
use crate::text::{FileId, RepoPath};

/// How files of a module end.
const ENDS: &[&str] = &[".tf", ".tofu", ".tf.json", ".tofu.json"];
/// What files are called, or end their names with, that change what the others say.
const OVERRIDE: &str = "override";
/// Directories of modules that are no roots.
const ASIDE: &[&str] = &["module", "modules", "example", "examples", "test", "tests"];

/// The directories that hold modules, with their files.
#[derive(Debug)]
pub(in crate::render) struct Roots {
    directories: BTreeMap<RepoPath, Module>,
    named: BTreeMap<String, Vec<RepoPath>>,
}

/// The files of a directory: those that override others come last.
#[derive(Debug, Default)]
struct Module {
    files: Vec<FileId>,
    /// How many files override none.
    plain: usize,
}

impl Roots {
    /// Looks at all files of a snapshot, links to files included.
    pub(in crate::render) fn new(snapshot: &Snapshot) -> Self {
        let mut found: BTreeMap<RepoPath, Vec<(bool, &str, FileId)>> = BTreeMap::new();
        let own = snapshot.files().map(|(file, path)| (path, Some(file)));
        let linked = snapshot.links().map(|path| (path, None));
        for (path, file) in own.chain(linked) {
            let name = path.file_name();
            let Some(stem) = ENDS.iter().find_map(|end| name.strip_suffix(end)) else { continue };
            let file = file.or_else(|| snapshot.find(path));
            if let (Some(file), Some(directory)) = (file, path.parent()) {
                found.entry(directory).or_default().push((is_override(stem), name, file));
            }
        }
        let directories: BTreeMap<RepoPath, Module> =
            found.into_iter().map(|(directory, files)| (directory, module(files))).collect();
        let mut named: BTreeMap<String, Vec<RepoPath>> = BTreeMap::new();
        for directory in directories.keys() {
            if !directory.segments().any(|name| ASIDE.contains(&name)) {
                let name = directory.file_name().to_ascii_lowercase();
                named.entry(name).or_default().push(directory.clone());
            }
        }
        Self { directories, named }
    }

    /// The files of a module, those that override others last, in the order in which they do.
    pub(super) fn files(&self, directory: &RepoPath) -> &[FileId] {
        self.directories.get(directory).map_or(&[], |module| &module.files)
    }

    /// The files of a module, those that override others apart.
    pub(super) fn split(&self, directory: &RepoPath) -> (&[FileId], &[FileId]) {
        let module = self.directories.get(directory);
        module.and_then(|it| it.files.split_at_checked(it.plain)).unwrap_or_default()
    }

    /// All files of all modules.
    pub(super) fn all(&self) -> impl Iterator<Item = FileId> {
        self.directories.values().flat_map(|module| &module.files).copied()
    }

    /// The modules that a file of variables may be meant for: those on the way to it, the nearest
    /// first, then those that are called like its unit.
    pub(super) fn candidates(&self, variables: &RepoPath, unit: &str) -> Vec<&RepoPath> {
        let mut found: Vec<&RepoPath> = Vec::new();
        let mut at = variables.parent();
        while let Some(directory) = at {
            found.extend(self.directories.get_key_value(&directory).map(|(path, _)| path));
            at = directory.parent();
        }
        let names = unit.rsplit('/').map(str::to_ascii_lowercase);
        let names = names.chain([variables.stem().to_ascii_lowercase()]);
        for name in names {
            found.extend(self.named.get(&name).into_iter().flatten());
        }
        let mut seen = BTreeSet::new();
        found.retain(|directory| seen.insert(*directory));
        found
    }
}

/// Whether a file of this name without its ends is merged into the others.
fn is_override(stem: &str) -> bool {
    stem.strip_suffix(OVERRIDE).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
}

/// Terraform reads the files by their names.
fn module(mut files: Vec<(bool, &str, FileId)>) -> Module {
    files.sort_unstable();
    let plain = files.iter().filter(|(overrides, ..)| !overrides).count();
    Module { files: files.into_iter().map(|(.., file)| file).collect(), plain }
}
