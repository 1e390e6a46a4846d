//! The `paritylint` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    paritylint::cli::run(std::env::args_os())
}
