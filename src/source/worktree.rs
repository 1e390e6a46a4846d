//! The work tree: files on disk, ignore rules honoured, symbolic links kept inside the root.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;

use crate::source::limits::Limits;
use crate::source::mount::Mount;
use crate::source::snapshot::{Listing, Origin, Reader, Snapshot, Unreadable};
use crate::text::RepoPath;

/// Why a directory cannot be opened as a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such directory.
    #[error("`{0}` does not exist")]
    Missing(PathBuf),
    /// It exists and is something else.
    #[error("`{0}` is not a directory")]
    NotADirectory(PathBuf),
    /// The walk met an error that leaves the list incomplete.
    #[error("the directory cannot be listed: {0}")]
    Walk(#[from] ignore::Error),
    /// More files than [`Limits::files`].
    #[error("`{root}` holds more than {limit} files; name a smaller directory")]
    TooManyFiles {
        /// The directory.
        root: PathBuf,
        /// The limit.
        limit: usize,
    },
}

/// The root of the git work tree that holds `path`; `None` outside of one.
pub fn find_root(path: &Path) -> Option<PathBuf> {
    let repository = git2::Repository::discover(path).ok()?;
    repository.workdir().and_then(|root| root.canonicalize().ok())
}

impl Snapshot {
    /// Lists the files below `root` that git would not ignore, plus those that it tracks anyway.
    ///
    /// Ignore rules come from the repository's own `.gitignore` files only, so that everybody gets
    /// the same list. Symbolic links are kept when they lead to a place inside the root.
    pub fn from_work_tree(root: &Path, limits: Limits) -> Result<Self, OpenError> {
        Self::with_mounts(root, &[], limits)
    }

    /// The same, and the files of directories that the user names besides.
    ///
    /// What lies in a mount is no part of the repository, even if the mount lies inside.
    pub fn with_mounts(root: &Path, mounts: &[Mount], limits: Limits) -> Result<Self, OpenError> {
        let root = root.canonicalize().map_err(|_missing| OpenError::Missing(root.into()))?;
        if !root.is_dir() {
            return Err(OpenError::NotADirectory(root));
        }
        let mut paths = BTreeSet::new();
        let mut listing = Listing::default();
        let walk = WalkBuilder::new(&root)
            .hidden(false)
            .parents(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .require_git(false)
            .follow_links(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        for entry in walk {
            let entry = entry?;
            let Some(kind) = entry.file_type() else { continue };
            let Some(path) = inside(&root, entry.path()) else {
                if !kind.is_dir()
                    && let Some(path) = nearest(&root, entry.path())
                {
                    listing.add_unnamed(path);
                }
                continue;
            };
            if kind.is_symlink() {
                let target = entry.path().canonicalize().ok();
                listing.links.insert(path, target.and_then(|target| inside(&root, &target)));
            } else if kind.is_file() {
                paths.insert(path);
            }
            if paths.len() > limits.files {
                return Err(OpenError::TooManyFiles { root, limit: limits.files });
            }
        }
        paths.extend(tracked(&root).filter(|path| !listing.links.contains_key(path)));
        paths.retain(|path| !mounts.iter().any(|mount| path.is_in(&mount.at)));
        listing.files = paths.into_iter().map(|path| (path, Origin::Disk)).collect();
        for mount in mounts {
            mount.list(&mut listing, limits)?;
        }
        listing.mounted.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Self::new(listing, Reader { root: Some(root), objects: None }, limits))
    }

    /// One file that the user named, wherever it is, and nothing else; `None` if there is none.
    pub fn from_file(file: &Path, limits: Limits) -> Option<Self> {
        let real = file.canonicalize().ok()?;
        let path = RepoPath::new(real.file_name()?.to_str()?).ok()?;
        let files = vec![(path, Origin::Disk)];
        let reader = Reader { root: Some(real.parent()?.to_owned()), objects: None };
        Some(Self::new(Listing { files, ..Listing::default() }, reader, limits))
    }
}

/// Reads one file, never more than the limit.
pub(super) fn read(root: &Path, path: &RepoPath, limits: Limits) -> Result<Arc<[u8]>, Unreadable> {
    read_file(&root.join(path.as_str()), limits)
}

/// Reads one file, wherever it is.
pub(super) fn read_file(path: &Path, limits: Limits) -> Result<Arc<[u8]>, Unreadable> {
    let io = |error: std::io::Error| Unreadable::Io(error.to_string());
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    if size > limits.file_bytes {
        return Err(Unreadable::TooLarge { size, limit: limits.file_bytes });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // The file may grow while it is read: never take more than the limit.
    file.take(limits.file_bytes).read_to_end(&mut bytes).map_err(io)?;
    Ok(Arc::from(bytes))
}

/// Regular files that the git index holds, whatever the ignore rules say about them.
fn tracked(root: &Path) -> impl Iterator<Item = RepoPath> {
    let repository = git2::Repository::open(root).ok();
    let index = repository.and_then(|repository| repository.index().ok());
    let root = root.to_owned();
    index
        .into_iter()
        .flat_map(|index| index.iter().map(|entry| entry.path).collect::<Vec<_>>())
        .filter_map(|path| RepoPath::new(std::str::from_utf8(&path).ok()?).ok())
        .filter(move |path| {
            let file = root.join(path.as_str());
            let regular = file.symlink_metadata().is_ok_and(|meta| meta.is_file());
            // A tracked path may have been replaced by one that leads through a link.
            regular && file.canonicalize().is_ok_and(|real| real == file)
        })
}

/// `path` relative to `root`; `None` outside the root or when a part is not UTF-8.
pub(super) fn inside(root: &Path, path: &Path) -> Option<RepoPath> {
    path.strip_prefix(root).ok()?.to_str()?;
    nearest(root, path)
}

/// The same, with replacement characters for what is not UTF-8.
fn nearest(root: &Path, path: &Path) -> Option<RepoPath> {
    let relative = path.strip_prefix(root).ok()?;
    let mut segments = Vec::new();
    for component in relative.components() {
        let Component::Normal(segment) = component else { return None };
        segments.push(segment.to_string_lossy());
    }
    RepoPath::new(&segments.join("/")).ok()
}

#[cfg(test)]
mod tests {
    use super::{Limits, OpenError};
    use crate::source::Snapshot;
    use crate::text::RepoPath;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn links_inside_resolve_and_links_outside_are_refused() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "s").unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("base")).unwrap();
        std::fs::write(dir.path().join("base/a.yaml"), "a: 1").unwrap();
        std::os::unix::fs::symlink("base", dir.path().join("link")).unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("out")).unwrap();
        std::os::unix::fs::symlink("loop", dir.path().join("loop")).unwrap();
        let snapshot = Snapshot::from_work_tree(dir.path(), Limits::default()).unwrap();
        let file = snapshot.find(&path("link/a.yaml")).unwrap();
        assert_eq!(snapshot.path(file).as_str(), "base/a.yaml");
        assert_eq!(&*snapshot.file(file).unwrap().text, "a: 1");
        assert!(snapshot.find(&path("out/secret")).is_none());
        assert!(snapshot.find(&path("loop")).is_none());
    }

    #[test]
    fn ignored_files_are_left_out_unless_tracked() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [(".gitignore", "*.tmp\n"), ("a.tmp", "a"), ("b.tmp", "b")] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let repository = git2::Repository::init(dir.path()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(std::path::Path::new("b.tmp")).unwrap();
        index.write().unwrap();
        let snapshot = Snapshot::from_work_tree(dir.path(), Limits::default()).unwrap();
        assert!(snapshot.find(&path("a.tmp")).is_none());
        assert!(snapshot.find(&path("b.tmp")).is_some());
    }

    #[test]
    fn limits_hold() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a"), "12345").unwrap();
        std::fs::write(dir.path().join("b"), "1").unwrap();
        let small = Limits { file_bytes: 4, ..Limits::default() };
        let snapshot = Snapshot::from_work_tree(dir.path(), small).unwrap();
        assert!(snapshot.bytes(snapshot.find(&path("a")).unwrap()).is_err());
        let few = Limits { files: 1, ..Limits::default() };
        let error = Snapshot::from_work_tree(dir.path(), few).unwrap_err();
        assert!(matches!(error, OpenError::TooManyFiles { .. }));
    }
}
