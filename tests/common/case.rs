//! A case of a rule: a directory of files, with a history in git where one is written beside it.
//!
//! `CASE.history.toml` beside the directory `CASE` lists commits, the oldest first. Each of them has the
//! files of the case but for what it says: `without` names files that are not there yet, `with` texts that are
//! still others, and `also` files that are gone later. What the last commit does not have is not committed.

use std::path::{Path, PathBuf};

use git2::{Repository, Signature, Time};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use paritylint::change::{Side, Terms, between};
use paritylint::check::{Checked, Job, check, layout};
use paritylint::config::Config;
use paritylint::finding::Level;
use paritylint::history::History;
use paritylint::policy::Policy;
use paritylint::source::{GitRepository, Limits, Snapshot, State};
use paritylint::syntax::Store;
use paritylint::text::RepoPath;
use serde::Deserialize;
use tempfile::TempDir;

/// A case that can be checked.
pub(crate) struct Case {
    /// The directory of its files.
    pub(crate) path: PathBuf,
    /// Its history; off where none is written down.
    history: History,
    /// The first commit, where it is a change that is checked.
    before: Option<git2::Oid>,
    _directory: Option<TempDir>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    commit: Vec<Commit>,
    /// Only so many commits are there, as in a shallow clone.
    depth: Option<usize>,
    /// What lies between the first commit and the files is checked, instead of everything.
    #[serde(default)]
    change: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commit {
    day: String,
    summary: String,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    with: Vec<Other>,
    #[serde(default)]
    also: Vec<Gone>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    file: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Other {
    file: String,
    text: String,
    instead_of: String,
}

impl Case {
    /// Opens the case; one with a history is built in a temporary directory.
    pub(crate) fn open(path: &Path) -> Self {
        let name = format!("{}.history.toml", path.file_name().unwrap().to_str().unwrap());
        let Ok(text) = std::fs::read_to_string(path.with_file_name(name)) else {
            return Self {
                path: path.to_owned(),
                history: History::off(),
                before: None,
                _directory: None,
            };
        };
        let written: Written = toml::from_str(&text).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let files = files(path);
        for (name, text) in &files {
            let file = directory.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let repository = Repository::init(directory.path()).unwrap();
        let commits: Vec<_> =
            written.commit.iter().map(|entry| commit(&repository, entry, &files)).collect();
        // Git knows the files, as after a commit.
        let mut index = repository.index().unwrap();
        index.read_tree(&repository.head().unwrap().peel_to_tree().unwrap()).unwrap();
        index.write().unwrap();
        if let Some(depth) = written.depth {
            let edge = commits[commits.len() - depth];
            std::fs::write(repository.path().join("shallow"), format!("{edge}\n")).unwrap();
        }
        let history = History::open(directory.path());
        let before = commits.first().copied().filter(|_| written.change);
        Self { path: directory.path().to_owned(), history, before, _directory: Some(directory) }
    }

    /// The files, and those before the change where there is one.
    pub(crate) fn files(&self) -> (Snapshot, Option<Snapshot>) {
        let limits = Limits::default();
        match self.before {
            None => (Snapshot::from_work_tree(&self.path, limits).unwrap(), None),
            Some(before) => {
                let git = GitRepository::open(&self.path).unwrap();
                let before = State::Commit(before);
                let (before, after) = git.pair(before, None, &RepoPath::root(), limits).unwrap();
                (after, Some(before))
            }
        }
    }

    /// Checks the files, or what the change brings.
    pub(crate) fn check(
        &self,
        (store, before): (&Store<'_>, Option<&Snapshot>),
        config: &Config,
        policy: &Policy,
    ) -> Checked {
        let today = date(2026, 12, 1);
        // Positions are those of the files, whose ids both states share.
        let Some(before) = before else {
            let layout = layout(store, config);
            return check(Job::whole(store, config, policy, &layout, today, &self.history));
        };
        let old = store.beside(before);
        let trailers = self.history.trailers_since(self.before);
        let terms =
            Terms { trailers: &trailers, today, least: Level::Note, whole: false, effects: false };
        let before = Side { store: &old, config, policy, baseline: None };
        between(before, Side { store, ..before }, terms).checked
    }
}

fn files(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn commit(repository: &Repository, written: &Commit, files: &[(String, String)]) -> git2::Oid {
    let mut index = git2::Index::new().unwrap();
    let known = |name: &String| files.iter().any(|(file, _)| file == name);
    let mut named = written.without.iter().chain(written.with.iter().map(|other| &other.file));
    assert!(named.all(known), "a history names a file that its case does not have");
    for (name, text) in files.iter().filter(|(name, _)| !written.without.contains(name)) {
        let mut text = text.clone();
        for other in written.with.iter().filter(|other| other.file == *name) {
            assert!(text.contains(&other.instead_of), "{name} has no {}", other.instead_of);
            text = text.replace(&other.instead_of, &other.text);
        }
        index.add(&entry(repository, name, &text)).unwrap();
    }
    for gone in &written.also {
        index.add(&entry(repository, &gone.file, &gone.text)).unwrap();
    }
    let tree = repository.find_tree(index.write_tree_to(repository).unwrap()).unwrap();
    let day: Date = written.day.parse().unwrap();
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp().as_second();
    let who = Signature::new("Ada Berg", "ada@nordwerk.example", &Time::new(noon, 0)).unwrap();
    let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, &written.summary, &tree, &parents).unwrap()
}

fn entry(repository: &Repository, name: &str, text: &str) -> git2::IndexEntry {
    let zero = git2::IndexTime::new(0, 0);
    git2::IndexEntry {
        ctime: zero,
        mtime: zero,
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: repository.blob(text.as_bytes()).unwrap(),
        flags: 0,
        flags_extended: 0,
        path: name.as_bytes().to_vec(),
    }
}
