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
    /// A file that is there only where somebody or something made it: what kind of file.
    Uncommitted(&'static str),
}

/// Beginnings and parts of addresses of repositories.
const REMOTE_BEGINNINGS: [&str; 6] =
    ["git@", "git::", "github.com/", "github.com:", "gh:", "gitlab.com/"];
const REMOTE_PARTS: [&str; 4] = ["://", "?ref=", ".git", "/_git/"];

/// Beginnings and ends of names of files that hold secrets and are made where they are needed.
const LOCAL_BEGINNINGS: [&str; 1] = [".env"];
const LOCAL_ENDS: [&str; 14] = [
    ".credentials",
    ".env.local",
    ".env.secret",
    ".env.secrets",
    ".key",
    ".p12",
    ".passwd",
    ".password",
    ".pem",
    ".pfx",
    ".secret",
    ".token",
    "secret.env",
    "secrets.env",
];

const RELATIVE: &str = "name a place in this repository, as seen from this file";

/// Whether a missing file has a name that such files have.
fn is_local_secret(name: &str) -> bool {
    LOCAL_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || LOCAL_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a path that is not in the repository is an address.
pub(crate) fn is_remote(path: &str) -> bool {
    REMOTE_BEGINNINGS.iter().any(|beginning| path.starts_with(beginning))
        || REMOTE_PARTS.iter().any(|part| path.contains(part))
}

impl Renderer<'_> {
    /// Looks an entry up: as a file first, then as a directory, then as an address.
    pub(crate) fn locate(&self, directory: &RepoPath, entry: &Text) -> Result<Target, RenderError> {
        let fail =
            |message: String, help: &str| Err(RenderError::new(entry.span, message).help(help));
        if entry.value.is_empty() {
            return fail("this entry is empty".to_owned(), "name a file or directory, or drop it");
        }
        let path = match directory.join(&entry.value) {
            Ok(path) => path,
            Err(_) if is_remote(&entry.value) => return Ok(Target::Remote),
            Err(PathError::Absolute) => {
                return fail(format!("`{}` is an absolute path", entry.value), RELATIVE);
            }
            Err(PathError::Outside) => {
                return fail(
                    format!("`{}` leads outside of the repository", entry.value),
                    RELATIVE,
                );
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
        let error = RenderError::new(entry.span, format!("`{}` does not exist", entry.value));
        let what = if self.snapshot().ignores(&path) {
            "ignored file"
        } else if is_local_secret(path.file_name()) {
            "local secret file"
        } else {
            return Err(error.help("correct the path, or add the file to the repository"));
        };
        if self.options().partial {
            return Ok(Target::Uncommitted(what));
        }
        let help = "files of this name are made before a build and never committed: make it first, \
                    or render what is there with `--partial`";
        Err(error.help(help))
    }
}
