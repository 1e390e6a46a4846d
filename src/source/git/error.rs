//! What can go wrong with a git repository, and what to do about it.

use git2::ErrorCode;

/// Why git's data cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// Nothing here belongs to a git repository.
    #[error("this is not a git repository")]
    NotARepository,
    /// A repository without a work tree and an index.
    #[error("a bare repository has neither files nor an index")]
    Bare,
    /// The directory belongs to somebody else.
    #[error("git refuses the repository: it belongs to another user")]
    Owner,
    /// The name of a commit leads nowhere.
    #[error("there is no commit `{0}` in this clone")]
    NoCommit(String),
    /// Two commits without a common ancestor, as far as this clone knows.
    #[error("`{base}` and `{head}` have no common ancestor in this clone")]
    NoMergeBase {
        /// One commit, as it was named.
        base: String,
        /// The other, as it was named.
        head: String,
    },
    /// A merge is not finished.
    #[error("the index has {} unmerged paths, among them `{}`", .0.len(), .0.first().map_or("", String::as_str))]
    Unmerged(Vec<String>),
    /// The index is sparse: it holds directories instead of files.
    #[error("the index is sparse: it does not list every file")]
    SparseIndex,
    /// More files than [`crate::source::Limits::files`].
    #[error("there are more than {0} files")]
    TooManyFiles(usize),
    /// Anything else that libgit2 says.
    #[error("git cannot be read: {0}")]
    Other(String),
}

impl GitError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotARepository => {
                "run it inside a git repository, or without `--staged`, `--base`, `--tree`, `--hook`"
            }
            Self::Bare => "name commits: `--tree REV`, or `--base REV --tree REV`",
            Self::Owner => {
                "if you trust it: `git config --global --add safe.directory <its directory>`"
            }
            Self::NoCommit(_) => {
                "fetch it (`git fetch origin <branch>`; in CI with more depth), or check the spelling"
            }
            Self::NoMergeBase { .. } => {
                "fetch more history (in CI `fetch-depth: 0`), or name the commit to compare with"
            }
            Self::Unmerged(_) => "finish the merge: edit the files, then `git add` them",
            Self::SparseIndex => "run `git sparse-checkout reapply --no-sparse-index`",
            Self::TooManyFiles(_) => "check a smaller repository",
            Self::Other(_) => "`git status` and `git fsck` may say more",
        }
    }
}

impl From<git2::Error> for GitError {
    fn from(error: git2::Error) -> Self {
        match error.code() {
            ErrorCode::Owner => Self::Owner,
            _ if error.message().contains("'sdir'") => Self::SparseIndex,
            _ => Self::Other(error.message().to_owned()),
        }
    }
}
