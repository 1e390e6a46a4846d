//! Paths, places and lines of source text. No I/O.

mod display;
pub mod envsubst;
mod lines;
mod path;
mod span;
mod wild;

pub use display::{ascii_controls, is_unprintable, printable};
pub use lines::{LineIndex, Position};
pub use path::{PathError, RepoPath};
pub use span::{FileId, Span};
pub use wild::wild_match;
