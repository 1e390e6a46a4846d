//! Which repository is meant, and which part of it.

use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::config::FILE_NAMES;
use crate::source::{Limits, Snapshot, find_root};
use crate::text::RepoPath;

/// The directory that is read, and the paths below it that the user asked for.
#[derive(Debug)]
pub(super) struct Root {
    /// The directory.
    pub(super) directory: PathBuf,
    /// The paths; empty for all.
    pub(super) paths: Vec<RepoPath>,
    /// Whether the directory belongs to a git work tree.
    pub(super) in_git: bool,
}

impl Root {
    /// Finds the root of the given paths; of the current directory when there are none.
    ///
    /// It is the nearest directory upwards that holds a configuration, or else the root of the
    /// git work tree, or else the path itself. With `configured` the search for a configuration
    /// is left out.
    pub(super) fn find(paths: &[PathBuf], configured: bool) -> Result<Self, CliError> {
        let here = [PathBuf::from(".")];
        let paths = if paths.is_empty() { &here[..] } else { paths };
        let mut found: Option<Self> = None;
        for path in paths {
            let real = canonical(path)?;
            let start = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
            let git = find_root(start);
            let top = git.clone().unwrap_or_else(|| start.to_owned());
            let directory =
                if configured { None } else { nearest_configuration(start, &top) }.unwrap_or(top);
            let root = found.get_or_insert_with(|| Self {
                directory: directory.clone(),
                paths: Vec::new(),
                in_git: git.is_some(),
            });
            if root.directory != directory {
                let message = format!(
                    "`{}` belongs to `{}` and not to `{}`",
                    path.display(),
                    directory.display(),
                    root.directory.display()
                );
                return Err(CliError::new(&message, "check one repository at a time"));
            }
            root.paths.push(root.relative(&real)?);
        }
        let mut root = found.ok_or_else(|| CliError::new("no path is given", ""))?;
        if root.paths.iter().any(RepoPath::is_root) {
            root.paths.clear();
        }
        Ok(root)
    }

    /// The root for rendering one directory: that of its git work tree; outside of one the
    /// current directory where that holds it, or else the directory itself.
    pub(super) fn around(directory: &Path) -> Result<Self, CliError> {
        let git = find_root(directory);
        let in_git = git.is_some();
        let root = if let Some(root) = git {
            root
        } else {
            let here = canonical(Path::new("."))?;
            if directory.starts_with(&here) { here } else { directory.to_owned() }
        };
        Ok(Self { directory: root, paths: Vec::new(), in_git })
    }

    /// The path of a file or directory below the root.
    pub(super) fn relative(&self, real: &Path) -> Result<RepoPath, CliError> {
        let outside = || {
            let message =
                format!("`{}` lies outside of `{}`", real.display(), self.directory.display());
            CliError::new(&message, "name a path of the same repository")
        };
        let relative = real.strip_prefix(&self.directory).map_err(|_outside| outside())?;
        let segments: Option<Vec<_>> =
            relative.components().map(|part| part.as_os_str().to_str()).collect();
        let text = segments.ok_or_else(outside)?.join("/");
        RepoPath::new(&text).map_err(|_outside| outside())
    }

    /// Opens the root.
    pub(super) fn open(&self) -> Result<Snapshot, CliError> {
        let snapshot = Snapshot::from_work_tree(&self.directory, Limits::default())
            .map_err(|error| CliError::new(&error.to_string(), ""))?;
        if snapshot.is_empty() {
            let message = format!("`{}` holds no files", self.directory.display());
            return Err(CliError::new(&message, "name the directory of a repository"));
        }
        Ok(snapshot)
    }
}

/// The real path, links followed.
pub(super) fn canonical(path: &Path) -> Result<PathBuf, CliError> {
    path.canonicalize().map_err(|error| {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => format!("`{}` does not exist", path.display()),
            _ => format!("`{}` cannot be opened: {error}", path.display()),
        };
        CliError::new(&message, "name a directory of a repository, or a command; see `--help`")
    })
}

fn nearest_configuration(start: &Path, top: &Path) -> Option<PathBuf> {
    let holds = |directory: &Path| FILE_NAMES.iter().any(|name| directory.join(name).is_file());
    let inside = start.ancestors().take_while(|directory| directory.starts_with(top));
    inside.into_iter().find(|directory| holds(directory)).map(Path::to_owned)
}
