//! Everything that a rule may look at.

use jiff::civil::Date;

use crate::compare::Comparison;
use crate::config::{Config, Exception};
use crate::layout::Layout;
use crate::render::Evaluated;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, Span};

/// Whether an exception was needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It silenced a finding.
    Used,
    /// It had nothing to silence.
    Unused,
    /// It cannot be told: its rule did not run, or what it covers was not rendered whole.
    Unknown,
}

/// An exception after the other rules have run.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The exception.
    pub exception: &'a Exception,
    /// Whether it was needed.
    pub need: Need,
}

/// A comment that should be an exception and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The comment.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Everything that a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// The parsed files.
    pub store: &'a Store<'a>,
    /// The configuration.
    pub config: &'a Config,
    /// The units and environments.
    pub layout: &'a Layout,
    /// The YAML files that rules about files look at, see [`crate::rules::checked_files`].
    pub files: &'a [FileId],
    /// Every overlay with what it renders to.
    pub evaluated: &'a [Evaluated<'a>],
    /// The environments side by side.
    pub comparison: &'a Comparison,
    /// The day for dates of exceptions.
    pub today: Date,
    /// Every exception, of the configuration and of comments, before anything is known of them.
    pub declared: &'a [Exception],
    /// The exceptions; empty until the other rules have run.
    pub exceptions: &'a [Judged<'a>],
    /// Comments that should be exceptions and are none.
    pub malformed: &'a [Malformed],
}
