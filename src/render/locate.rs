//! What an entry of a kustomization means: a file, a directory, or something elsewhere.

use crate::render::kustomization::Text;
use crate::render::{RenderError, Renderer};
use crate::text::{FileId, PathError, RepoPath};

/// What an entry leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    File(FileId),
    /// A directory of the repository, links resolved.
    Directory(RepoPath),
    /// An address that only a network can answer.
    Remote,
}

/// Beginnings and parts of addresses of repositories.
const REMOTE_BEGINNINGS: [&str; 6] =
    ["git@", "git::", "github.com/", "github.com:", "gh:", "gitlab.com/"];
const REMOTE_PARTS: [&str; 4] = ["://", "?ref=", ".git", "/_git/"];

/// Whether a path that is not in the repository is an address.
pub(crate) fn is_remote(path: &str) -> bool {
    REMOTE_BEGINNINGS.iter().any(|beginning| path.starts_with(beginning))
        || REMOTE_PARTS.iter().any(|part| path.contains(part))
}

impl Renderer<'_> {
    /// Looks an entry up: as a file first, then as a directory, then as an address.
    pub(crate) fn locate(&self, directory: &RepoPath, entry: &Text) -> Result<Target, RenderError> {
        let fail = |message: String| Err(RenderError::new(entry.span, message));
        let path = match directory.join(&entry.value) {
            Ok(path) => path,
            Err(_) if is_remote(&entry.value) => return Ok(Target::Remote),
            Err(PathError::Absolute) => {
                return fail(format!("`{}` is an absolute path", entry.value));
            }
            Err(PathError::Outside) => {
                return fail(format!("`{}` leads outside of the repository", entry.value));
            }
        };
        if let Some(file) = self.snapshot().find(&path) {
            return Ok(Target::File(file));
        }
        if self.snapshot().is_directory(&path)
            && let Some(path) = self.snapshot().resolve(&path)
        {
            return Ok(Target::Directory(path));
        }
        if is_remote(&entry.value) {
            return Ok(Target::Remote);
        }
        fail(format!("`{}` does not exist", entry.value))
    }
}
