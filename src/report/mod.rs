//! Prints what was found: one file per format.

mod blame;
mod concise;
mod diagnostic;
mod excerpt;
mod explain;
mod full;
mod inventory;
mod json;
mod mask;
mod place;
mod schema;
mod summary;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use crate::exceptions::Outcome;
use crate::source::Snapshot;
use crate::syntax::Store;

pub use diagnostic::{Style, config_errors};
pub use explain::{explain, rule_page, rules_index, rules_json, rules_text};
pub use inventory::{Inventory, ListStyle, Wanted};
pub use place::origin;
pub use schema::{configuration_schema, exceptions_schema};

/// How much was looked at.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Files of the snapshot.
    pub files: usize,
    /// Units.
    pub units: usize,
    /// Overlays.
    pub overlays: usize,
    /// Pairs of overlays that were compared.
    pub comparisons: usize,
    /// Differences that a parameter allows, by its name.
    pub allowed: BTreeMap<String, usize>,
    /// Differences that never matter, by the name of the noise rule.
    pub noise: BTreeMap<&'static str, usize>,
    /// Values that something fills in later and that were not compared.
    pub unknown: usize,
    /// Texts that were learnt to stand for each other, in words.
    pub learnt: Vec<String>,
}

/// Everything that a report may print.
#[derive(Debug)]
pub struct Report<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// The parsed files.
    pub store: &'a Store<'a>,
    /// What was found.
    pub outcome: &'a Outcome,
    /// How much was looked at.
    pub counts: Counts,
    /// How long it took.
    pub duration: Duration,
}

/// A way to print a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// With the source of both sides, and a summary.
    Full,
    /// One line for each finding.
    Concise,
    /// One JSON document, in the stable form `paritylint/v1`.
    Json,
}

/// How to print a report for people.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Colours.
    pub style: Style,
    /// Whether to print findings that an exception covers.
    pub show_suppressed: bool,
    /// Whether to list everything that was not analysed, and the fingerprint of every finding.
    pub verbose: bool,
    /// Whether to leave the summary out.
    pub quiet: bool,
}

/// Prints the report.
pub fn write(
    report: &Report<'_>,
    format: Format,
    options: Options,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::Full => full::write(report, options, out),
        Format::Concise => concise::write(report, options, out),
        Format::Json => json::write(report, out),
    }
}
