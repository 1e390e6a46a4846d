//! Directories that the user names besides the repository: manifests that a pipeline rendered.

use std::path::PathBuf;

use ignore::WalkBuilder;

use crate::source::limits::Limits;
use crate::source::snapshot::{Listing, Origin};
use crate::source::worktree::{OpenError, inside};
use crate::text::RepoPath;

/// A directory and the path under which its files are seen.
#[derive(Debug, Clone)]
pub struct Mount {
    /// The path: the directory's own inside the repository, and outside of it its name, see
    /// [`RepoPath::outside`].
    pub at: RepoPath,
    /// The directory, all links followed.
    pub directory: PathBuf,
}

impl Mount {
    /// Lists the files, whatever ignore rules say: somebody has asked for them. Symbolic links are
    /// not followed.
    pub(super) fn list(&self, listing: &mut Listing, limits: Limits) -> Result<(), OpenError> {
        let walk = WalkBuilder::new(&self.directory)
            .standard_filters(false)
            .follow_links(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        for entry in walk {
            let entry = entry?;
            let file = entry.file_type().is_some_and(|kind| kind.is_file());
            let below = inside(&self.directory, entry.path()).filter(|_| file);
            let path = below.and_then(|path| self.at.join(path.as_str()).ok());
            if let Some(path) = path {
                listing.mounted.push((path, Origin::Elsewhere(entry.into_path())));
            }
            if listing.mounted.len() > limits.files {
                let root = self.directory.clone();
                return Err(OpenError::TooManyFiles { root, limit: limits.files });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Mount;
    use std::path::{Path, PathBuf};

    use crate::source::{Limits, Snapshot};
    use crate::text::RepoPath;

    #[test]
    fn a_mount_is_seen_and_is_no_part_of_the_repository() {
        let repository = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let write = |path: PathBuf, text: &str| {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(repository.path().join("a.yaml"), "a: 1");
        write(repository.path().join(".gitignore"), "out/\n");
        write(repository.path().join("out/b.yaml"), "b: 1");
        write(repository.path().join("out/other/c.yaml"), "c: 1");
        write(repository.path().join("real/d/e.yaml"), "e: 1");
        std::os::unix::fs::symlink("real", repository.path().join("somewhere")).unwrap();
        write(outside.path().join("x/d.yaml"), "d: 1");
        write(outside.path().join("secret"), "s");
        let link = |target: &Path, link: &str| {
            std::os::unix::fs::symlink(target, outside.path().join("x").join(link)).unwrap();
        };
        link("d.yaml".as_ref(), "inner.yaml");
        link(&outside.path().join("secret"), "outer.yaml");
        let path = |text: &str| RepoPath::new(text).unwrap();
        let mount = |at: RepoPath, directory: PathBuf| Mount {
            at,
            directory: directory.canonicalize().unwrap(),
        };
        let mounts = [
            mount(path("out"), repository.path().join("out")),
            mount(RepoPath::outside("/somewhere"), outside.path().join("x")),
        ];
        let snapshot =
            Snapshot::with_mounts(repository.path(), &mounts, Limits::default()).unwrap();
        let own: Vec<_> = snapshot.files().map(|(_, path)| path.to_string()).collect();
        assert_eq!(own, [".gitignore", "a.yaml", "real/d/e.yaml"]);
        let below = |directory: &RepoPath| -> Vec<String> {
            snapshot.files_below(directory).map(|(_, path)| path.to_string()).collect()
        };
        assert_eq!(below(&path("out")), ["out/b.yaml", "out/other/c.yaml"]);
        let outer = RepoPath::outside("/somewhere");
        assert_eq!(below(&outer), ["/somewhere/d.yaml"]);
        assert!(snapshot.is_directory(&outer) && snapshot.is_directory(&path("out/other")));
        let file = snapshot.find(&outer.join("d.yaml").unwrap()).unwrap();
        assert_eq!(&*snapshot.file(file).unwrap().text, "d: 1");
        assert!(snapshot.is_mounted(file));
        for link in ["inner.yaml", "outer.yaml"] {
            assert_eq!(snapshot.find(&outer.join(link).unwrap()), None);
        }
        let own: Vec<_> = snapshot.directories().map(RepoPath::as_str).collect();
        assert_eq!(own, ["", "real", "real/d"]);
        assert!(!snapshot.is_directory(&outer.join("d").unwrap()));
    }
}
