//! Findings that were there when somebody began to look: accepted on a day, and never more of them.
//!
//! The file is JSON with one entry on a line, sorted, so that two people who change it seldom meet.

mod apply;
mod entry;
mod read;
mod update;
mod write;

pub use apply::{Applied, Known, Run};
pub use entry::{Baseline, BaselineSchema, Entry};
pub use update::Changes;
