//! Schemas: what the API server, a custom resource's definition, a chart or the team would refuse.

pub mod pack;
