//! Root modules, and which of them a file of variables belongs to.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Snapshot;
use crate::text::{FileId, RepoPath};

/// How files of a module end.
const ENDS: &[&str] = &[".tf", ".tofu", ".tf.json", ".tofu.json"];
/// Directories of modules that are no roots.
const ASIDE: &[&str] = &["module", "modules", "example", "examples", "test", "tests"];

/// The directories that hold modules, with their files.
#[derive(Debug)]
pub(in crate::render) struct Roots {
    directories: BTreeMap<RepoPath, Vec<FileId>>,
    named: BTreeMap<String, Vec<RepoPath>>,
}

impl Roots {
    /// Looks at all files of a snapshot, links to files included.
    pub(in crate::render) fn new(snapshot: &Snapshot) -> Self {
        let mut directories: BTreeMap<RepoPath, Vec<FileId>> = BTreeMap::new();
        let own = snapshot.files().map(|(file, path)| (path, Some(file)));
        let linked = snapshot.links().map(|path| (path, None));
        for (path, file) in own.chain(linked) {
            let fits = ENDS.iter().any(|end| path.file_name().ends_with(end));
            let file = if fits { file.or_else(|| snapshot.find(path)) } else { None };
            if let (Some(file), Some(directory)) = (file, path.parent()) {
                directories.entry(directory).or_default().push(file);
            }
        }
        let mut named: BTreeMap<String, Vec<RepoPath>> = BTreeMap::new();
        for directory in directories.keys() {
            if !directory.segments().any(|name| ASIDE.contains(&name)) {
                let name = directory.file_name().to_ascii_lowercase();
                named.entry(name).or_default().push(directory.clone());
            }
        }
        Self { directories, named }
    }

    /// The files of a module.
    pub(super) fn files(&self, directory: &RepoPath) -> &[FileId] {
        self.directories.get(directory).map_or(&[], Vec::as_slice)
    }

    /// All files of all modules.
    pub(super) fn all(&self) -> impl Iterator<Item = FileId> {
        self.directories.values().flatten().copied()
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
