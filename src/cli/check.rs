//! `paritylint check`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::check::{self, Checked};
use crate::cli::args::{CheckArgs, Color, Output};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::cli::root::{self, Root};
use crate::cli::{terminal, write};
use crate::config::Config;
use crate::finding::Level;
use crate::history::History;
use crate::policy::{Policy, Selection};
use crate::report::{self, Options, Report, Style};
use crate::rules::Touched;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{RepoPath, printable};

pub(super) fn run(args: &CheckArgs) -> Result<Exit, CliError> {
    let start = Instant::now();
    if let Some(jobs) = args.jobs {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.get())
            .build_global()
            .map_err(|error| CliError::new(&format!("no threads: {error}"), ""))?;
    }
    let root = Root::find(&args.paths, args.config.is_some())?;
    if !root.in_git && !args.quiet {
        let directory = root.directory.display();
        write::stderr(&format!(
            "note: not a git repository: checking the files below {directory}\n"
        ));
    }
    let progress = Progress::start(!args.no_progress && !args.quiet);
    let snapshot = root.open()?;
    let selection = Selection { select: args.select.clone(), ignore: args.ignore.clone() };
    let (config, policy) =
        prepare(&snapshot, &root, args.config.as_deref(), &selection, args.color)?;
    let store = Store::new(&snapshot);
    let today = args.today.unwrap_or_else(today);
    let history = History::open(&root.directory);
    let mut checked = check::check(&store, &config, &policy, today, &touched(&root), &history);
    checked.restrict(&snapshot, &root.paths);
    if checked.is_empty() && !args.allow_empty {
        return Err(nothing(&root));
    }
    checked.keep_from(args.min_severity.into());
    if args.blame {
        if let Some(why) = history.unknown().filter(|_| !args.quiet) {
            write::stderr(&format!("note: --blame says nothing: {}\n", printable(why)));
        }
        checked.blame(&snapshot, &history, &config);
    }
    drop(progress);
    let report = Report {
        snapshot: &snapshot,
        store: &store,
        outcome: &checked.outcome,
        counts: checked.counts.clone(),
        duration: start.elapsed(),
    };
    for output in &args.output {
        write_file(&report, output, args)?;
    }
    let options = options(args, terminal::output_style(args.color));
    write::stdout(|mut out| report::write(&report, args.format.into(), options, &mut out))?;
    Ok(verdict(&checked, args))
}

/// The configuration and what follows from it, or everything that is wrong with them.
pub(super) fn prepare(
    snapshot: &Snapshot,
    root: &Root,
    explicit: Option<&Path>,
    selection: &Selection,
    color: Color,
) -> Result<(Config, Policy), CliError> {
    let explicit = self::explicit(root, explicit)?;
    let (config, mut errors) = Config::load_what_is_right(snapshot, explicit.as_ref());
    match Policy::new(&config, selection) {
        Ok(policy) if errors.is_empty() => Ok((config, policy)),
        other => {
            errors.extend(other.err().into_iter().flatten());
            errors.sort_by_key(|error| error.span);
            Err(CliError::config(snapshot, &errors, terminal::error_style(color)))
        }
    }
}

/// The paths that were named, as those that somebody is about to change.
fn touched(root: &Root) -> Touched {
    if root.paths.is_empty() { Touched::Everything } else { Touched::Paths(root.paths.clone()) }
}

fn verdict(checked: &Checked, args: &CheckArgs) -> Exit {
    let fail_on: Level = args.fail_on.into();
    let fails = checked.outcome.reported.iter().any(|finding| finding.level >= fail_on);
    let gaps = args.strict && !checked.outcome.not_analysed.is_empty();
    if gaps && !args.quiet {
        let count = checked.outcome.not_analysed.len();
        write::stderr(&format!("error: {count} things were not analysed (--strict)\n"));
    }
    if (fails || gaps) && !args.exit_zero { Exit::Findings } else { Exit::Clean }
}

/// Reads the configuration that lies in the root, or the one that is named.
pub(super) fn load(
    snapshot: &Snapshot,
    root: &Root,
    explicit: Option<&Path>,
    color: Color,
) -> Result<Config, CliError> {
    let explicit = self::explicit(root, explicit)?;
    Config::load(snapshot, explicit.as_ref())
        .map_err(|errors| CliError::config(snapshot, &errors, terminal::error_style(color)))
}

/// The path of the configuration that was named, from the root.
fn explicit(root: &Root, named: Option<&Path>) -> Result<Option<RepoPath>, CliError> {
    named.map(|path| root.relative(&root::canonical(path)?)).transpose()
}

fn options(args: &CheckArgs, style: Style) -> Options {
    let CheckArgs { show_suppressed, verbose, quiet, .. } = *args;
    Options { style, show_suppressed, verbose, quiet }
}

fn write_file(report: &Report<'_>, output: &Output, args: &CheckArgs) -> Result<(), CliError> {
    let style = Style { color: false };
    let write = || {
        let mut file = BufWriter::new(File::create(&output.path)?);
        report::write(report, output.format, options(args, style), &mut file)?;
        file.flush()
    };
    write().map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", output.path.display());
        CliError::new(&message, "name a file in a directory that exists and can be written")
    })
}

pub(super) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn nothing(root: &Root) -> CliError {
    let paths: Vec<_> = root.paths.iter().map(|path| format!("`{path}`")).collect();
    let place =
        if paths.is_empty() { format!("`{}`", root.directory.display()) } else { paths.join(", ") };
    CliError::new(
        &format!("there is nothing to check below {place}"),
        "no YAML file was found; `paritylint units` shows what is looked for, \
         `--allow-empty` accepts it",
    )
}
