//! Everything that a rule may look at.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::compare::{Comparison, Past};
use crate::config::{Config, Exception};
use crate::history::Waiting;
use crate::layout::Layout;
use crate::owners::CodeOwners;
use crate::references::References;
use crate::render::Evaluated;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, Span};
use crate::validation::{Validation, values};

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
    /// The places of the findings that it covers; of an expired one, that it would cover.
    pub covers: &'a [Span],
}

/// What a check is about: everything, or what somebody changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Touched {
    /// The whole repository.
    #[default]
    Everything,
    /// These files and directories.
    Paths(Vec<RepoPath>),
}

impl Touched {
    /// Whether any of the places is part of it; without places only everything has a part in it.
    pub fn any(&self, snapshot: &Snapshot, places: &[Span]) -> bool {
        match self {
            Self::Everything => true,
            Self::Paths(paths) => places.iter().any(|place| {
                let path = snapshot.path(place.file);
                paths.iter().any(|touched| path.is_in(touched))
            }),
        }
    }
}

/// What a rule about changes has to know of the state before.
#[derive(Debug, Default)]
pub struct Change {
    /// What ran before.
    pub past: Past,
    /// The trailers in the messages of its commits: key and value.
    pub trailers: Vec<(String, String)>,
}

/// The part of the repository that is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Focus {
    /// All of it.
    #[default]
    Everything,
    /// Some units, and some files for the rules about files.
    Part {
        /// The names of the units.
        units: BTreeSet<String>,
        /// The files.
        files: BTreeSet<RepoPath>,
    },
}

impl Focus {
    /// Whether the unit is looked at.
    pub fn has_unit(&self, name: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Part { units, .. } => units.contains(name),
        }
    }

    /// Whether the rules about files look at this one.
    pub fn has_file(&self, path: &RepoPath) -> bool {
        match self {
            Self::Everything => true,
            Self::Part { files, .. } => files.contains(path),
        }
    }
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
    /// What the charts of the repository refuse in the values that overlays give them.
    pub values: &'a values::Verdict<'a>,
    /// The environments side by side.
    pub comparison: &'a Comparison,
    /// The references to what nothing provides, where a rule asks for them.
    pub references: &'a References,
    /// What API servers would say to the objects.
    pub validation: &'a Validation<'a>,
    /// What waits for promotion, and since when.
    pub waiting: &'a Waiting,
    /// The day for dates of exceptions.
    pub today: Date,
    /// What the check is about.
    pub touched: &'a Touched,
    /// The change whose new state this is, where there is one.
    pub change: Option<&'a Change>,
    /// The part of the repository that is looked at.
    pub focus: &'a Focus,
    /// Who owns which file, if the repository says so.
    pub owners: Option<&'a CodeOwners>,
    /// Every exception, of the configuration and of comments, before anything is known of them.
    pub declared: &'a [Exception],
    /// The exceptions; empty until the other rules have run.
    pub exceptions: &'a [Judged<'a>],
    /// Comments that should be exceptions and are none.
    pub malformed: &'a [Malformed],
}
