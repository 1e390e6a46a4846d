//! `paritylint exceptions`.

use crate::check::{self, Job};
use crate::cli::args::{Color, ExceptionsArgs, ExceptionsCommand};
use crate::cli::check::{prepare, today};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::root::Root;
use crate::cli::{add, write};
use crate::history::History;
use crate::policy::Selection;
use crate::report::{Inventory, Wanted};
use crate::suppressions;
use crate::syntax::Store;

pub(super) fn run(args: &ExceptionsArgs) -> Result<Exit, CliError> {
    if let Some(ExceptionsCommand::Add(args)) = &args.command {
        return add::run(args);
    }
    let paths: Vec<_> = args.path.iter().cloned().collect();
    let root = Root::find(&paths, args.config.is_some())?;
    let snapshot = root.open()?;
    let (config, policy) =
        prepare(&snapshot, &root, args.config.as_deref(), &Selection::default(), Color::Auto)?;
    let store = Store::new(&snapshot);
    let today = args.today.unwrap_or_else(today);
    let layout = check::layout(&store, &config);
    let history = History::open(&root.directory);
    let checked = check::check(Job::whole(&store, &config, &policy, &layout, today, &history));
    let wanted = Wanted { within: args.expiring, owner: args.owner.clone() };
    let standings = &checked.outcome.exceptions;
    let marks = suppressions::collect(&store, &config.exclude, |_| true);
    let inventory = Inventory::new(&snapshot, standings, &marks, today, &config.terms, &wanted);
    write::stdout(|out| inventory.write(args.format.into(), out))?;
    Ok(Exit::Clean)
}
