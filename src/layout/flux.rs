//! What Flux says: which path a cluster deploys, and which paths it builds at all.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::layout::OverlayKind;
use crate::layout::candidates::Candidate;
use crate::layout::candidates::DEEPEST;
use crate::layout::lexicon::Lexicon;
use crate::layout::place::Place;
use crate::layout::place::Placer;
use crate::syntax::NodeRef;
use crate::syntax::Store;
use crate::text::FileId;
use crate::text::RepoPath;
use crate::text::wild_match;

/// The API group of Flux's own Kustomization objects.
pub const FLUX_GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// What stands for a variable in a path; no file is called so.
const ANY: char = '\0';
/// Most paths with variables that are told apart.
const PATTERNS: usize = 1_000;

/// One Flux Kustomization with the environment of the cluster that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deployment {
    /// Its name.
    pub name: String,
    /// The file that declares it.
    pub file: RepoPath,
    /// The cluster's environment.
    pub place: Place,
    /// The path of the cluster's directory.
    pub cluster: RepoPath,
}

/// The directory that the `spec.path` of a Flux Kustomization names.
pub fn flux_directory(path: &str) -> Option<RepoPath> {
    RepoPath::new(path.trim_start_matches('/')).ok()
}

/// The directories that Flux Kustomizations anywhere in the repository build.
#[derive(Debug, Default)]
pub struct FluxBuilds {
    named: BTreeSet<RepoPath>,
    /// With [`ANY`] for each variable.
    patterns: BTreeSet<RepoPath>,
}

impl FluxBuilds {
    /// Reads all files of the repository.
    pub fn of(store: &Store<'_>) -> Self {
        let mut builds = Self::default();
        for (file, _) in store.snapshot().files().filter(|(_, path)| path.is_yaml()) {
            for (_, path) in kustomizations(store, file) {
                builds.add(&path);
            }
        }
        builds
    }

    fn add(&mut self, path: &str) {
        let pattern = without_variables(path);
        let Some(directory) = flux_directory(&pattern) else { return };
        if !pattern.contains(ANY) {
            self.named.insert(directory);
        } else if self.patterns.len() < PATTERNS {
            self.patterns.insert(directory);
        }
    }

    /// Whether the directory or one above it is built.
    pub fn covers(&self, directory: &RepoPath) -> bool {
        std::iter::successors(Some(directory.clone()), RepoPath::parent).any(|directory| {
            self.named.contains(&directory)
                || self.patterns.iter().any(|pattern| {
                    let (pattern, path) = (pattern.as_str(), directory.as_str());
                    let any = |byte: &u8| *byte == ANY as u8;
                    wild_match(pattern.as_bytes(), path.as_bytes(), any, u8::eq)
                })
        })
    }
}

/// A path with [`ANY`] in the place of each `${VARIABLE}`, whose default may hold slashes.
fn without_variables(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((_, behind)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push(ANY);
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// Which Flux Kustomizations deploy a path.
pub(super) fn deployments(
    store: &Store<'_>,
    lexicon: &Lexicon,
    placer: &Placer<'_>,
) -> BTreeMap<RepoPath, Vec<Deployment>> {
    let mut clusters: BTreeMap<RepoPath, Option<Place>> = BTreeMap::new();
    let mut files: Vec<(FileId, &RepoPath, RepoPath, Place)> = Vec::new();
    for (file, path) in store.snapshot().files() {
        if !path.is_yaml() || path.segments().nth(DEEPEST).is_some() {
            continue;
        }
        if !path.segments().any(speaks_of_flux) {
            continue;
        }
        let Some(directory) = path.parent() else { continue };
        let place = clusters.entry(directory.clone()).or_insert_with(|| {
            let told = directory.segments().any(|name| lexicon.read(name).is_some());
            let cluster = Candidate::directory(directory.clone(), OverlayKind::Manifests);
            told.then(|| placer.place(&cluster).ok()).flatten()
        });
        files.extend(place.clone().map(|place| (file, path, directory, place)));
    }
    let read: Vec<Vec<(String, String)>> =
        files.par_iter().map(|(file, ..)| kustomizations(store, *file)).collect();
    let mut found: BTreeMap<RepoPath, Vec<Deployment>> = BTreeMap::new();
    for ((_, path, directory, place), declared) in files.into_iter().zip(read) {
        for (name, target) in declared {
            let Some(target) = flux_directory(&target) else { continue };
            let cluster: Vec<&str> = directory.segments().take(place.part + 1).collect();
            let Ok(cluster) = RepoPath::new(&cluster.join("/")) else { continue };
            let deployment = Deployment { name, file: path.clone(), place: place.clone(), cluster };
            found.entry(target).or_default().push(deployment);
        }
    }
    found
}

/// Whether a path may hold what Flux reads; others are not worth reading for it.
fn speaks_of_flux(segment: &str) -> bool {
    matches!(segment, "cluster" | "clusters")
        || ["flux", "gitops", "gotk"].iter().any(|word| segment.contains(word))
}

/// Name and path of the Flux Kustomizations that a file declares.
pub(super) fn kustomizations(store: &Store<'_>, file: FileId) -> Vec<(String, String)> {
    let Ok(source) = store.snapshot().file(file) else { return vec![] };
    // The controller's own definitions name the group too: only objects have it as their version.
    let is_object = |line: &str| line.starts_with("apiVersion:") && line.contains(FLUX_GROUP);
    if !source.text.contains(FLUX_GROUP) || !source.text.lines().any(is_object) {
        return vec![];
    }
    let documents = store.yaml(file).documents.iter();
    documents
        .filter_map(|document| {
            let root = document.root();
            let text = |node: NodeRef<'_>, key: &str| {
                node.get(key).and_then(NodeRef::text).map(str::to_owned)
            };
            let version = text(root, "apiVersion")?;
            if !version.strip_prefix(FLUX_GROUP)?.starts_with('/') {
                return None;
            }
            let name = text(root.get("metadata")?, "name")?;
            let path = text(root.get("spec")?, "path")?;
            Some((name, path))
        })
        .collect()
}

/// Whether Flux deploys anything of the repository.
pub(super) fn is_used(store: &Store<'_>) -> bool {
    let mut files = store.snapshot().files().filter(|(_, path)| path.is_yaml());
    files.any(|(file, _)| !kustomizations(store, file).is_empty())
}

/// The stages that deploy a path.
pub(super) fn stages(deployments: &[Deployment]) -> BTreeSet<usize> {
    deployments.iter().map(|deployment| deployment.place.stage).collect()
}

#[cfg(test)]
mod tests {
    use super::FluxBuilds;
    use crate::text::RepoPath;

    #[test]
    fn variables_stand_for_anything() {
        let mut builds = FluxBuilds::default();
        for path in ["./clusters/eu/", "/apps/${name}/overlays/${env:=a/b}", "jobs/${open"] {
            builds.add(path);
        }
        let covers = |path: &str| builds.covers(&RepoPath::new(path).unwrap());
        assert!(covers("clusters/eu/monitoring"));
        assert!(covers("apps/orders/overlays/production"));
        assert!(covers("apps/orders/overlays/production/deeper"));
        assert!(!covers("clusters/europe"));
        assert!(!covers("apps/orders/base"));
        assert!(!covers("jobs/nightly"));
    }
}
