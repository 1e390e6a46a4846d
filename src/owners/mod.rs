//! Who answers for which file: `CODEOWNERS`, as GitHub, GitLab and Gitea read it.

mod codeowners;
mod pattern;

pub use codeowners::CodeOwners;
