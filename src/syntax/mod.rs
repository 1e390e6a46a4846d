//! Bytes to documents: trees of nodes, each with the bytes that it came from.

mod comment;
mod compose;
mod conflict;
mod embedded;
mod node;
pub mod scalar;
mod store;
mod template;
mod yaml;

pub use comment::Comment;
pub use compose::Composer;
pub use conflict::{Conflict, conflicts};
pub use embedded::parse_embedded;
pub use node::{Document, Entry, Node, NodeId, NodeKind, NodeRef, Style};
pub use store::{Parsed, Problem, ProblemKind, Store};
pub use yaml::parse as parse_yaml;
