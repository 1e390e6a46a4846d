//! `paritylint schema`.

use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::write;
use crate::report;

pub(super) fn run(args: &SchemaArgs) -> Result<Exit, CliError> {
    let schema = match args.of {
        SchemaOf::Configuration => report::configuration_schema(),
        SchemaOf::Baseline => report::baseline_schema(),
        SchemaOf::Exceptions => report::exceptions_schema(),
    };
    write::stdout(|out| writeln!(out, "{schema:#}"))?;
    Ok(Exit::Clean)
}
