//! The command line: parses, runs, and turns the result into an exit code.

mod add;
mod args;
mod baseline;
mod check;
mod completions;
mod diff;
mod error;
mod exceptions;
mod exit;
mod explain;
mod prefixes;
mod progress;
mod push;
mod render;
mod rendered;
mod root;
mod rules;
mod schema;
mod states;
mod terminal;
mod unit;
mod units;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::args::{Cli, Command};
use crate::cli::exit::Exit;

/// Runs the program with its arguments, the first of which is its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is the reader's choice.
            let _ = error.print();
            return if error.use_stderr() { Exit::Failure } else { Exit::Clean }.into();
        }
    };
    let result = match cli.command {
        None => check::run(&cli.check),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Diff(args)) => diff::run(&args),
        Some(Command::Render(args)) => render::run(&args),
        Some(Command::Units(args)) => units::run(&args),
        Some(Command::Exceptions(args)) => exceptions::run(&args),
        Some(Command::Rules(args)) => rules::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Schema(args)) => schema::run(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            write::stderr(&error.to_string());
            Exit::Failure.into()
        }
    }
}
