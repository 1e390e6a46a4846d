//! Manifests that the user's pipeline rendered: which units a directory of them holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::RenderedTree;
use crate::layout::Unplaced;
use crate::layout::lexicon::{Lexicon, Mark};
use crate::syntax::{NodeRef, Store};
use crate::text::{FileId, RepoPath};

/// The name of what has none of its own.
const UNIT: &str = "rendered";
/// The extensions of files that hold manifests.
const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];

/// An overlay whose manifests are there as they are applied.
#[derive(Debug)]
pub(super) struct RenderedOverlay {
    /// The unit's name.
    pub unit: String,
    /// Index of the stage.
    pub stage: usize,
    /// The word for it.
    pub word: String,
    /// The further axis.
    pub variant: Option<String>,
    /// The directory or file.
    pub root: RepoPath,
}

/// A tree whose environment is known.
struct Known<'t> {
    tree: &'t RenderedTree,
    mark: Mark,
    /// What stands right below it: the names without the environment, and where each is.
    entries: BTreeMap<String, RepoPath>,
    /// Whether it holds nothing but files with one object each.
    flat: bool,
}

/// The names of environments that the trees use and that nobody knows.
pub(super) fn unknown<'t>(lexicon: &Lexicon, trees: &'t [RenderedTree]) -> Vec<&'t RenderedTree> {
    trees.iter().filter(|tree| lexicon.read(&tree.environment).is_none()).collect()
}

/// The overlays in the trees: a unit for every directory and file right below; one for all files
/// where each holds a single object, and where there is nothing else that bears a common name.
pub(super) fn find(
    store: &Store<'_>,
    lexicon: &Lexicon,
    trees: &[RenderedTree],
    unplaced: &mut BTreeSet<Unplaced>,
) -> Vec<RenderedOverlay> {
    for tree in unknown(lexicon, trees) {
        let why = format!("`{}` is no environment of this repository", tree.environment);
        unplaced.insert(Unplaced { root: tree.root.clone(), why });
    }
    let known: Vec<Known<'_>> = trees
        .iter()
        .filter_map(|tree| Some(look(store, tree, lexicon, lexicon.read(&tree.environment)?)))
        .collect();
    let flat = known.iter().all(|known| known.flat);
    let names: BTreeSet<&String> = known.iter().flat_map(|known| known.entries.keys()).collect();
    let nameless = known.iter().all(|known| known.entries.len() == 1) && names.len() > 1;
    let mut found = Vec::new();
    for known in &known {
        let overlay = |unit: &str, root: &RepoPath| RenderedOverlay {
            unit: unit.to_owned(),
            stage: known.mark.stage,
            word: known.mark.word.clone(),
            variant: variant(known),
            root: root.clone(),
        };
        if flat && !known.entries.is_empty() {
            found.push(overlay(UNIT, &known.tree.root));
        } else {
            let entries = known.entries.iter();
            found.extend(
                entries.map(|(name, root)| overlay(if nameless { UNIT } else { name }, root)),
            );
        }
    }
    found
}

/// The variant that was named, or what the name of the environment says besides.
fn variant(known: &Known<'_>) -> Option<String> {
    let rest = (!known.mark.is_exact()).then(|| known.mark.rest.clone());
    let parts: Vec<String> = rest.into_iter().chain(known.tree.variant.clone()).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn look<'t>(store: &Store<'_>, tree: &'t RenderedTree, lexicon: &Lexicon, mark: Mark) -> Known<'t> {
    let snapshot = store.snapshot();
    let depth = tree.root.segments().count();
    let mut entries = BTreeMap::new();
    let mut flat = true;
    for (file, path) in snapshot.files_below(&tree.root) {
        if !EXTENSIONS.contains(&path.extension().as_str()) {
            continue;
        }
        let Some(first) = path.segments().nth(depth) else { continue };
        let Ok(root) = tree.root.join(first) else { continue };
        let is_file = root == *path;
        flat &= is_file && objects(store, file) <= 1;
        let name = if is_file { path.stem() } else { first };
        entries.insert(without_environment(lexicon, &mark, name), root);
    }
    Known { tree, mark, entries, flat }
}

fn objects(store: &Store<'_>, file: FileId) -> usize {
    let documents = store.yaml(file).documents.iter();
    documents.filter(|document| !NodeRef::is_null(document.root())).count()
}

/// The name of a unit: `orders` for `orders-prod` in the tree of production.
fn without_environment(lexicon: &Lexicon, tree: &Mark, name: &str) -> String {
    match lexicon.read(name) {
        Some(mark) if mark.stage == tree.stage && mark.is_exact() => UNIT.to_owned(),
        Some(mark) if mark.stage == tree.stage => mark.rest,
        _ => name.to_owned(),
    }
}
