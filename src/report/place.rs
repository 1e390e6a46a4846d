//! From spans to lines and columns.

use crate::source::Snapshot;
use crate::text::{Position, Span, printable};

/// A span as people and editors name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) start: Position,
    /// One past the last character.
    pub(super) end: Position,
}

/// The place of a span; the first character of files that cannot be read.
pub(super) fn of(snapshot: &Snapshot, span: Span) -> Place {
    let file = snapshot.path(span.file).display().to_owned();
    let first = Position { line: 1, column: 1 };
    match snapshot.file(span.file) {
        Ok(source) => Place {
            file,
            start: source.lines().position(&source.text, span.start),
            end: source.lines().position(&source.text, span.end),
        },
        Err(_) => Place { file, start: first, end: first },
    }
}

/// What columns count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Columns {
    Characters,
    Bytes,
}

/// The part of a span that lies in its first line: for readers that show, or accept, one line.
pub(super) fn in_one_line(snapshot: &Snapshot, span: Span, columns: Columns) -> Place {
    let Ok(source) = snapshot.file(span.file) else { return of(snapshot, span) };
    let lines = source.lines();
    let line = lines.line_range(&source.text, lines.line_of(span.start));
    let end = Span::new(span.file, span.start as usize, line.end.min(span.end as usize)).end;
    let position = |offset| match columns {
        Columns::Characters => lines.position(&source.text, offset),
        Columns::Bytes => lines.byte_position(offset),
    };
    let file = snapshot.path(span.file).display().to_owned();
    Place { file, start: position(span.start), end: position(end) }
}

/// Where a value was last set, as `path:line`, safe to print.
pub fn origin(snapshot: &Snapshot, span: Span) -> String {
    let place = of(snapshot, span);
    format!("{}:{}", printable(&place.file), place.start.line)
}
