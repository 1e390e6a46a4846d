//! Names of objects that a change brings or takes away: who refers to them is concerned, wherever it is.

use std::collections::BTreeSet;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::change::Side;
use crate::syntax::NodeRef;
use crate::text::RepoPath;

/// Kinds of objects that others refer to by their names.
const KINDS: [&str; 9] = [
    "ConfigMap",
    "GitRepository",
    "HelmRepository",
    "Kustomization",
    "OCIRepository",
    "PersistentVolumeClaim",
    "Secret",
    "Service",
    "ServiceAccount",
];
/// Lists of a kustomization that make such objects.
const GENERATORS: [(&str, &str); 2] =
    [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")];
/// Names that are too short to look for.
const SHORTEST: usize = 3;
/// Most names that are looked for.
const MOST: usize = 50;

/// A kind and a name.
type Named = (String, String);

/// The files of both sides that hold a name which only one of them gives to an object in the changed
/// `paths`.
pub(super) fn mentioning(
    before: Side<'_>,
    after: Side<'_>,
    paths: &BTreeSet<RepoPath>,
) -> BTreeSet<RepoPath> {
    let of = |side: Side<'_>| -> BTreeSet<Named> {
        paths.iter().flat_map(|path| named(side, path)).collect()
    };
    let (old, new) = (of(before), of(after));
    let moved: BTreeSet<&str> =
        old.symmetric_difference(&new).map(|(_, name)| name.as_str()).collect();
    let moved: Vec<&str> =
        moved.into_iter().filter(|name| name.len() >= SHORTEST).take(MOST).collect();
    if moved.is_empty() {
        return BTreeSet::new();
    }
    let holding = |side: Side<'_>| -> BTreeSet<RepoPath> {
        let snapshot = side.store.snapshot();
        let files: Vec<_> = snapshot.files().filter(|(_, path)| path.is_yaml()).collect();
        let holds = |text: &str| moved.iter().any(|name| is_word(text, name));
        let found = files
            .into_par_iter()
            .filter(|(file, _)| snapshot.file(*file).is_ok_and(|source| holds(&source.text)));
        found.map(|(_, path)| path.clone()).collect()
    };
    let mut found = holding(before);
    found.extend(holding(after));
    found
}

/// Whether a text holds a name that is no part of a longer one.
fn is_word(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text.get(..at), text.get(at + name.len()..));
        !before.is_some_and(|text| text.ends_with(part))
            && !after.is_some_and(|text| text.starts_with(part))
    })
}

/// The objects that a file declares or generates.
fn named(side: Side<'_>, path: &RepoPath) -> Vec<Named> {
    let store = side.store;
    let Some(file) = store.snapshot().find(path).filter(|_| path.is_yaml()) else {
        return Vec::new();
    };
    let text = |node: Option<NodeRef<'_>>| node.and_then(NodeRef::text).map(str::to_owned);
    let mut found = Vec::new();
    for document in &store.yaml(file).documents {
        let root = document.root();
        for (list, kind) in GENERATORS {
            let entries = root.get(list).into_iter().flat_map(NodeRef::items);
            let names = entries.filter_map(|entry| text(entry.get("name")));
            found.extend(names.map(|name| (kind.to_owned(), name)));
        }
        let name = root.get("metadata").and_then(|metadata| text(metadata.get("name")));
        let Some(kind) = text(root.get("kind")) else { continue };
        // What speaks of Secrets makes one, under a name of its own or another one.
        if kind.contains("Secret") {
            let target = root.get("spec").and_then(|spec| spec.get("target"));
            let made = target.and_then(|target| text(target.get("name")));
            found.extend(made.or_else(|| name.clone()).map(|made| ("Secret".to_owned(), made)));
        }
        found.extend(name.filter(|_| KINDS.contains(&kind.as_str())).map(|name| (kind, name)));
    }
    found
}
