//! Schemas: what the API server, a custom resource's definition, a chart or the team would refuse.
//!
//! A [`Schema`] is compiled once and held against values in place; what it refuses comes back as
//! [`Problem`]s at the bytes of the value that somebody wrote. [`pack`] holds the schemas that are
//! built in.

mod compiled;
mod instance;
pub mod pack;
mod problem;
pub mod structural;

pub use compiled::{Documents, Schema, SchemaError};
pub use problem::{Fault, Problem};
