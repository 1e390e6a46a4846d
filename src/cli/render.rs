//! `paritylint render`.

use crate::cli::args::{Color, RenderArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::root::{self, Root};
use crate::cli::{terminal, write};
use crate::config::ConfigError;
use crate::render::{Options, Renderer};
use crate::report;
use crate::source::{Limits, Snapshot};
use crate::syntax::Store;
use crate::text::printable;

pub(super) fn run(args: &RenderArgs) -> Result<Exit, CliError> {
    let directory = root::canonical(&args.directory)?;
    if !directory.is_dir() {
        let message = format!("`{}` is not a directory", args.directory.display());
        return Err(CliError::new(&message, "name the directory that holds the kustomization"));
    }
    let root = Root::around(&directory)?;
    let snapshot = Snapshot::from_work_tree(&root.directory, Limits::default())
        .map_err(|error| CliError::new(&error.to_string(), ""))?;
    let path = root.relative(&directory)?;
    let store = Store::new(&snapshot);
    let options = Options { restricted: !args.unrestricted, partial: args.partial };
    let rendered = Renderer::new(&store, options).render(&path).map_err(|error| {
        let error =
            ConfigError { span: Some(error.span), message: error.message, help: error.help };
        CliError::config(&snapshot, &[error], terminal::error_style(Color::Auto))
    })?;
    for gap in &rendered.gaps {
        write::stderr(&format!("note: left out: {} `{}`\n", gap.what, printable(&gap.detail)));
    }
    let origins = args.origins.then_some(&snapshot);
    write::stdout(|mut out| report::manifests(&rendered.resources, origins, &mut out))?;
    Ok(Exit::Clean)
}
