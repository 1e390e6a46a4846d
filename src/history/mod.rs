//! What git knows: which commit brought a line or a value, and how long production has lagged.
//!
//! Everything is answered from objects that are there: no process, no network. What the history at hand
//! does not tell is said to be unknown, never guessed.

mod blame;
mod change;
mod question;
mod repository;
mod told;
mod trailers;
mod trees;
mod waiting;
mod walk;

pub use blame::blame;
pub use repository::History;
pub use waiting::{Since, Waiting};

#[cfg(test)]
mod tests;
