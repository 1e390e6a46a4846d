//! Helm charts of the repository and their values, layered as helm does, with who set each leaf.
//!
//! Templates are not rendered: what a release runs is not known here, what it is told to run is.

mod chart;
mod coalesce;
mod find;
mod merge;
mod open;
mod release;

pub(super) use chart::values;
pub use chart::{Chart, Child, Import, is_part};
pub use coalesce::{Deleted, Effective, Part};
pub use find::Named;
pub use open::may_be_filled_in;
pub use release::{Release, releases};

#[cfg(test)]
mod tests;
