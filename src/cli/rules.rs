//! `paritylint rules`.

use crate::cli::args::{ListFormat, RulesArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::write;
use crate::report;

pub(super) fn run(args: &RulesArgs) -> Result<Exit, CliError> {
    write::stdout(|out| match args.format {
        ListFormat::Text => out.write_all(report::rules_text().as_bytes()),
        ListFormat::Json => writeln!(out, "{:#}", report::rules_json()),
    })?;
    Ok(Exit::Clean)
}
