//! The hook, the Action and the pages about them, with the programs that use them: git, pre-commit,
//! prek, lefthook, husky, and the linters of workflows.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read what is written")]

mod action;
mod frameworks;
mod job;
mod manifest;
mod pages;
mod plain;
mod site;
#[path = "../common/tools.rs"]
mod tools;
