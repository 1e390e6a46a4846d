//! The JSON document of the list: a contract, to which fields are added and from which none is
//! taken. Absent values are null; lines and columns count from 1.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::inventory::{Inventory, Row, Scope, Totals, Use};
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
    id: &'a str,
    owner: Option<&'a str>,
    created: Option<String>,
    renewed: Vec<String>,
    retire_by: Option<String>,
    days_left: Option<i32>,
    rules: &'a [&'a str],
    scope: &'a Scope<'a>,
    reason: Option<&'a str>,
    ticket: Option<&'a str>,
    /// `used`, `unused`, or `unknown` where it cannot be told.
    state: &'static str,
    covers: usize,
    file: &'a str,
    line: usize,
    column: usize,
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
    let (state, covers) = match row.usage {
        Use::Covers(count) => ("used", count),
        Use::Nothing => ("unused", 0),
        Use::Unknown => ("unknown", 0),
    };
    Entry {
        tool: row.tool,
        id: &row.id,
        owner: row.owner,
        created: row.created.map(|day| day.to_string()),
        renewed: row.renewed.iter().map(ToString::to_string).collect(),
        retire_by: row.last.map(|day| day.to_string()),
        days_left: row.left,
        rules: &row.rules,
        scope: &row.scope,
        reason: row.reason,
        ticket: row.ticket,
        state,
        covers,
        file: &row.place.file,
        line: row.place.start.line,
        column: row.place.start.column,
    }
}
