//! The program from outside: what it prints, where, and how it leaves.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read what is written")]

mod bad_input;
mod baseline;
mod changes;
mod check;
mod diff;
mod exceptions;
mod fingerprints;
mod harness;
mod history;
mod markdown;
mod mixed;
mod other_commands;
mod rendered;
mod reports;
mod schemas;
mod secrets;
#[path = "../common/tools.rs"]
mod tools;
