//! Bytes to documents: trees of nodes, each with the bytes that it came from.

mod comment;
mod compose;
mod conflict;
mod dotenv;
mod embedded;
mod hcl;
mod ini;
mod json;
mod keys;
mod node;
mod notation;
mod properties;
pub mod scalar;
mod sheet;
mod store;
mod template;
mod toml;
mod yaml;

pub use comment::{Comment, of_lines as comments_of_lines};
pub use compose::Composer;
pub use conflict::{Conflict, conflicts};
pub use embedded::{parse_embedded, parse_inside};
pub use hcl::parse as parse_hcl;
pub use json::{is_stream, strictly as strictly_json};
pub use keys::KeyRule;
pub use node::{Document, Entry, Node, NodeId, NodeKind, NodeRef, Style};
pub use notation::Notation;
pub use store::{Named, Parsed, Problem, ProblemKind, Store};
pub use template::Template;
pub use toml::parse as parse_toml;
pub use yaml::parse as parse_yaml;
