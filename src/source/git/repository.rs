//! The repository itself: where it is, and which commits are meant.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Index, Oid, Repository, RepositoryOpenFlags};

use crate::source::Limits;
use crate::source::git::listing::is_announced;
use crate::source::git::objects::Objects;
use crate::source::git::{GitError, listing, work_tree};
use crate::source::snapshot::{Listing, Reader, Snapshot};
use crate::text::RepoPath;

/// A state of the files that git knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No files at all: what was there before the first commit.
    Empty,
    /// The tree of a commit.
    Commit(Oid),
    /// What would be committed now.
    Index,
}

/// A git repository, found the way git finds it.
pub struct GitRepository {
    repository: Repository,
    /// Where the files lie; `None` for a bare repository.
    work_tree: Option<PathBuf>,
}

impl std::fmt::Debug for GitRepository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitRepository").field("work_tree", &self.work_tree).finish_non_exhaustive()
    }
}

impl GitRepository {
    /// The repository that git would use here: `GIT_DIR`, `GIT_WORK_TREE`, `GIT_INDEX_FILE` and the
    /// like decide, else the directory `start` and those above it.
    pub fn open(start: &Path) -> Result<Self, GitError> {
        let told = std::env::var_os("GIT_DIR").is_some();
        let opened = if told {
            Repository::open_from_env()
        } else {
            // The index of a hook is told by a variable, also where its repository is not.
            Repository::open_ext(start, RepositoryOpenFlags::FROM_ENV, std::iter::empty::<&Path>())
        };
        let repository = opened.map_err(|error| match error.code() {
            ErrorCode::NotFound => GitError::NotARepository,
            _ => error.into(),
        })?;
        // Whether git's objects are sound is for `git fsck` to say; hashing them again takes longer
        // than reading them.
        git2::opts::strict_hash_verification(false);
        open_named_index(&repository)?;
        add_object_directories(&repository)?;
        let work_tree = repository.workdir().and_then(|root| root.canonicalize().ok());
        Ok(Self { repository, work_tree })
    }

    /// Where the files lie; `None` for a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// Where git keeps its data.
    pub fn git_directory(&self) -> &Path {
        self.repository.path()
    }

    /// The commit that a name stands for: a hash, a branch, a tag, `HEAD^1` and the like.
    pub fn commit(&self, name: &str) -> Result<Oid, GitError> {
        let found = self.repository.revparse_single(name).and_then(|it| it.peel_to_commit());
        found.map(|commit| commit.id()).map_err(|_unknown| GitError::NoCommit(name.to_owned()))
    }

    /// The commit that is checked out; `None` before the first one.
    pub fn head(&self) -> Result<Option<Oid>, GitError> {
        match self.repository.head().and_then(|head| head.peel_to_commit()) {
            Ok(commit) => Ok(Some(commit.id())),
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Where the histories of two commits part; `None` when this clone does not know.
    pub fn merge_base(&self, one: Oid, other: Oid) -> Result<Option<Oid>, GitError> {
        match self.repository.merge_base(one, other) {
            Ok(base) => Ok(Some(base)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The branch that the remotes call their default one.
    pub fn remote_default(&self) -> Option<Oid> {
        let remotes = self.repository.remotes().ok()?;
        let names = std::iter::once("origin").chain(remotes.iter().flatten().flatten());
        names
            .into_iter()
            .find_map(|remote| self.commit(&format!("refs/remotes/{remote}/HEAD")).ok())
    }

    /// The files of one state below the directory `prefix`.
    pub fn snapshot(
        &self,
        state: State,
        prefix: &RepoPath,
        limits: Limits,
    ) -> Result<Snapshot, GitError> {
        let listing = self.listing(state, prefix, limits)?;
        Ok(Snapshot::new(listing, self.reader(prefix), limits))
    }

    /// Two states below the directory `prefix`, what is the same in both shared; the files on disk
    /// when `after` is `None`.
    pub fn pair(
        &self,
        before: State,
        after: Option<State>,
        prefix: &RepoPath,
        limits: Limits,
    ) -> Result<(Snapshot, Snapshot), GitError> {
        let old = self.listing(before, prefix, limits)?;
        let new = if let Some(after) = after {
            self.listing(after, prefix, limits)?
        } else {
            let tree = match before {
                State::Commit(commit) => Some(self.repository.find_commit(commit)?.tree()?),
                State::Empty | State::Index => None,
            };
            work_tree::listing(&self.repository, tree.as_ref(), prefix, &old, limits)?
        };
        Ok(Snapshot::pair(old, new, self.reader(prefix), limits))
    }

    /// Whether two states are the same in everything that git knows: submodules and modes too.
    pub fn same(&self, before: State, after: State) -> Result<bool, GitError> {
        let tree = |state| match state {
            State::Empty | State::Index => Ok(None),
            State::Commit(commit) => self.repository.find_commit(commit)?.tree().map(Some),
        };
        let (old, new) = (tree(before)?, tree(after)?);
        if !matches!(after, State::Index) {
            return Ok(old.map(|tree| tree.id()) == new.map(|tree| tree.id()));
        }
        let index = self.repository.index()?;
        let diff = self.repository.diff_tree_to_index(old.as_ref(), Some(&index), None)?;
        let announced = |path| index.get_path(path, 0).is_some_and(|entry| is_announced(&entry));
        Ok(diff.deltas().all(|delta| delta.new_file().path().is_some_and(announced)))
    }

    /// Whether the file `path` is part of a state.
    pub fn holds(&self, state: State, path: &RepoPath) -> Result<bool, GitError> {
        match state {
            State::Empty => Ok(false),
            State::Commit(commit) => {
                let tree = self.repository.find_commit(commit)?.tree()?;
                Ok(tree.get_path(Path::new(path.as_str())).is_ok())
            }
            State::Index => {
                let index = self.repository.index()?;
                Ok(index.get_path(Path::new(path.as_str()), 0).is_some())
            }
        }
    }

    fn listing(
        &self,
        state: State,
        prefix: &RepoPath,
        limits: Limits,
    ) -> Result<Listing, GitError> {
        match state {
            State::Empty => Ok(Listing::default()),
            State::Commit(commit) => {
                let tree = self.repository.find_commit(commit)?.tree()?;
                listing::of_tree(&self.repository, &tree, prefix, limits)
            }
            State::Index => listing::of_index(&self.repository, prefix, limits),
        }
    }

    fn reader(&self, prefix: &RepoPath) -> Reader {
        let root = self.work_tree.as_ref().map(|root| root.join(prefix.as_str()));
        Reader { root, objects: Some(Objects::of(self.repository.path())) }
    }
}

/// Git looks for a relative `GIT_INDEX_FILE` from the root of the work tree, libgit2 from here.
fn open_named_index(repository: &Repository) -> Result<(), git2::Error> {
    let named = std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
    if let Some(file) = named.filter(|file| file.is_relative())
        && let Some(root) = repository.workdir()
    {
        repository.set_index(&mut Index::open(&root.join(file))?)?;
    }
    Ok(())
}

/// Git hooks that receive objects keep them apart until they are accepted.
pub(super) fn add_object_directories(repository: &Repository) -> Result<(), git2::Error> {
    let mut directories: Vec<PathBuf> = Vec::new();
    directories.extend(std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from));
    if let Some(list) = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        directories.extend(std::env::split_paths(&list));
    }
    let objects = repository.odb()?;
    for directory in directories.iter().filter_map(|directory| directory.to_str()) {
        objects.add_disk_alternate(directory)?;
    }
    Ok(())
}
