//! Which repository is meant, and which part of it.

use std::path::{Component, Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::rendered::Rendered;
use crate::config::FILE_NAMES;
use crate::source::{GitRepository, Snapshot, State, find_root};
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

    /// The path of a file that is named on the command line, whether it is on disk or not.
    pub(super) fn named(&self, path: &Path) -> Result<RepoPath, CliError> {
        match path.canonicalize() {
            Ok(real) if real.starts_with(&self.directory) => self.relative(&real),
            _ => {
                let here = canonical(Path::new("."))?;
                let inside = here.starts_with(&self.directory);
                self.lexical(if inside { &here } else { &self.directory }, path)
            }
        }
    }

    /// The path of something below the root, seen from the directory `here`, by its letters.
    fn lexical(&self, here: &Path, path: &Path) -> Result<RepoPath, CliError> {
        let mut whole = PathBuf::new();
        for part in here.join(path).components() {
            match part {
                Component::ParentDir => {
                    whole.pop();
                }
                Component::CurDir => {}
                other => whole.push(other),
            }
        }
        self.relative(&whole)
    }

    /// Opens the root.
    pub(super) fn open(&self) -> Result<Snapshot, CliError> {
        Rendered::default().open(self)
    }
}

/// The root inside a git repository for a state of its files (the work tree if `None`), and its
/// path from the top of the repository.
///
/// It is the nearest directory upwards that holds a configuration in that state, or else the top.
/// The paths need not be there: a change may delete them.
pub(super) fn in_git(
    git: &GitRepository,
    paths: &[PathBuf],
    state: Option<State>,
    configured: bool,
) -> Result<(Root, RepoPath), CliError> {
    let directory = git.work_tree().unwrap_or(git.git_directory()).to_owned();
    let top = Root { directory, paths: Vec::new(), in_git: true };
    let here = canonical(Path::new("."))?;
    let here = if git.work_tree().is_some() && here.starts_with(&top.directory) {
        here
    } else {
        top.directory.clone()
    };
    let wanted: Vec<RepoPath> =
        paths.iter().map(|path| top.lexical(&here, path)).collect::<Result<_, _>>()?;
    let start = wanted.first().cloned().map_or_else(|| top.lexical(&here, Path::new(".")), Ok)?;
    let prefix = if configured { None } else { configured_above(git, &top, state, &start)? };
    let prefix = prefix.unwrap_or_else(RepoPath::root);
    let directory = top.directory.join(prefix.as_str());
    let root = Root { directory, ..top };
    let mut below: Vec<RepoPath> = Vec::new();
    for (path, named) in wanted.iter().zip(paths) {
        if !path.is_in(&prefix) {
            let message =
                format!("`{}` lies outside of `{}`", named.display(), root.directory.display());
            return Err(CliError::new(&message, "check one repository at a time"));
        }
        let rest = path.as_str().get(prefix.as_str().len()..).unwrap_or("");
        below.extend(RepoPath::new(rest.trim_start_matches('/')));
    }
    if below.iter().any(RepoPath::is_root) {
        below.clear();
    }
    Ok((Root { paths: below, ..root }, prefix))
}

/// The nearest directory upwards that holds a configuration.
fn configured_above(
    git: &GitRepository,
    top: &Root,
    state: Option<State>,
    start: &RepoPath,
) -> Result<Option<RepoPath>, CliError> {
    let mut at = Some(start.clone());
    while let Some(directory) = at {
        for name in FILE_NAMES {
            let Ok(path) = directory.join(name) else { continue };
            let there = match state {
                Some(state) => git.holds(state, &path)?,
                None => top.directory.join(path.as_str()).is_file(),
            };
            if there {
                return Ok(Some(directory));
            }
        }
        at = directory.parent();
    }
    Ok(None)
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
