//! Why a command cannot do its work.

use std::fmt;

use crate::config::ConfigError;
use crate::report::{self, Style};
use crate::source::{GitError, Snapshot};
use crate::text::printable;

/// What to tell the user before leaving with 2.
#[derive(Debug)]
pub(super) struct CliError(String);

impl CliError {
    /// An error and what to do about it.
    pub(super) fn new(message: &str, help: &str) -> Self {
        let lines = |text: &str| text.lines().map(printable).collect::<Vec<_>>().join("\n");
        let help =
            if help.is_empty() { String::new() } else { format!("  help: {}\n", lines(help)) };
        Self(format!("error: {}\n{help}", lines(message)))
    }

    /// All errors of a configuration, each with its source.
    pub(super) fn config(snapshot: &Snapshot, errors: &[ConfigError], style: Style) -> Self {
        Self(report::config_errors(snapshot, errors, style))
    }
}

impl From<GitError> for CliError {
    fn from(error: GitError) -> Self {
        Self::new(&error.to_string(), error.help())
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
