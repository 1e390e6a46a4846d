//! Reads objects from several threads.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use git2::{Oid, Repository};

use crate::source::Limits;
use crate::source::Unreadable;
use crate::source::git::repository::add_object_directories;

/// The objects of a repository. A handle serves one thread at a time, so there are several.
pub(in crate::source) struct Objects {
    git_directory: PathBuf,
    idle: Mutex<Vec<Repository>>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects")
            .field("git_directory", &self.git_directory)
            .finish_non_exhaustive()
    }
}

impl Objects {
    /// The objects of the repository that keeps its data in this directory.
    pub(super) fn of(git_directory: &Path) -> Self {
        Self { git_directory: git_directory.to_owned(), idle: Mutex::default() }
    }

    /// Reads a blob, never one that is larger than the limit.
    pub(in crate::source) fn read(
        &self,
        blob: Oid,
        limits: Limits,
    ) -> Result<Arc<[u8]>, Unreadable> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let repository = match waiting {
            Some(repository) => repository,
            None => open(&self.git_directory).map_err(|error| unreadable(&error))?,
        };
        let bytes = read(&repository, blob, limits);
        idle().push(repository);
        bytes
    }
}

/// Opens the same repository once more, its object directories from the environment included.
fn open(git_directory: &Path) -> Result<Repository, git2::Error> {
    let flags = git2::RepositoryOpenFlags::NO_SEARCH | git2::RepositoryOpenFlags::NO_DOTGIT;
    let repository = Repository::open_ext(git_directory, flags, std::iter::empty::<&Path>())?;
    add_object_directories(&repository)?;
    Ok(repository)
}

fn read(repository: &Repository, blob: Oid, limits: Limits) -> Result<Arc<[u8]>, Unreadable> {
    let objects = repository.odb().map_err(|error| unreadable(&error))?;
    let (size, _) = objects.read_header(blob).map_err(|error| unreadable(&error))?;
    let size = size as u64;
    if size > limits.file_bytes {
        return Err(Unreadable::TooLarge { size, limit: limits.file_bytes });
    }
    let object = objects.read(blob).map_err(|error| unreadable(&error))?;
    Ok(Arc::from(object.data()))
}

fn unreadable(error: &git2::Error) -> Unreadable {
    match error.code() {
        git2::ErrorCode::NotFound => Unreadable::Absent,
        _ => Unreadable::Io(error.message().to_owned()),
    }
}
