//! For GitLab: a Code Quality report.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::{Finding, Level};
use crate::report::place::Columns;
use crate::report::wording::{inert_of, sentence};
use crate::report::{Report, json, place};
use crate::text::Position;

#[derive(Serialize)]
struct Entry {
    /// Begins with the rule: the page of a merge request does not show `check_name`.
    description: String,
    check_name: &'static str,
    /// Of two entries with one fingerprint GitLab shows one.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let entries = report.outcome.reported.iter().map(|finding| entry(report, finding));
    json::write_line(&entries.collect::<Vec<_>>(), out)
}

fn entry(report: &Report<'_>, finding: &Finding) -> Entry {
    let place = place::in_one_line(report.snapshot, finding.primary(), Columns::Characters);
    let point = |Position { line, column }| Point { line, column };
    Entry {
        description: format!(
            "{}: {}",
            finding.rule,
            inert_of(finding, &sentence(&finding.message))
        ),
        check_name: finding.rule,
        fingerprint: finding.fingerprint(),
        severity: match finding.level {
            Level::Error => "major",
            Level::Warning => "minor",
            Level::Note | Level::Off => "info",
        },
        location: Location {
            path: report.prefixes.in_workspace(&place.file),
            positions: Positions { begin: point(place.start), end: point(place.end) },
        },
    }
}
