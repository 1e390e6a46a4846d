//! Excuses findings: exceptions of the configuration and of comments.

mod apply;
mod entry;
mod inline;
mod matching;

pub use apply::{Applied, Excepted, Outcome, Run, Standing, apply};
pub use entry::{Entry, Notation, Promise};
pub use inline::{Inline, collect_inline};
pub use matching::covers;
