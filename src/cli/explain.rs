//! `paritylint explain`.

use crate::cli::args::ExplainArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::write;
use crate::config::did_you_mean;
use crate::{report, rules};

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, CliError> {
    let Some(entry) = rules::find(&args.rule) else {
        let message = format!("there is no rule `{}`", args.rule);
        return Err(CliError::new(&message, &did_you_mean(&args.rule, rules::ids())));
    };
    write::stdout(|out| out.write_all(report::explain(entry).as_bytes()))?;
    Ok(Exit::Clean)
}
