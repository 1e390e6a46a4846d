//! What a file says to Flux, as far as it matters for where things are deployed.

use std::collections::BTreeMap;

use crate::syntax::{NodeRef, Store};
use crate::text::{FileId, RepoPath};

/// The API group of Flux's own Kustomization objects.
pub const FLUX_GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// The API group of the objects that name repositories.
const SOURCES: &str = "source.toolkit.fluxcd.io";
/// The API group of the operator that installs Flux.
const OPERATOR: &str = "fluxcd.controlplane.io";
/// What an object says of itself if it is one of Flux.
const GROUPS: [&str; 3] = [FLUX_GROUP, SOURCES, OPERATOR];
/// Keys of the reference of a `GitRepository` that mean one state.
const STATES: [&str; 3] = ["commit", "semver", "tag"];
/// Most variables of one object that are kept.
const VARIABLES: usize = 1_000;

/// An object of Flux in a file, before anything patches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::layout) enum Declared {
    /// It deploys a path.
    Kustomization(Kustomization),
    /// It names a repository.
    Source {
        /// Kind, namespace and name.
        id: SourceId,
        /// Its address.
        url: String,
        /// It asks for one state and not for a branch.
        pinned: bool,
    },
}

/// Kind, namespace and name of a source. The namespace may be empty.
pub(in crate::layout) type SourceId = (String, String, String);

/// A Flux Kustomization as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::layout) struct Kustomization {
    /// Its name.
    pub name: String,
    /// Its namespace; empty where none is written.
    pub namespace: String,
    /// The path, with variables in it.
    pub path: String,
    /// The repository that the path is in.
    pub source: Option<SourceId>,
    /// What it tells the objects that it deploys.
    pub variables: BTreeMap<String, String>,
    /// It is no object of its own but part of another one, which installs Flux.
    pub installed: bool,
}

/// The directory that a path means: Flux keeps `..` inside of the repository.
pub(in crate::layout) fn directory(path: &str) -> Option<RepoPath> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    RepoPath::new(&segments.join("/")).ok()
}

/// The objects of Flux that a file declares.
pub(in crate::layout) fn of_file(store: &Store<'_>, file: FileId) -> Vec<Declared> {
    let Ok(source) = store.snapshot().file(file) else { return vec![] };
    // The controllers' own definitions name the groups too: only objects have one as their version.
    let is_object = |line: &str| {
        let version = line.strip_prefix("apiVersion:");
        version.is_some_and(|text| GROUPS.iter().any(|group| text.contains(group)))
    };
    if !source.text.contains("fluxcd.") || !source.text.lines().any(is_object) {
        return vec![];
    }
    store.yaml(file).documents.iter().filter_map(|document| read(document.root())).collect()
}

fn text(node: NodeRef<'_>, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(node, |node, key| node.get(key))?;
    found.text().map(str::to_owned)
}

fn read(root: NodeRef<'_>) -> Option<Declared> {
    let version = text(root, &["apiVersion"])?;
    let (group, _) = version.split_once('/')?;
    let kind = text(root, &["kind"])?;
    let name = text(root, &["metadata", "name"])?;
    let namespace = text(root, &["metadata", "namespace"]).unwrap_or_default();
    let spec = root.get("spec")?;
    match (group, &*kind) {
        // What lacks all that the API asks for is a patch for another one.
        (FLUX_GROUP, "Kustomization")
            if spec.get("sourceRef").is_some() || spec.get("interval").is_some() =>
        {
            let source = spec.get("sourceRef").and_then(|source| {
                let home = text(source, &["namespace"]).unwrap_or_else(|| namespace.clone());
                Some((text(source, &["kind"])?, home, text(source, &["name"])?))
            });
            let substitute = spec.get("postBuild").and_then(|build| build.get("substitute"));
            let pairs = substitute.into_iter().flat_map(NodeRef::entries).take(VARIABLES);
            let variables = pairs
                .filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned())))
                .collect();
            let path = text(spec, &["path"]).unwrap_or_default();
            let installed = false;
            let found = Kustomization { name, namespace, path, source, variables, installed };
            Some(Declared::Kustomization(found))
        }
        (SOURCES, _) => {
            let url = text(spec, &["url"]).or_else(|| text(spec, &["bucketName"]))?;
            let state = |key: &&str| spec.get("ref").is_some_and(|it| it.get(key).is_some());
            let pinned = STATES.iter().any(state);
            Some(Declared::Source { id: (kind, namespace, name), url, pinned })
        }
        (OPERATOR, "FluxInstance") => {
            let sync = spec.get("sync")?;
            let kind = text(sync, &["kind"])?;
            let name = text(sync, &["name"]).unwrap_or_else(|| namespace.clone());
            let source = Some((kind, namespace.clone(), name.clone()));
            let path = text(sync, &["path"]).unwrap_or_default();
            let variables = BTreeMap::new();
            let installed = true;
            let found = Kustomization { name, namespace, path, source, variables, installed };
            Some(Declared::Kustomization(found))
        }
        _ => None,
    }
}
