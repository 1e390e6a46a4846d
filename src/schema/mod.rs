//! Schemas: what the API server, a custom resource's definition, a chart or the team would refuse.
//!
//! A [`Schema`] is compiled once and held against values in place; what it refuses comes back as
//! [`Problem`]s at the bytes of the value that somebody wrote.

mod compiled;
mod instance;
mod problem;

pub use compiled::{Documents, Schema, SchemaError};
pub use problem::{Fault, Problem};
