//! `paritylint render`.

use crate::cli::args::{Color, RenderArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::root::{self, Root};
use crate::cli::{unit, write};
use crate::kube::Value;
use crate::render::{Options, RenderError, Renderer, output};
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
    let fail = |error: RenderError| unit::render_error(&snapshot, &error, Color::Auto);
    let rendered = Renderer::new(&store, options).render(&path).map_err(fail)?;
    for gap in &rendered.gaps {
        write::stderr(&format!("note: left out: {} `{}`\n", gap.what, printable(&gap.detail)));
    }
    let origin = |value: &Value| Some(report::origin(&snapshot, value.span()));
    let origins: Option<output::Origins<'_>> = if args.origins { Some(&origin) } else { None };
    let text = output::write(&rendered.resources, origins).map_err(fail)?;
    write::stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Clean)
}
