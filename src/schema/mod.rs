//! Schemas: what the API server, a custom resource's definition, a chart or the team would refuse.
//!
//! A [`Schema`] is compiled once and held against values in place; what it refuses comes back as
//! [`Problem`]s at the bytes of the value that somebody wrote. [`pack`] holds the schemas that are
//! built in.

pub mod pack;
pub mod structural;

mod built_in;
mod compiled;
mod effort;
mod elsewhere;
mod excerpt;
mod formats;
mod forms;
mod instance;
mod parts;
mod plain;
mod problem;
mod references;
mod repository;
mod words;

pub use built_in::chart;
pub use compiled::{Documents, Schema, SchemaError};
pub(crate) use elsewhere::pattern;
pub use instance::json;
pub use parts::KindSchema;
pub use problem::{Fault, Problem, named};
pub use repository::{Flaw, RepositorySchema};
