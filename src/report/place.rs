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

/// Where a value was last set, as `path:line`, safe to print.
pub fn origin(snapshot: &Snapshot, span: Span) -> String {
    let place = of(snapshot, span);
    format!("{}:{}", printable(&place.file), place.start.line)
}
