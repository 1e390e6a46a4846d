//! What notations of one key a line share: the tree, its keys, comments and mistakes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::syntax::comment::Comment;
use crate::syntax::compose::Composer;
use crate::syntax::node::NodeId;
use crate::syntax::scalar::Tag;
use crate::syntax::store::{Parsed, Problem, ProblemKind};
use crate::text::{FileId, Span};

/// A file while it is read.
pub(super) struct Sheet<'t> {
    file: FileId,
    text: &'t str,
    composer: Composer,
    parsed: Parsed,
}

/// Keys of one map, and where each stands first.
#[derive(Default)]
pub(super) struct Keys {
    entries: Vec<(NodeId, NodeId)>,
    seen: BTreeMap<Arc<str>, Span>,
}

impl<'t> Sheet<'t> {
    pub(super) fn new(file: FileId, text: &'t str) -> Self {
        Self { file, text, composer: Composer::default(), parsed: Parsed::default() }
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// A text; one that went through escapes or quotes is marked as quoted.
    pub(super) fn scalar(&mut self, range: &Range<usize>, text: &str) -> NodeId {
        let span = self.span(range);
        if self.text.get(range.clone()) == Some(text) {
            self.composer.plain(span, Tag::Str, text.into())
        } else {
            self.composer.scalar(span, Tag::Str, text.into())
        }
    }

    /// The text behind a key; an empty one stands where its key does.
    pub(super) fn value(&mut self, key: &Range<usize>, range: &Range<usize>, text: &str) -> NodeId {
        if range.is_empty() {
            let span = self.span(key);
            return self.composer.scalar(span, Tag::Str, text.into());
        }
        self.scalar(range, text)
    }

    /// The value of a key that has none; it stands where the key does.
    pub(super) fn null(&mut self, key: &Range<usize>) -> NodeId {
        let span = self.span(key);
        self.composer.plain(span, Tag::Null, "".into())
    }

    pub(super) fn list(&mut self, span: Span, items: Vec<NodeId>) -> NodeId {
        self.composer.list(span, items)
    }

    pub(super) fn map(&mut self, span: Span, keys: Keys) -> NodeId {
        self.composer.map(span, keys.entries)
    }

    /// Adds a key; one that stands twice is a mistake.
    pub(super) fn add(&mut self, keys: &mut Keys, range: &Range<usize>, name: &str, value: NodeId) {
        let key = self.scalar(range, name);
        let span = self.span(range);
        let first = *keys.seen.entry(name.into()).or_insert(span);
        if first != span {
            self.twice(name, span, first);
        }
        keys.entries.push((key, value));
    }

    /// Says that a key stands twice.
    pub(super) fn twice(&mut self, name: &str, span: Span, first: Span) {
        let kind = ProblemKind::DuplicateKey { key: name.to_owned(), first };
        self.parsed.problems.push(Problem { span, kind });
    }

    /// A comment from its sign to the end of the line.
    pub(super) fn comment(&mut self, range: &Range<usize>, trailing: bool) {
        let span = self.span(range);
        let text = self.text.get(range.clone()).unwrap_or_default();
        let text = text.get(1..).unwrap_or_default().into();
        self.parsed.comments.push(Comment { span, text, trailing });
    }

    /// A line that cannot be read; the first one is told.
    pub(super) fn broken(&mut self, range: &Range<usize>, reason: &str) {
        if !self.parsed.is_broken() {
            let kind = ProblemKind::Syntax(reason.to_owned());
            self.parsed.problems.push(Problem { span: self.span(range), kind });
        }
    }

    /// The file with these keys as its root.
    pub(super) fn finish(mut self, keys: Keys) -> Parsed {
        let whole = self.span(&(0..self.text.len()));
        self.map(whole, keys);
        if !self.parsed.is_broken() {
            self.parsed.documents.extend(self.composer.finish_read());
        }
        self.parsed
    }
}

/// The bytes of a part of the text at `start` without the white space around it.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// The bytes of the line that begins at `start`, its end left out, and where the next one begins.
pub(super) fn line(text: &str, start: usize) -> (Range<usize>, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |at| start + at);
    let written = text.get(start..end).unwrap_or_default();
    let content = written.strip_suffix('\r').unwrap_or(written);
    (start..start + content.len(), (end + 1).min(text.len()))
}

/// Where the content of a file begins: behind a byte order mark.
pub(super) fn start(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
