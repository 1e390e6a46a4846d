//! Files that answer each other in the environments of a unit, and what stands in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::Environment;
use crate::rules::{Context, is_yaml};
use crate::syntax::{NodeRef, Notation};
use crate::text::{FileId, RepoPath};

/// Deepest nesting that is compared.
const DEPTH: usize = 64;
/// Keys that name the elements of a list.
const NAMES: &[&str] = &["name", "path", "key", "id", "host", "mountPath", "kind"];

/// For every file of an overlay the files of other environments that have its place.
#[derive(Debug, Default)]
pub(super) struct Counterparts {
    files: BTreeMap<FileId, BTreeSet<(usize, FileId)>>,
    environments: BTreeMap<FileId, usize>,
}

impl Counterparts {
    /// Those of all units. Development environments answer for nothing.
    pub(super) fn of(cx: &Context<'_>) -> Self {
        let mut places: BTreeMap<(usize, String), BTreeSet<(usize, FileId)>> = BTreeMap::new();
        let mut environments = BTreeMap::new();
        for found in cx.evaluated {
            let at = found.overlay.environment;
            let Some(environment) = cx.layout.environment(at).filter(|e| !e.is_workshop()) else {
                continue;
            };
            let root = &found.overlay.root;
            for (file, path) in cx.snapshot.files_below(root).filter(|(_, path)| is_read(path)) {
                let place = (found.unit_index, place(root, path, environment));
                places.entry(place).or_default().insert((at, file));
                environments.insert(file, at);
            }
        }
        let mut files: BTreeMap<FileId, BTreeSet<(usize, FileId)>> = BTreeMap::new();
        for together in places.values().filter(|together| together.len() > 1) {
            for &(environment, file) in together {
                let others = together.iter().filter(|(other, _)| *other != environment).copied();
                files.entry(file).or_default().extend(others);
            }
        }
        Self { files, environments }
    }

    /// The files of other environments, each with its environment.
    pub(super) fn others(&self, file: FileId) -> impl Iterator<Item = (usize, FileId)> + '_ {
        self.files.get(&file).into_iter().flatten().copied()
    }

    /// The environment that the file belongs to.
    pub(super) fn environment(&self, file: FileId) -> Option<usize> {
        self.environments.get(&file).copied()
    }
}

/// Whether a file is in a notation that comments and settings are read of.
fn is_read(path: &RepoPath) -> bool {
    is_yaml(path) || Notation::of(path.file_name()).is_some()
}

/// The path below the root, the environment's own words taken out.
fn place(root: &RepoPath, path: &RepoPath, environment: &Environment) -> String {
    let below = path.as_str().strip_prefix(root.as_str()).unwrap_or("");
    let words = below.split_inclusive(['/', '-', '_', '.']);
    words
        .map(|word| {
            let bare = word.trim_end_matches(['/', '-', '_', '.']);
            let own = environment.aliases.iter().any(|alias| alias == bare);
            if own { word.replace(bare, "{env}") } else { word.to_owned() }
        })
        .collect()
}

/// One step of the way to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a map.
    Key(String),
    /// To the scalar element with this text.
    Text(String),
    /// To the element that has this name.
    Named(&'static str, String),
    /// To an element without a name.
    Index(usize),
}

impl Step {
    /// How the element of a list is found again.
    pub(super) fn to(item: NodeRef<'_>, index: usize) -> Self {
        if let Some(text) = item.text() {
            return Self::Text(text.to_owned());
        }
        let name = |key: &&'static str| Some(Self::Named(key, item.get(key)?.text()?.to_owned()));
        NAMES.iter().find_map(name).unwrap_or(Self::Index(index))
    }
}

/// The node at the end of the way; of an entry its value.
pub(super) fn find<'d>(root: NodeRef<'d>, steps: &[Step]) -> Option<NodeRef<'d>> {
    steps.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Text(text) => node.items().find(|item| item.text() == Some(text)),
        Step::Named(key, name) => {
            node.items().find(|item| item.get(key).and_then(NodeRef::text) == Some(name))
        }
        Step::Index(index) => node.items().nth(*index),
    })
}

/// Whether both nodes say the same, comments and notation aside.
pub(super) fn same(a: NodeRef<'_>, b: NodeRef<'_>) -> bool {
    same_to(a, b, DEPTH)
}

fn same_to(a: NodeRef<'_>, b: NodeRef<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match (a.text(), b.text()) {
        (Some(a), Some(b)) => a == b,
        (None, None) => {
            a.items().len() == b.items().len()
                && a.entries().len() == b.entries().len()
                && a.items().zip(b.items()).all(|(a, b)| same_to(a, b, depth))
                && a.entries().all(|(key, value)| {
                    let other = key.text().and_then(|key| b.get(key));
                    other.is_some_and(|other| same_to(value, other, depth))
                })
        }
        _ => false,
    }
}
