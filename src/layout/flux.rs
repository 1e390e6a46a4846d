//! What Flux says: which path a cluster deploys.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::OverlayKind;
use crate::layout::candidates::Candidate;
use crate::layout::candidates::DEEPEST;
use crate::layout::candidates::is_yaml;
use crate::layout::lexicon::Lexicon;
use crate::layout::place::Place;
use crate::layout::place::Placer;
use crate::syntax::NodeRef;
use crate::syntax::Store;
use crate::text::FileId;
use crate::text::RepoPath;

/// The API group of Flux's own Kustomization objects.
const GROUP: &str = "kustomize.toolkit.fluxcd.io/";

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

/// Which Flux Kustomizations deploy a path.
pub(super) fn deployments(
    store: &Store<'_>,
    lexicon: &Lexicon,
    placer: &Placer<'_>,
) -> BTreeMap<RepoPath, Vec<Deployment>> {
    let mut found: BTreeMap<RepoPath, Vec<Deployment>> = BTreeMap::new();
    let mut clusters: BTreeMap<RepoPath, Option<Place>> = BTreeMap::new();
    for (file, path) in store.snapshot().files() {
        if !is_yaml(path) || path.segments().nth(DEEPEST).is_some() {
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
        let Some(place) = place.clone() else { continue };
        for (name, target) in kustomizations(store, file) {
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
fn kustomizations(store: &Store<'_>, file: FileId) -> Vec<(String, RepoPath)> {
    let Ok(source) = store.snapshot().file(file) else { return vec![] };
    // The controller's own definitions name the group too: only objects have it as their version.
    let is_object = |line: &str| line.starts_with("apiVersion:") && line.contains(GROUP);
    if !source.text.contains(GROUP) || !source.text.lines().any(is_object) {
        return vec![];
    }
    let documents = store.yaml(file).documents.iter();
    documents
        .filter_map(|document| {
            let root = document.root();
            let text = |node: NodeRef<'_>, key: &str| {
                node.get(key).and_then(NodeRef::text).map(str::to_owned)
            };
            if !text(root, "apiVersion")?.starts_with(GROUP) {
                return None;
            }
            let name = text(root.get("metadata")?, "name")?;
            let path = text(root.get("spec")?, "path")?;
            Some((name, RepoPath::new(path.trim_start_matches('/')).ok()?))
        })
        .collect()
}

/// The stages that deploy a path.
pub(super) fn stages(deployments: &[Deployment]) -> BTreeSet<usize> {
    deployments.iter().map(|deployment| deployment.place.stage).collect()
}
