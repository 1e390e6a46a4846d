//! `paritylint completions`.

use clap::CommandFactory as _;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::write;

pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "paritylint", &mut script);
    write::stdout(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}
