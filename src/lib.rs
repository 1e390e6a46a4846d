//! paritylint: finds unintended differences between the environments of a GitOps repository.
//!
//! The flow goes one way: `source` reads bytes, `syntax` makes spanned trees, `layout` finds
//! environments and units, `render` works out what each environment runs, `compare` aligns them,
//! `rules` judge, `exceptions` excuse, `baseline` knows what was there
//! before, `report` prints. `docs/design.md` has the whole picture.

pub mod baseline;
pub mod change;
pub mod check;
pub mod cli;
pub mod compare;
pub mod config;
pub mod exceptions;
pub mod finding;
pub mod history;
pub mod kube;
pub mod layout;
pub mod owners;
pub mod policy;
pub mod references;
pub mod render;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod suppressions;
pub mod syntax;
pub mod text;
pub mod validation;
