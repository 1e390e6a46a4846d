//! One change of a file: where its lines stood before.

use std::ops::Range;

use git2::{DiffOptions, Patch};

/// The places at which two texts differ, white space aside. Lines count from 0.
#[derive(Debug)]
pub(super) struct Change {
    /// Lines before and after, in order.
    hunks: Vec<(Range<usize>, Range<usize>)>,
}

/// Where a line comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// It was there, as this line.
    Line(usize),
    /// It stands in the place of these lines.
    InsteadOf(Range<usize>),
}

impl Change {
    /// Compares the text before with the text after.
    pub(super) fn between(before: &[u8], after: &[u8]) -> Result<Self, git2::Error> {
        let mut options = DiffOptions::new();
        options.context_lines(0).interhunk_lines(0).ignore_whitespace(true).force_text(true);
        let patch = Patch::from_buffers(before, None, after, None, Some(&mut options))?;
        let mut hunks = Vec::with_capacity(patch.num_hunks());
        for at in 0..patch.num_hunks() {
            let (hunk, _) = patch.hunk(at)?;
            let lines = |start: u32, count: u32| {
                // An empty side names the line before it.
                let start = if count == 0 { start } else { start.saturating_sub(1) } as usize;
                start..start + count as usize
            };
            hunks.push((
                lines(hunk.old_start(), hunk.old_lines()),
                lines(hunk.new_start(), hunk.new_lines()),
            ));
        }
        Ok(Self { hunks })
    }

    /// Where the line of the text after stood in the text before.
    pub(super) fn before(&self, line: usize) -> Before {
        let at = self.hunks.partition_point(|(_, new)| new.end <= line);
        if let Some((old, new)) = self.hunks.get(at)
            && new.contains(&line)
        {
            return Before::InsteadOf(old.clone());
        }
        let last = at.checked_sub(1).and_then(|at| self.hunks.get(at));
        Before::Line(last.map_or(line, |(old, new)| old.end + (line - new.end)))
    }
}

/// A value in a line: the words before it and the value itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Worded {
    before: String,
    value: String,
}

impl Worded {
    /// The value that stands in `line` from byte `at` on.
    pub(super) fn new(line: &str, at: usize, value: &str) -> Self {
        Self { before: bare(line.get(..at).unwrap_or("")).to_owned(), value: value.to_owned() }
    }

    /// The first of the lines of `text` that has the value after the same words.
    pub(super) fn find(&self, text: &[u8], lines: Range<usize>) -> Option<usize> {
        let mut old = text.split(|byte| *byte == b'\n').enumerate().skip(lines.start);
        let mut old = old.by_ref().take(lines.len());
        old.find(|(_, line)| self.is_in(&String::from_utf8_lossy(line))).map(|(at, _)| at)
    }

    fn is_in(&self, line: &str) -> bool {
        let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        !self.value.is_empty()
            && line.match_indices(&self.value).any(|(at, _)| {
                let after = line.get(at + self.value.len()..).and_then(|rest| rest.chars().next());
                bare(line.get(..at).unwrap_or("")) == self.before && !after.is_some_and(part)
            })
    }
}

/// The words without the marks of lists and texts around them.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '"' | '\''))
}

#[cfg(test)]
mod tests {
    use super::{Before, Change, Worded};

    #[test]
    fn lines_are_followed_through_edits() {
        let before = b"a: 1\nb: 2\nc: 3\nd: 4\n";
        let after = b"new: 0\na: 1\n  c: 3\nd: 5\nmore: 6\n";
        let change = Change::between(before, after).unwrap();
        let found: Vec<_> = (0..5).map(|line| change.before(line)).collect();
        assert_eq!(
            found,
            [
                Before::InsteadOf(0..0),
                Before::Line(0),
                Before::Line(2),
                Before::InsteadOf(3..4),
                Before::InsteadOf(3..4),
            ]
        );
    }

    #[test]
    fn a_value_outlives_edits_around_it() {
        let worded = Worded::new("  newTag: \"1.5.0\" # soon", 11, "1.5.0");
        let text = b"newTag: 1.5.01\n- newTag: 1.5.0\nnewName: 1.5.0\n";
        assert_eq!(worded.find(text, 0..3), Some(1));
        assert_eq!(worded.find(text, 2..3), None);
        assert_eq!(Worded::new("", 0, "").find(b"\n", 0..1), None);
    }
}
