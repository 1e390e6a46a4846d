//! Every exception of a repository, by owner and date: what `paritylint exceptions` prints.

mod json;
mod markdown;
mod text;

use std::io::{self, Write};

use jiff::civil::Date;

use crate::config::{Exception, Terms};
use crate::exceptions::Standing;
use crate::report::place;
use crate::rules::Need;
use crate::source::Snapshot;

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
    exception: &'a Exception,
    /// Days until it ends; below zero after its end.
    left: Option<i32>,
    scope: String,
    usage: Use,
    file: String,
    line: usize,
    column: usize,
}

/// The list, ready to be printed.
#[derive(Debug)]
pub struct Inventory<'a> {
    today: Date,
    terms: &'a Terms,
    rows: Vec<Row<'a>>,
}

impl<'a> Inventory<'a> {
    /// Sorts by owner (those without one first), last day and place.
    pub fn new(
        snapshot: &Snapshot,
        standings: &'a [Standing],
        today: Date,
        terms: &'a Terms,
        wanted: &Wanted,
    ) -> Self {
        // Suppressions of other tools join here, as rows of their own.
        let rows = standings.iter().map(|standing| row(snapshot, standing, today));
        let mut rows: Vec<_> = rows.filter(|row| wanted.has(row)).collect();
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
        Totals {
            all: self.rows.len(),
            expired: self.count(|row| row.left.is_some_and(|left| left < 0)),
            ending: self.count(|row| row.left.is_some_and(|left| self.terms.is_soon(left))),
            without_owner: self.count(|row| row.exception.owner.is_none()),
            without_end: self.count(|row| row.left.is_none()),
            unused: self.count(|row| row.usage == Use::Nothing),
        }
    }
}

/// How many there are of each kind.
#[derive(Debug, serde::Serialize)]
struct Totals {
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
}

fn row<'a>(snapshot: &Snapshot, standing: &'a Standing, today: Date) -> Row<'a> {
    let exception = &standing.exception;
    let place = place::of(snapshot, exception.span);
    let usage = match (standing.covers.len(), standing.need) {
        (0, Need::Unused) => Use::Nothing,
        (0, _) => Use::Unknown,
        (count, _) => Use::Covers(count),
    };
    Row {
        tool: "paritylint",
        exception,
        left: exception.retire_by.map(|last| (last - today).get_days()),
        scope: exception.scope().join(", "),
        usage,
        file: place.file,
        line: place.start.line,
        column: place.start.column,
    }
}

impl Row<'_> {
    fn order(&self) -> (Option<String>, bool, Option<Date>, &str, usize) {
        let exception = self.exception;
        let owner = exception.owner.as_ref().map(|owner| owner.to_lowercase());
        let last = exception.retire_by;
        (owner, last.is_none(), last, &self.file, self.line)
    }

    /// The columns for people, in the order of [`COLUMNS`].
    fn cells(&self) -> [String; COLUMNS.len()] {
        let exception = self.exception;
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| NONE.to_owned());
        let rules: Vec<_> = exception.rules.iter().map(|(rule, _)| rule.as_str()).collect();
        [
            or_none(&exception.owner),
            exception.retire_by.map_or_else(|| NONE.to_owned(), |last| last.to_string()),
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
            rules.join(", "),
            self.scope.clone(),
            or_none(&exception.ticket),
            format!("{}:{}", self.file, self.line),
            or_none(&exception.reason),
        ]
    }
}

/// What stands where there is nothing to say.
const NONE: &str = "-";

/// The columns for people.
const COLUMNS: [&str; 9] =
    ["owner", "last day", "days", "covers", "rules", "scope", "ticket", "place", "reason"];

impl Wanted {
    fn has(&self, row: &Row<'_>) -> bool {
        let within = |days: u16| row.left.is_some_and(|left| left <= i32::from(days));
        let owned = |wanted: &str| {
            let owner = row.exception.owner.as_deref();
            owner.is_some_and(|owner| owner.to_lowercase() == wanted.to_lowercase())
        };
        self.within.is_none_or(within) && self.owner.as_deref().is_none_or(owned)
    }
}
