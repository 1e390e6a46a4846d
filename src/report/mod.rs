//! Prints what was found: one file per format.

mod blame;
mod concise;
mod diagnostic;
mod excerpt;
mod explain;
mod full;
mod github;
mod gitlab;
mod inventory;
mod json;
mod junit;
mod markdown;
mod mask;
mod place;
mod rdjson;
mod sarif;
mod schema;
mod side_by_side;
mod summary;
mod wording;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use crate::baseline::{Applied, Entry, Known};
use crate::compare::Effects;
use crate::exceptions::Outcome;
use crate::finding::Finding;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::RepoPath;

pub use diagnostic::{Style, config_errors};
pub use explain::{explain, rule_page, rules_index, rules_json, rules_text};
pub use inventory::{Inventory, ListStyle, Wanted};
pub use place::origin;
pub use schema::{baseline_schema, configuration_schema, exceptions_schema};
pub use side_by_side::SideBySide;

/// How much was looked at.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Files of the snapshot.
    pub files: usize,
    /// The names of the units.
    pub units: Vec<String>,
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

/// What a change does, besides what it brings.
#[derive(Debug)]
pub struct Change {
    /// How to call the state before it.
    pub base: String,
    /// How many files differ.
    pub files: usize,
    /// The findings that it ends; their places are in the state before it.
    pub resolved: Vec<Finding>,
    /// How many findings were there before and stay, among what was looked at.
    pub known: usize,
    /// What it does to what runs, for the formats that tell it, see [`Format::wants_effects`].
    pub effects: Option<Effects>,
}

/// Everything that a report may print.
#[derive(Debug)]
pub struct Report<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// The parsed files.
    pub store: &'a Store<'a>,
    /// What was found; of a change, what it brings.
    pub outcome: &'a Outcome,
    /// The outcome of the whole new state, for the formats that need it, see [`Format::is_whole`].
    pub whole: Option<&'a Outcome>,
    /// The change that was checked; `None` for a check of everything.
    pub change: Option<&'a Change>,
    /// What the baseline says of it, if there is one.
    pub baseline: Option<&'a Applied>,
    /// How much was looked at.
    pub counts: Counts,
    /// How long it took.
    pub duration: Duration,
    /// Where the paths of reports begin that are read by something else than people here.
    pub prefixes: &'a Prefixes,
}

impl<'a> Report<'a> {
    /// The findings that the baseline knows.
    fn known(&self) -> &'a [Known] {
        self.baseline.map_or(&[], |applied| &applied.known)
    }

    /// The entries of the baseline whose finding is gone.
    fn stale(&self) -> &'a [Entry] {
        self.baseline.map_or(&[], |applied| &applied.stale)
    }
}

/// A way to print a report: the one list of them, from which the command line takes its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// For people: the source of both sides, and a summary
    Full,
    /// For people: one line for each finding
    Concise,
    /// One JSON document in the stable form `paritylint/v1`
    Json,
    /// SARIF 2.1.0, for GitHub code scanning and editors
    Sarif,
    /// Annotations in the log of a GitHub workflow, then the text of `full`
    Github,
    /// A GitLab Code Quality report
    Gitlab,
    /// Test results as XML, as JUnit writes them: each unit is a suite, each finding a case
    Junit,
    /// The diagnostic format of reviewdog
    Rdjson,
    /// A comment for a pull request, or the summary of a job
    Markdown,
}

/// What stands before the paths of a report so that they begin where their reader's do: empty, or
/// a path with a `/` at its end.
#[derive(Debug, Clone, Default)]
pub struct Prefixes {
    /// From the root of the repository.
    pub repository: String,
    /// From the directory in which the runner of a pipeline works.
    pub workspace: String,
}

impl Prefixes {
    /// A path that a [`Place`](place::Place) names, for readers whose paths begin in the repository.
    fn in_repository(&self, file: &str) -> String {
        before(&self.repository, file)
    }

    /// The same for readers whose paths begin in the runner's directory.
    fn in_workspace(&self, file: &str) -> String {
        before(&self.workspace, file)
    }
}

/// What lies outside of the repository keeps its name.
fn before(prefix: &str, file: &str) -> String {
    let outside = RepoPath::outside(file).as_str() == file;
    if outside { file.to_owned() } else { format!("{prefix}{file}") }
}

impl Format {
    /// Whether a report of this format tells of the whole repository even where a change was
    /// checked: for its reader what a report lacks is mended.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Sarif | Self::Gitlab)
    }

    /// Whether a report of this format tells what a change does to what runs.
    pub fn wants_effects(self) -> bool {
        matches!(self, Self::Json | Self::Markdown)
    }

    /// Whether people read it as it is.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
    }
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
    let whole = report.whole.filter(|_| format.is_whole());
    let whole = whole.map(|outcome| Report { outcome, counts: report.counts.clone(), ..*report });
    let report = whole.as_ref().unwrap_or(report);
    match format {
        Format::Full => full::write(report, options, out),
        Format::Concise => concise::write(report, options, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, options, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::Rdjson => rdjson::write(report, out),
        Format::Markdown => markdown::write(report, out),
    }
}

/// The findings of the highest levels, at most so many, in their order.
fn gravest(findings: &[Finding], most: usize) -> Vec<&Finding> {
    let mut order: Vec<_> = findings.iter().enumerate().collect();
    order.sort_by_key(|&(at, finding)| (Reverse(finding.level), at));
    order.truncate(most);
    order.sort_by_key(|&(at, _)| at);
    order.into_iter().map(|(_, finding)| finding).collect()
}
