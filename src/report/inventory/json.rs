//! The JSON document of the list: a contract, to which fields are added and from which none is
//! taken. Absent values are null; lines and columns count from 1.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::inventory::{Inventory, Row, Totals, Use};
use crate::report::json::{VERSION, ascii_controls};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    today: String,
    summary: Totals,
    exceptions: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    tool: &'static str,
    id: String,
    owner: Option<&'a str>,
    created: Option<String>,
    renewed: Vec<String>,
    retire_by: Option<String>,
    days_left: Option<i32>,
    rules: Vec<&'a str>,
    scope: Scope<'a>,
    reason: Option<&'a str>,
    ticket: Option<&'a str>,
    /// `used`, `unused`, or `unknown` where it cannot be told.
    state: &'static str,
    covers: usize,
    file: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Scope<'a> {
    unit: Option<&'a str>,
    environments: &'a [String],
    resource: Option<&'a str>,
    path: Option<&'a str>,
    file: Option<&'a str>,
    /// Whether it is a comment, which holds for one line.
    line: bool,
}

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: "paritylint/exceptions/v1",
        version: VERSION,
        today: inventory.today.to_string(),
        summary: inventory.totals(),
        exceptions: inventory.rows.iter().map(entry).collect(),
    };
    let text = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", ascii_controls(&text))
}

fn entry<'a>(row: &'a Row<'_>) -> Entry<'a> {
    let exception = row.exception;
    let (state, covers) = match row.usage {
        Use::Covers(count) => ("used", count),
        Use::Nothing => ("unused", 0),
        Use::Unknown => ("unknown", 0),
    };
    Entry {
        tool: row.tool,
        id: exception.id(),
        owner: exception.owner.as_deref(),
        created: exception.created.map(|day| day.to_string()),
        renewed: exception.renewed.iter().map(ToString::to_string).collect(),
        retire_by: exception.retire_by.map(|day| day.to_string()),
        days_left: row.left,
        rules: exception.rules.iter().map(|(rule, _)| rule.as_str()).collect(),
        scope: Scope {
            unit: exception.unit.as_ref().map(|glob| glob.as_str()),
            environments: &exception.environments,
            resource: exception.resource.as_ref().map(|glob| glob.as_str()),
            path: exception.path.as_ref().map(|path| path.as_str()),
            file: exception.file.as_ref().map(|glob| glob.as_str()),
            line: exception.covers.is_some(),
        },
        reason: exception.reason.as_deref(),
        ticket: exception.ticket.as_deref(),
        state,
        covers,
        file: &row.file,
        line: row.line,
        column: row.column,
    }
}
