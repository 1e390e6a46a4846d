//! Which kustomization includes which: what is a root and what is only a base.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;

use crate::source::Snapshot;
use crate::syntax::NodeRef;
use crate::syntax::Store;
use crate::text::FileId;
use crate::text::RepoPath;

/// File names that make a directory a kustomization.
const FILE_NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Keys that list what is included as resources.
const RESOURCE_KEYS: &[&str] = &["resources", "bases"];
/// Keys of a kustomization that adds nothing of its own to what it lists.
const LIST_KEYS: &[&str] = &["apiVersion", "kind", "metadata", "resources", "bases"];
/// Keys with which a kustomization changes what the objects that it includes say.
const REWRITING_KEYS: &[&str] = &[
    "components",
    "configurations",
    "namePrefix",
    "nameSuffix",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "transformers",
    "vars",
];
/// The kind of a generator that inflates a chart.
const CHART_GENERATOR: &str = "HelmChartInflationGenerator";
/// Most nodes of one kustomization that are looked at.
const MOST_NODES: usize = 20_000;
/// Texts longer than this are not paths.
const LONGEST_PATH: usize = 1_024;

/// One kustomization directory.
#[derive(Debug, Default)]
pub(super) struct Kustomization {
    /// It is of kind `Component`.
    pub component: bool,
    /// Directories among its resources.
    pub resources: BTreeSet<RepoPath>,
    /// It only lists directories of this repository and changes nothing.
    pub only_lists: bool,
    /// It changes what the objects that it includes say.
    rewrites: bool,
}

/// All kustomizations of the repository.
#[derive(Debug, Default)]
pub(super) struct Kustomizations {
    /// By directory.
    pub all: BTreeMap<RepoPath, Kustomization>,
    /// Which kustomizations include a directory, as a resource or as a component.
    pub includers: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// Which kustomizations name a file: as a resource, a patch, a source of a generator.
    pub referenced: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
}

/// Whether a file of this name makes its directory a kustomization.
pub(crate) fn is_kustomization(file_name: &str) -> bool {
    FILE_NAMES.contains(&file_name)
}

/// Whether the kustomization `file` at `path` names the file `wanted`.
pub(crate) fn names(store: &Store<'_>, file: FileId, path: &RepoPath, wanted: &RepoPath) -> bool {
    Read::of(store, file, path).is_some_and(|read| read.files.contains(wanted))
}

impl Kustomizations {
    /// Reads every kustomization file.
    pub(super) fn read(store: &Store<'_>) -> Self {
        let snapshot = store.snapshot();
        let named = |(_, path): &(FileId, &RepoPath)| is_kustomization(path.file_name());
        let files: Vec<(FileId, &RepoPath)> = snapshot.files().filter(named).collect();
        let read: Vec<Option<Read>> =
            files.par_iter().map(|&(file, path)| Read::of(store, file, path)).collect();
        let mut all = Self::default();
        for Read { directory, kustomization, directories, files } in read.into_iter().flatten() {
            for target in directories {
                all.includers.entry(target).or_default().insert(directory.clone());
            }
            for file in files {
                all.referenced.entry(file).or_default().insert(directory.clone());
            }
            all.all.insert(directory, kustomization);
        }
        all
    }

    /// Whether a kustomization that includes the file, at once or over others, changes what it says.
    pub(super) fn rewrites(&self, file: &RepoPath) -> bool {
        let read = |directory: &&RepoPath| self.all.get(*directory);
        self.users(file).iter().filter_map(read).any(|read| read.rewrites)
    }

    /// The kustomizations that include a file, at once or over others.
    pub(super) fn users(&self, file: &RepoPath) -> BTreeSet<&RepoPath> {
        let mut seen: BTreeSet<&RepoPath> = BTreeSet::new();
        let mut waiting: Vec<&RepoPath> = self.referenced.get(file).into_iter().flatten().collect();
        while let Some(directory) = waiting.pop() {
            if seen.insert(directory) {
                waiting.extend(self.includers.get(directory).into_iter().flatten());
            }
        }
        seen
    }

    /// The directory, or the nearest one above it, that is a kustomization.
    pub(super) fn covering(&self, directory: &RepoPath) -> Option<RepoPath> {
        let mut at = Some(directory.clone());
        while let Some(directory) = at {
            if self.all.contains_key(&directory) {
                return Some(directory);
            }
            at = directory.parent();
        }
        None
    }
}

/// What one file says.
struct Read {
    directory: RepoPath,
    kustomization: Kustomization,
    /// The directories that it includes, as a resource or as a component.
    directories: BTreeSet<RepoPath>,
    /// The files that it names, itself among them.
    files: BTreeSet<RepoPath>,
}

impl Read {
    fn of(store: &Store<'_>, file: FileId, path: &RepoPath) -> Option<Self> {
        let directory = path.parent()?;
        let snapshot = store.snapshot();
        let mut read = Kustomization::default();
        let mut directories = BTreeSet::new();
        let mut files = BTreeSet::from([path.clone()]);
        if let Some(document) = store.yaml(file).documents.first() {
            let root = document.root();
            read.component = root.get("kind").and_then(NodeRef::text) == Some("Component");
            let mut lists = !read.component;
            for (key, value) in root.entries() {
                let key = key.text().unwrap_or("");
                lists &= LIST_KEYS.contains(&key);
                read.rewrites |= REWRITING_KEYS.contains(&key);
                if RESOURCE_KEYS.contains(&key) || key == "components" {
                    for item in value.items() {
                        let target = item.text().and_then(|text| directory.join(text).ok());
                        let target = target.filter(|target| snapshot.is_directory(target));
                        lists &= target.is_some();
                        let Some(target) = target else { continue };
                        directories.insert(target.clone());
                        if key != "components" {
                            read.resources.insert(target);
                        }
                    }
                }
            }
            read.only_lists = lists && !read.resources.is_empty();
            add_files(snapshot, &directory, root, &mut files);
            add_values(store, &directory, root, &mut files);
        }
        Some(Self { directory, kustomization: read, directories, files })
    }
}

/// Adds the values files that generators of charts name: their paths begin where the kustomization is.
fn add_values(
    store: &Store<'_>,
    directory: &RepoPath,
    root: NodeRef<'_>,
    files: &mut BTreeSet<RepoPath>,
) {
    let snapshot = store.snapshot();
    let find = |name: NodeRef<'_>| snapshot.find(&directory.join(name.text()?).ok()?);
    let listed = root.get("generators").into_iter().flat_map(NodeRef::items);
    for file in listed.filter_map(find) {
        let charts = snapshot.file(file).is_ok_and(|source| source.text.contains(CHART_GENERATOR));
        let documents = charts.then(|| &store.yaml(file).documents);
        for generator in documents.into_iter().flatten().map(crate::syntax::Document::root) {
            let named = ["valuesFile", "values"].iter().filter_map(|key| generator.get(key));
            let more = generator.get("additionalValuesFiles").into_iter();
            let found = named.chain(more.flat_map(NodeRef::items)).filter_map(find);
            files.extend(found.map(|file| snapshot.path(file).clone()));
        }
    }
}

/// Adds every text of a kustomization that is the path of a file, whatever the key.
fn add_files(
    snapshot: &Snapshot,
    directory: &RepoPath,
    root: NodeRef<'_>,
    files: &mut BTreeSet<RepoPath>,
) {
    // Only in a list is a text without a dot as likely a file as a name.
    let mut waiting = vec![(root, false)];
    for _ in 0..MOST_NODES {
        let Some((node, listed)) = waiting.pop() else { return };
        if node.is_alias() {
            continue;
        }
        waiting.extend(node.items().map(|item| (item, true)));
        waiting.extend(node.entries().map(|(_, value)| (value, false)));
        let Some(text) = node.text().filter(|text| text.len() <= LONGEST_PATH) else {
            continue;
        };
        // Generators name their files as `key=path`.
        let path = text.rsplit_once('=').map_or(text, |(_, path)| path);
        if path.contains(['\n', ':']) || !(listed || path.contains('.')) {
            continue;
        }
        let Ok(path) = directory.join(path) else { continue };
        if let Some(file) = snapshot.find(&path) {
            files.insert(snapshot.path(file).clone());
            files.insert(path);
        }
    }
}
