//! `paritylint units`.

use crate::cli::args::{Color, ListFormat, UnitsArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::rendered::Rendered;
use crate::cli::root::Root;
use crate::cli::{check, write};
use crate::layout::table;
use crate::syntax::Store;

pub(super) fn run(args: &UnitsArgs) -> Result<Exit, CliError> {
    let paths: Vec<_> = args.path.iter().cloned().collect();
    let root = Root::find(&paths, args.config.is_some())?;
    let rendered = Rendered::find(&args.rendered, &root)?;
    let snapshot = rendered.open(&root)?;
    let config = check::load(&snapshot, &root, args.config.as_deref(), Color::Auto)?;
    let store = Store::new(&snapshot);
    let layout = rendered.layout(&store, &config)?;
    write::stdout(|out| match args.format {
        ListFormat::Text => out.write_all(table::text(&layout).as_bytes()),
        ListFormat::Json => writeln!(out, "{:#}", table::json(&layout)),
    })?;
    Ok(Exit::Clean)
}
