//! Snapshots of the git index and of commits.
//!
//! Git is read through libgit2 alone: no process is started, nothing is written, nothing fetched.

mod error;
mod listing;
mod objects;
mod repository;
mod work_tree;

pub use error::GitError;
pub use repository::{GitRepository, State};

pub(super) use objects::Objects;
