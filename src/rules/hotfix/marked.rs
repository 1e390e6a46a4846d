//! What a comment speaks of: its own line, or the whole entry or element below it.

use crate::rules::hotfix::counterpart::Step;
use crate::source::SourceFile;
use crate::syntax::{Comment, Document, NodeRef};
use crate::text::LineIndex;

/// Deepest nesting that is searched.
const DEPTH: usize = 64;

/// What a comment speaks of.
#[derive(Debug)]
pub(super) struct Marked {
    /// Its first line, counted from 0.
    pub(super) first: usize,
    /// Its last line.
    pub(super) last: usize,
    /// The entry or element: the document, and the way to it. Empty for a whole object.
    pub(super) target: Option<(usize, Vec<Step>)>,
}

/// What a block of comments speaks of, if anything follows it.
pub(super) fn marked(
    source: &SourceFile,
    documents: &[Document],
    block: &[Comment],
) -> Option<Marked> {
    let line = line_of(source, block.last()?)?;
    let index = source.lines();
    for (at, document) in documents.iter().enumerate() {
        let root = document.root();
        if is_object_that_begins(root, line, index) {
            let (first, last) = lines(index, root, root);
            return Some(Marked { first: first.min(line), last, target: Some((at, Vec::new())) });
        }
    }
    let unknown = Marked { first: line, last: line, target: None };
    Some(at_line(documents, index, line).unwrap_or(unknown))
}

/// The outermost entry or element that begins on a line.
pub(super) fn at_line(documents: &[Document], index: &LineIndex, line: usize) -> Option<Marked> {
    documents.iter().enumerate().find_map(|(at, document)| {
        let mut steps = Vec::new();
        let (from, to) = find(document.root(), line, index, &mut steps, DEPTH)?;
        let (first, last) = lines(index, from, to);
        Some(Marked { first, last, target: Some((at, steps)) })
    })
}

/// The line that is marked: the comment's own when it trails, else the next one with content. A
/// comment that is indented deeper than that line ends the block before it.
fn line_of(source: &SourceFile, last: &Comment) -> Option<usize> {
    let index = source.lines();
    let line = index.line_of(last.span.start);
    if last.trailing {
        return Some(line);
    }
    let text = |line: usize| &source.text[index.line_range(&source.text, line)];
    let indent = |line: usize| text(line).len() - text(line).trim_start().len();
    let skipped = |line: &usize| {
        let text = text(*line).trim();
        text.is_empty() || text.starts_with('#') || text == "---"
    };
    let next = (line + 1..index.len()).find(|line| !skipped(line))?;
    (indent(line) <= indent(next)).then_some(next)
}

/// Whether the line begins an object: then the comment speaks of all of it.
fn is_object_that_begins(root: NodeRef<'_>, line: usize, index: &LineIndex) -> bool {
    let first = root.entries().next();
    let begins = first.is_some_and(|(key, _)| {
        matches!(key.text(), Some("apiVersion" | "kind")) && index.line_of(key.span().start) == line
    });
    begins && root.get("apiVersion").is_some() && root.get("kind").is_some()
}

fn lines(index: &LineIndex, from: NodeRef<'_>, to: NodeRef<'_>) -> (usize, usize) {
    let first = index.line_of(from.span().start);
    let end = to.span().end.max(from.span().end);
    (first, index.line_of(end.saturating_sub(1)).max(first))
}

/// Whether a map has a header of its own, as the tables of TOML have: its entries stand outside of it.
fn is_header(value: NodeRef<'_>) -> bool {
    let end = value.span().end;
    value.entries().next().is_some_and(|(key, _)| key.span().start >= end)
}

/// The outermost entry or element that begins on the line: where it begins and where it ends.
fn find<'d>(
    node: NodeRef<'d>,
    line: usize,
    index: &LineIndex,
    steps: &mut Vec<Step>,
    depth: usize,
) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
    let depth = depth.checked_sub(1)?;
    if node.is_alias() {
        return None;
    }
    let at = |node: NodeRef<'_>| index.line_of(node.span().start);
    for (key, value) in node.entries() {
        let (from, to) = lines(index, key, value);
        let inside = (from..=to).contains(&line);
        if !inside && !is_header(value) {
            continue;
        }
        steps.push(Step::Key(key.text()?.to_owned()));
        if at(key) == line {
            return Some((key, value));
        }
        let found = find(value, line, index, steps, depth);
        if found.is_some() || inside {
            return found;
        }
        steps.pop();
    }
    for (nth, item) in node.items().enumerate() {
        let (from, to) = lines(index, item, item);
        if !(from..=to).contains(&line) {
            continue;
        }
        steps.push(Step::to(item, nth));
        if at(item) == line {
            return Some((item, item));
        }
        return find(item, line, index, steps, depth);
    }
    None
}
