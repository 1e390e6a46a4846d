//! What the API server refuses although the schema of the kind takes it.
//!
//! The schemas say which fields there are, of which type, and which words a field takes. Which
//! numbers and names it takes, and what has to fit together, stands in the API reference and in
//! the server's own checks. The tables here hold what all known versions of Kubernetes refuse; above
//! each row stands what the reference says. What is filled in later is not judged.

mod access;
mod at;
mod autoscaling;
mod containers;
mod data;
mod forms;
mod kinds;
mod metadata;
mod network;
mod pods;
mod resources;
mod rule;
mod schedule;
mod selectors;
mod services;
mod storage;
#[cfg(test)]
mod tests;
mod volumes;
mod webhooks;
mod workloads;

pub(super) use kinds::{field, whole};
