//! Helm charts of the repository and their values, layered as helm does, with who set each leaf.
//!
//! Templates are not rendered: what a release runs is not known here, what it is told to run is.

mod argocd;
mod chart;
mod charts;
mod coalesce;
mod document;
mod environment;
mod find;
mod flux;
mod helmfile;
mod home;
mod inflated;
mod inflation;
mod merge;
mod open;
mod reads;
mod release;
pub(super) mod set;
mod shared;
mod told;
mod unread;

use crate::layout::Layout;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::RepoPath;

pub(super) use argocd::{source, told as told_by};
pub(super) use document::rendered;
pub(super) use environment::rendered as of_helmfile;
pub(super) use inflated::add as add_inflated;

pub use chart::{Chart, Child, Import};
pub use charts::Charts;
pub use coalesce::{Deleted, Effective, Part};
pub use find::Named;
pub use flux::add_releases;
pub use inflation::Inflated;
pub(crate) use merge::stack;
pub use open::may_be_filled_in;
pub use release::{Release, releases};
pub(super) use set::keys_of;
pub use unread::Unread;

/// Whether a file has a say in what several units tell their charts, or in what these are.
pub fn is_part(snapshot: &Snapshot, path: &RepoPath) -> bool {
    chart::is_part(snapshot, path) || shared::is_shared(path) || told::is_source(snapshot, path)
}

/// Whether a file describes a chart.
pub fn describes(path: &RepoPath) -> bool {
    path.file_name() == chart::CHART_FILE
}

/// What charts and values are looked for in.
#[derive(Debug, Clone, Copy)]
pub struct Helm<'h> {
    /// The files.
    pub store: &'h Store<'h>,
    /// The charts among them.
    pub charts: &'h Charts,
    /// The units and environments.
    pub layout: &'h Layout,
}

#[cfg(test)]
mod tests;
