//! Helmfiles: which environments they declare, and what they say in each.
//!
//! A helmfile that declares at least two environments that are known is a unit: it alone says which values
//! files belong together, so that these are no units of their own.

pub(crate) mod condition;
pub(crate) mod state;
pub(crate) mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use state::State;

use crate::kube::Value;
use crate::layout::Choices;
use crate::layout::Unplaced;
use crate::layout::helmfile::state::{Documents, filled, find};
use crate::layout::lexicon::{Lexicon, Mark};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, wild_match};

/// What a helmfile may be called.
const NAMES: [&str; 4] =
    ["helmfile.yaml", "helmfile.yml", "helmfile.yaml.gotmpl", "helmfile.yml.gotmpl"];
/// A directory of helmfiles.
const DIRECTORY: &str = "helmfile.d";
/// The environment that is meant where none is named.
const DEFAULT: &str = "default";
/// Most helmfiles, and most environments of one.
const MOST: usize = 500;
const MOST_ENVIRONMENTS: usize = 60;

/// Most bytes of all helmfiles, each counted once for each of its environments.
const WORK: usize = 16 << 20;

/// A helmfile in one of its environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The helmfile.
    pub file: FileId,
    /// What it calls the environment.
    pub name: String,
    /// What it says there.
    pub state: State,
    /// The values files that it reads, as far as their names do not ask for values.
    pub reads: BTreeSet<RepoPath>,
}

/// A target with its place.
#[derive(Debug)]
pub(super) struct Found {
    pub target: Target,
    pub path: RepoPath,
    pub mark: Mark,
}

impl Found {
    /// What the unit is called.
    pub(super) fn unit(&self) -> String {
        let directory = self.path.parent().unwrap_or_else(RepoPath::root);
        if NAMES.contains(&self.path.file_name()) {
            return directory.display().to_owned();
        }
        let stem = self.path.stem();
        let stem = stem.strip_suffix(".yaml").unwrap_or(stem);
        if directory.is_root() { stem.to_owned() } else { format!("{}/{stem}", directory.as_str()) }
    }

    /// What the name of the environment says besides.
    pub(super) fn variant(&self) -> Option<String> {
        (!self.mark.is_exact()).then(|| self.mark.rest.clone())
    }
}

/// Whether a file is a helmfile by its name.
pub(crate) fn is_helmfile(path: &RepoPath) -> bool {
    let inside = path.parent().is_some_and(|parent| parent.file_name() == DIRECTORY);
    let named = path.file_name();
    NAMES.contains(&named)
        || inside && [".yaml", ".yml", ".gotmpl"].iter().any(|end| named.ends_with(end))
}

/// Whether a file may be a part of a helmfile, so that what it says moves the layout.
pub(super) fn may_speak(store: &Store<'_>, file: FileId) -> bool {
    let snapshot = store.snapshot();
    let keys = ["releases:", "environments:", "helmfiles:", "bases:", "templates:", "values:"];
    let told = |text: &str| text.lines().any(|line| keys.iter().any(|key| line.starts_with(key)));
    is_helmfile(snapshot.path(file)) || snapshot.file(file).is_ok_and(|it| told(&it.text))
}

/// The helmfiles of a repository in their environments.
pub(super) fn targets(
    store: &Store<'_>,
    lexicon: &Lexicon,
    choices: &Choices,
    unplaced: &mut BTreeSet<Unplaced>,
) -> Vec<Found> {
    let snapshot = store.snapshot();
    let named = snapshot.files().filter(|(_, path)| is_helmfile(path));
    let mut waiting: BTreeMap<RepoPath, FileId> =
        named.map(|(file, path)| (path.clone(), file)).collect();
    let mut seen: BTreeSet<RepoPath> = BTreeSet::new();
    let mut all = Vec::new();
    let mut room = WORK;
    while let Some((path, file)) = waiting.pop_first() {
        if seen.len() >= MOST || !seen.insert(path.clone()) {
            continue;
        }
        if choices.excludes.is_match(path.as_str()) {
            continue;
        }
        let Some(documents) = Documents::read(store, file, None) else { continue };
        for below in documents.helmfiles() {
            let found = matching(snapshot, &path, below).into_iter();
            waiting.extend(found.filter(|(path, _)| !seen.contains(path)));
        }
        let times = documents.environments().take(MOST_ENVIRONMENTS).count() + 1;
        let Some(left) = room.checked_sub(documents.size.saturating_mul(times)) else {
            let why = "all helmfiles together are too large".to_owned();
            unplaced.insert(Unplaced { root: path, why });
            continue;
        };
        room = left;
        all.extend(of_file(store, lexicon, (&path, file), &documents, unplaced));
    }
    all.sort_by(|a, b| (&a.path, &a.target.name).cmp(&(&b.path, &b.target.name)));
    all
}

/// A helmfile in each of its environments; nothing where fewer than two stages are among them.
fn of_file(
    store: &Store<'_>,
    lexicon: &Lexicon,
    (path, file): (&RepoPath, FileId),
    documents: &Documents,
    unplaced: &mut BTreeSet<Unplaced>,
) -> Vec<Found> {
    let names: BTreeSet<&str> = documents.environments().take(MOST_ENVIRONMENTS).collect();
    let read = |name: &str| Some((name.to_owned(), lexicon.read(name)?));
    let known: Vec<(String, Mark)> = names.iter().filter_map(|name| read(name)).collect();
    let stages: BTreeSet<usize> = known.iter().map(|(_, mark)| mark.stage).collect();
    if stages.len() < 2 {
        return Vec::new();
    }
    for name in names.iter().filter(|name| **name != DEFAULT && lexicon.read(name).is_none()) {
        let why = format!("its environment `{name}` is none that is known");
        unplaced.insert(Unplaced { root: path.clone(), why });
    }
    let mut found = Vec::new();
    for (name, mark) in known {
        let Some(documents) = Documents::read(store, file, Some(&name)) else { return Vec::new() };
        let state = documents.state(&name);
        let reads = reads(store, path, &name, &state);
        let target = Target { file, name, state, reads };
        found.push(Found { target, path: path.clone(), mark });
    }
    found
}

/// The values files that a helmfile names in an environment.
fn reads(store: &Store<'_>, path: &RepoPath, name: &str, state: &State) -> BTreeSet<RepoPath> {
    let home = path.parent().unwrap_or_else(RepoPath::root);
    let mut found = BTreeSet::new();
    let mut add = |entry: &Value, release: &str| {
        let text = entry.text().and_then(|text| filled(text, name, release));
        let file = text.and_then(|text| find(store, (&home, entry.span().file), &text));
        found.extend(file.map(|file| store.snapshot().path(file).clone()));
    };
    state.values.iter().for_each(|entry| add(entry, ""));
    for release in &state.releases {
        let called = release.iter().rev().find_map(|part| part.get("name")?.text()).unwrap_or("");
        for part in release {
            let lists = ["values", "valuesTemplate"].into_iter().filter_map(|key| part.get(key));
            let entries = lists.filter_map(Value::as_list).flatten();
            entries.for_each(|entry| add(entry, called));
        }
    }
    found
}

/// The files that an entry of `helmfiles:` means; `*` stands for a part of a name.
fn matching(snapshot: &Snapshot, path: &RepoPath, entry: &str) -> BTreeMap<RepoPath, FileId> {
    let home = path.parent().unwrap_or_else(RepoPath::root);
    let Ok(target) = home.join(entry) else { return BTreeMap::new() };
    let Some(directory) = target.parent() else { return BTreeMap::new() };
    let pattern: Vec<char> = target.file_name().chars().collect();
    let fits = |path: &RepoPath| {
        let name: Vec<char> = path.file_name().chars().collect();
        let same = |a: &char, b: &char| a == b;
        path.parent().as_ref() == Some(&directory)
            && wild_match(&pattern, &name, |c| *c == '*', same)
    };
    let files = snapshot.files_below(&directory).filter(|(_, path)| fits(path));
    files.map(|(file, path)| (path.clone(), file)).take(MOST).collect()
}
