//! Bytes to documents: trees of nodes, each with the bytes that it came from.

mod comment;
mod compose;
mod conflict;
mod embedded;
mod hcl;
mod json;
mod node;
pub mod scalar;
mod store;
mod template;
mod toml;
mod yaml;

pub use comment::Comment;
pub use compose::Composer;
pub use conflict::{Conflict, conflicts};
pub use embedded::parse_embedded;
pub use hcl::parse as parse_hcl;
pub use json::strictly as strictly_json;
pub use node::{Document, Entry, Node, NodeId, NodeKind, NodeRef, Style};
pub use store::{Parsed, Problem, ProblemKind, Store};
pub use toml::parse as parse_toml;
pub use yaml::parse as parse_yaml;
