//! The field paths of `replacements:` and what is read and written at them.

mod path;
mod source;
mod target;

pub(crate) use source::{SourcePath, part_of};
pub(crate) use target::{TargetOptions, TargetPath};

#[cfg(test)]
mod tests;
