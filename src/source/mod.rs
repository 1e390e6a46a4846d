//! The only reader of bytes: one immutable, sorted view of the repository's files.

mod git;
mod ignored;
mod limits;
mod memory;
mod mount;
mod snapshot;
mod worktree;

pub use git::{GitError, GitRepository, State};
pub use limits::Limits;
pub use mount::Mount;
pub use snapshot::{Snapshot, SourceFile, Unreadable};
pub use worktree::{OpenError, find_root};
