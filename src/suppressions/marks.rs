//! One pass over a text: every place at which a mark can begin, handed to the grammar that knows it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::SourceFile;
use crate::suppressions::annotations::{self, ANNOTATIONS};
use crate::suppressions::comments::{self, COMMENTS};
use crate::suppressions::{MARKS, Suppression};
use crate::text::Span;

/// Longest part of a line that is looked at, before and after the place, in bytes.
const REACH: usize = 2_000;
/// Most places of one line that are looked at.
const PLACES: usize = 16;
/// Most lines of comment above a mark that may explain it.
const ABOVE: usize = 6;
/// Words of objects that exempt something from a policy.
const POLICY_WORDS: &[&str] = &[
    "PolicyException",
    "excludedNamespaces",
    "ignoreDifferences",
    "postureExceptionPolicy",
    "kyverno.io/",
];

/// Whatever the text must hold for a mark to be in it.
static NEEDLES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let comments = COMMENTS.iter().map(|grammar| grammar.needle.to_owned());
    let keys = ANNOTATIONS.iter().map(|grammar| annotations::in_paths(grammar.needle));
    let words = POLICY_WORDS.iter().map(|word| regex::escape(word));
    let all: BTreeSet<String> = comments.chain(keys).chain(words).collect();
    // Boundaries of ASCII words keep the search fast in any text.
    Regex::new(&format!("(?-u){}", all.into_iter().collect::<Vec<_>>().join("|"))).ok()
});

/// Whether a mark of another tool may begin in the text.
pub fn may_hold_mark(text: &str) -> bool {
    NEEDLES.as_ref().is_some_and(|needles| needles.is_match(text))
}

/// What else to look for in a file.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Hints {
    /// It may hold an object that exempts something from a policy.
    pub(super) policy: bool,
}

/// A place at which a mark may begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The file.
    pub(super) source: &'a SourceFile,
    /// What stands before it on its line.
    pub(super) before: &'a str,
    /// The rest of its line, up to the next place.
    pub(super) rest: &'a str,
    /// The 0-based line.
    pub(super) line: usize,
    /// The byte at which it begins.
    pub(super) start: usize,
}

impl Place<'_> {
    /// The first bytes of the rest as a place in the file.
    pub(super) fn span(&self, length: usize) -> Span {
        Span::new(self.source.id, self.start, self.start + length.min(self.rest.len()))
    }
}

/// Every mark in comments and annotations of the file.
pub(super) fn scan(source: &SourceFile) -> (Vec<Suppression>, Hints) {
    let (mut found, mut hints) = (Vec::new(), Hints::default());
    let Some(needles) = NEEDLES.as_ref() else { return (found, hints) };
    let text: &str = &source.text;
    let (mut last, mut on_line) = (usize::MAX, 0);
    let mut places = needles.find_iter(text).peekable();
    while let Some(hit) = places.next() {
        if POLICY_WORDS.contains(&hit.as_str()) {
            hints.policy = true;
            continue;
        }
        let line = source.lines().line_of(Span::new(source.id, hit.start(), hit.end()).start);
        on_line = if line == last { on_line + 1 } else { 0 };
        last = line;
        if on_line >= PLACES {
            continue;
        }
        let range = source.lines().line_range(text, line);
        let next = places.peek().map_or(text.len(), regex::Match::start);
        let before = tail(&text[range.start..hit.start()]);
        let rest = head(&text[hit.start()..range.end.min(next).max(hit.start())]);
        let place = Place { source, before, rest, line, start: hit.start() };
        found.extend(comments::read(place).or_else(|| annotations::read(place)));
        if found.len() >= MARKS {
            break;
        }
    }
    (found, hints)
}

/// The comment on the lines directly above, without other marks.
pub(super) fn comment_above(source: &SourceFile, line: usize) -> String {
    let lines = source.lines();
    let mut above = Vec::new();
    for number in (line.saturating_sub(ABOVE)..line).rev() {
        let text = head(source.text[lines.line_range(&source.text, number)].trim());
        let Some(comment) = comments::LEADERS.iter().find_map(|lead| text.strip_prefix(lead))
        else {
            break;
        };
        if !NEEDLES.as_ref().is_some_and(|needles| needles.is_match(comment)) {
            above.push(comment.trim().trim_end_matches("*/").trim());
        }
    }
    above.reverse();
    above.join(" ").trim().to_owned()
}

/// What the comment says that explains something at `span`: the lines above it, and what stands
/// behind it on its last line.
pub(super) fn comments_about(source: &SourceFile, span: Span) -> String {
    let lines = source.lines();
    let range = lines.line_range(&source.text, lines.line_of(span.end));
    let behind = source.text.get(span.end as usize..range.end).map_or("", head);
    let behind = behind.split_once('#').map_or("", |(_, comment)| comment);
    let above = comment_above(source, lines.line_of(span.start));
    format!("{} {above}", behind.trim()).trim().to_owned()
}

/// The part of a span that stands on its first line.
pub(super) fn first_line(source: &SourceFile, span: Span) -> Span {
    let text = source.slice(span);
    let length = text.find(['\n', '\r']).unwrap_or(text.len());
    Span::new(span.file, span.start as usize, span.start as usize + length)
}

/// The beginning of a text, not longer than is looked at.
fn head(text: &str) -> &str {
    let end = (0..=REACH.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    &text[..end.unwrap_or(0)]
}

/// The end of a text, not longer than is looked at.
fn tail(text: &str) -> &str {
    let from = text.len().saturating_sub(REACH);
    let start = (from..=text.len()).find(|&at| text.is_char_boundary(at));
    &text[start.unwrap_or(text.len())..]
}
