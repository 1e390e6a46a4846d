//! Excuses findings: exceptions of the configuration and of comments.

mod apply;
mod inline;
mod matching;

pub use apply::{Applied, Excepted, Outcome, Run, apply};
pub use inline::{Inline, collect_inline};
