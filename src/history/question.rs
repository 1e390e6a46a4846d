//! What can be asked of a history, and the answers.

use jiff::civil::Date;

use crate::finding::Introduced;
use crate::text::Span;

/// What is to be followed back from a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Follow {
    /// The line, whatever its white space.
    Line,
    /// This text in the line, after the same words: other edits of the line do not matter.
    Value(String),
}

/// Which commit brought what stands at a place?
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    /// The place; the empty beginning of a file stands for the whole of it.
    pub(super) place: Span,
    /// What is followed.
    pub(super) follow: Follow,
    /// The question whose answer makes this one needless: it only matters whether this place is the
    /// older one. An index into the same list.
    pub(super) until: Option<usize>,
}

/// What is known of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The commit that brought it.
    Commit(Introduced),
    /// No commit has it yet.
    Uncommitted,
    /// It was there before the commit that answers [`Question::until`].
    Earlier,
    /// The history at hand ends at a commit of this day, which has it already.
    Since(Date),
    /// Nothing is known.
    Unknown,
}

/// What a merge means to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merges {
    /// The moment at which the work of a branch arrives: only first parents are followed.
    Arrive,
    /// Nothing: the commit on the branch is wanted.
    Pass,
}
