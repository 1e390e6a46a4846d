//! `paritylint schema`.

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::write;
use crate::report;

pub(super) fn run() -> Result<Exit, CliError> {
    write::stdout(|out| writeln!(out, "{:#}", report::configuration_schema()))?;
    Ok(Exit::Clean)
}
