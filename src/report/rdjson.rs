//! For reviewdog: its diagnostic format, as one JSON document.
//!
//! Columns count bytes from 1 and ends are exclusive, as reviewdog's protocol says. Its readers
//! show messages as Markdown.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::{Finding, Level};
use crate::report::place::Columns;
use crate::report::wording::{REPOSITORY, help, inert_of, label_text, rule_url, sentence};
use crate::report::{Report, json, place};
use crate::text::{Position, Span};

/// Places of one diagnostic besides its own.
const RELATED: usize = 10;

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct RelatedLocation {
    message: String,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let found = &report.outcome.reported;
    let result = DiagnosticResult {
        source: Source { name: "paritylint", url: REPOSITORY },
        diagnostics: found.iter().map(|finding| diagnostic(report, finding)).collect(),
    };
    json::write_line(&result, out)
}

fn diagnostic(report: &Report<'_>, finding: &Finding) -> Diagnostic {
    let mut message = inert_of(finding, &sentence(&finding.message));
    if let Some(help) = help(finding) {
        message.push_str("\n\n");
        message.push_str(&inert_of(finding, &sentence(&help)));
    }
    let related = finding.labels.iter().skip(1).take(RELATED);
    Diagnostic {
        message,
        location: location(report, finding.primary()),
        severity: match finding.level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note | Level::Off => "INFO",
        },
        code: Code { value: finding.rule, url: rule_url(finding.rule) },
        related_locations: related
            .map(|label| RelatedLocation {
                message: inert_of(finding, &label_text(finding, label)),
                location: location(report, label.span),
            })
            .collect(),
    }
}

fn location(report: &Report<'_>, span: Span) -> Location {
    let place = place::in_one_line(report.snapshot, span, Columns::Bytes);
    let point = |Position { line, column }| Point { line, column };
    Location {
        path: report.prefixes.in_repository(&place.file),
        range: Range { start: point(place.start), end: point(place.end) },
    }
}
