//! Comments, kept beside the tree and attached to lines.

use crate::text::Span;

/// One `#` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, line end excluded.
    pub span: Span,
    /// What stands after the `#`.
    pub text: Box<str>,
    /// Whether something other than white space stands before it on its line.
    pub trailing: bool,
}
