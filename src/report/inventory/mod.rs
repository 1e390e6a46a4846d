//! Every exception of a repository, by owner and date: what `paritylint exceptions` prints.

mod json;
mod markdown;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::civil::Date;
use serde::Serialize;

use crate::config::{Glob, PathPattern, Terms};
use crate::exceptions::Standing;
use crate::report::place::{self, Place};
use crate::rules::Need;
use crate::source::Snapshot;
use crate::suppressions::Suppression;

/// How to print the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStyle {
    /// A table for terminals.
    Text,
    /// One JSON document, in the stable form `paritylint/exceptions/v1`.
    Json,
    /// A table for pages and comments.
    Markdown,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those that have ended or end within this many days.
    pub within: Option<u16>,
    /// Those of this owner.
    pub owner: Option<String>,
}

/// What a row says of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It covers so many findings.
    Covers(usize),
    /// It covers nothing.
    Nothing,
    /// It cannot be told.
    Unknown,
}

/// One permission, ours or another tool's.
#[derive(Debug)]
struct Row<'a> {
    /// The tool that honours it.
    tool: &'static str,
    id: String,
    owner: Option<&'a str>,
    created: Option<Date>,
    renewed: &'a [Date],
    last: Option<Date>,
    /// Days until it ends; below zero after its end.
    left: Option<i32>,
    rules: Vec<&'a str>,
    scope: Scope<'a>,
    /// The scope for people.
    scope_words: String,
    reason: Option<&'a str>,
    ticket: Option<&'a str>,
    usage: Use,
    place: Place,
}

/// What a permission is narrowed to.
#[derive(Debug, Default, Serialize)]
struct Scope<'a> {
    unit: Option<&'a str>,
    environments: &'a [String],
    resource: Option<&'a str>,
    path: Option<&'a str>,
    file: Option<&'a str>,
    /// Whether it is a comment, which holds for one line.
    line: bool,
}

/// The list, ready to be printed.
#[derive(Debug)]
pub struct Inventory<'a> {
    today: Date,
    terms: &'a Terms,
    rows: Vec<Row<'a>>,
}

impl<'a> Inventory<'a> {
    /// Sorts by owner (those without one first, marks of other tools without one last), last day
    /// and place.
    pub fn new(
        snapshot: &Snapshot,
        standings: &'a [Standing],
        marks: &'a [Suppression],
        today: Date,
        terms: &'a Terms,
        wanted: &Wanted,
    ) -> Self {
        let ours = standings.iter().map(|standing| row(snapshot, standing, today));
        let theirs = marks.iter().map(|mark| row_of_mark(snapshot, mark, today));
        let mut rows: Vec<_> = ours.chain(theirs).filter(|row| wanted.has(row)).collect();
        rows.sort_by(|a, b| a.order().cmp(&b.order()));
        Self { today, terms, rows }
    }

    /// Prints the list.
    pub fn write(&self, style: ListStyle, out: &mut dyn Write) -> io::Result<()> {
        match style {
            ListStyle::Text => text::write(self, out),
            ListStyle::Json => json::write(self, out),
            ListStyle::Markdown => markdown::write(self, out),
        }
    }

    fn count(&self, has: impl Fn(&Row<'_>) -> bool) -> usize {
        self.rows.iter().filter(|row| has(row)).count()
    }

    fn totals(&self) -> Totals {
        let mut tools = BTreeMap::new();
        for row in &self.rows {
            *tools.entry(row.tool).or_insert(0) += 1;
        }
        Totals {
            tools,
            all: self.rows.len(),
            expired: self.count(|row| row.left.is_some_and(|left| left < 0)),
            ending: self.count(|row| row.left.is_some_and(|left| self.terms.is_soon(left))),
            without_owner: self.count(|row| row.owner.is_none()),
            without_end: self.count(|row| row.left.is_none()),
            unused: self.count(|row| row.usage == Use::Nothing),
        }
    }
}

/// How many there are of each kind.
#[derive(Debug, Serialize)]
struct Totals {
    /// Rows by the tool that honours them.
    tools: BTreeMap<&'static str, usize>,
    all: usize,
    expired: usize,
    ending: usize,
    without_owner: usize,
    without_end: usize,
    unused: usize,
}

impl Totals {
    /// One line for people.
    fn sentence(&self, terms: &Terms) -> String {
        let plural = if self.all == 1 { "" } else { "s" };
        let warn_days = terms.warn_days;
        format!(
            "{} exception{plural}: {} expired, {} within {warn_days} days of the end, {} without \
             owner, {} without a last day, {} unused",
            self.all, self.expired, self.ending, self.without_owner, self.without_end, self.unused
        )
    }

    /// How many rows each tool honours, for people; nothing where all are ours.
    fn by_tool(&self) -> Option<String> {
        let others = self.tools.keys().any(|tool| *tool != OURS);
        let counts = self.tools.iter().map(|(tool, count)| format!("{tool} {count}"));
        others.then(|| format!("by tool: {}", counts.collect::<Vec<_>>().join(", ")))
    }
}

fn row<'a>(snapshot: &Snapshot, standing: &'a Standing, today: Date) -> Row<'a> {
    let exception = &standing.exception;
    let usage = match (standing.covers.len(), standing.need) {
        (0, Need::Unused) => Use::Nothing,
        (0, _) => Use::Unknown,
        (count, _) => Use::Covers(count),
    };
    Row {
        tool: OURS,
        id: exception.id(),
        owner: exception.owner.as_deref(),
        created: exception.created,
        renewed: &exception.renewed,
        last: exception.retire_by,
        left: exception.retire_by.map(|last| (last - today).get_days()),
        rules: exception.rules.iter().map(|(rule, _)| rule.as_str()).collect(),
        scope: Scope {
            unit: exception.unit.as_ref().map(Glob::as_str),
            environments: &exception.environments,
            resource: exception.resource.as_ref().map(Glob::as_str),
            path: exception.path.as_ref().map(PathPattern::as_str),
            file: exception.file.as_ref().map(Glob::as_str),
            line: exception.covers.is_some(),
        },
        scope_words: exception.scope().join(", "),
        reason: exception.reason.as_deref(),
        ticket: exception.ticket.as_deref(),
        usage,
        place: place::of(snapshot, exception.span),
    }
}

/// A mark of another tool. Whether it still suppresses anything, only that tool can tell.
fn row_of_mark<'a>(snapshot: &Snapshot, mark: &'a Suppression, today: Date) -> Row<'a> {
    let last = mark.expires.map(|expiry| expiry.day);
    let all = [ALL_RULES];
    let rules = mark.rules.iter().map(String::as_str);
    Row {
        tool: mark.tool,
        id: mark.names().join(","),
        owner: mark.owner.as_deref(),
        created: None,
        renewed: &[],
        last,
        left: last.map(|last| (last - today).get_days()),
        rules: if mark.rules.is_empty() { all.to_vec() } else { rules.collect() },
        scope: Scope::default(),
        scope_words: String::new(),
        reason: mark.reason.as_deref(),
        ticket: mark.ticket.as_deref(),
        usage: Use::Unknown,
        place: place::of(snapshot, mark.span),
    }
}

impl Row<'_> {
    fn order(&self) -> (bool, Option<String>, bool, Option<Date>, &str, usize) {
        let owner = self.owner.map(str::to_lowercase);
        let nobodys = owner.is_none() && self.tool != OURS;
        (nobodys, owner, self.last.is_none(), self.last, &self.place.file, self.place.start.line)
    }

    /// The columns for people, in the order of [`COLUMNS`].
    fn cells(&self) -> [String; COLUMNS.len()] {
        let or_none = |text: Option<&str>| text.unwrap_or(NONE).to_owned();
        [
            or_none(self.owner),
            self.last.map_or_else(|| NONE.to_owned(), |last| last.to_string()),
            match self.left {
                None => NONE.to_owned(),
                Some(0) => "last day".to_owned(),
                Some(left) if left < 0 => format!("{} over", left.unsigned_abs()),
                Some(left) => format!("{left} left"),
            },
            match self.usage {
                Use::Covers(count) => count.to_string(),
                Use::Nothing => "unused".to_owned(),
                Use::Unknown => "?".to_owned(),
            },
            self.tool.to_owned(),
            self.rules.join(", "),
            self.scope_words.clone(),
            or_none(self.ticket),
            format!("{}:{}", self.place.file, self.place.start.line),
            or_none(self.reason),
        ]
    }
}

/// What stands where there is nothing to say.
const NONE: &str = "-";
/// The tool that honours our own exceptions.
const OURS: &str = "paritylint";
/// What stands for all rules of a tool.
const ALL_RULES: &str = "*";

/// The columns for people.
const COLUMNS: [&str; 10] =
    ["owner", "last day", "days", "covers", "tool", "rules", "scope", "ticket", "place", "reason"];

impl Wanted {
    fn has(&self, row: &Row<'_>) -> bool {
        let within = |days: u16| row.left.is_some_and(|left| left <= i32::from(days));
        let owned = |wanted: &str| {
            row.owner.is_some_and(|owner| owner.to_lowercase() == wanted.to_lowercase())
        };
        self.within.is_none_or(within) && self.owner.as_deref().is_none_or(owned)
    }
}
