//! `paritylint check`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::baseline::Applied;
use crate::change::{self, Side};
use crate::check::{self, Checked, Job};
use crate::cli::args::{CheckArgs, Color, Output};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::cli::root::Root;
use crate::cli::states::{self, Plan, States};
use crate::cli::{baseline, prefixes, terminal, write};
use crate::config::Config;
use crate::finding::Level;
use crate::policy::{Policy, Selection};
use crate::report::{self, Change, Format, Options, Report, Style};
use crate::rules::Touched;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{RepoPath, printable};

pub(super) fn run(args: &CheckArgs) -> Result<Exit, CliError> {
    one_report_for_each_file(&args.output)?;
    if let Some(jobs) = args.jobs {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.get())
            .build_global()
            .map_err(|error| CliError::new(&format!("no threads: {error}"), ""))?;
    }
    let mut worst = Exit::Clean;
    for plan in states::plans(args)? {
        worst = worst.max(run_plan(args, &plan)?);
    }
    Ok(worst)
}

fn run_plan(args: &CheckArgs, plan: &Plan) -> Result<Exit, CliError> {
    let start = Instant::now();
    let progress = Progress::start(!args.no_progress && !args.quiet);
    let States { root, after, before, note, rendered } = plan.open(args)?;
    let unknown = |path: &&RepoPath| {
        let there = |files: &Snapshot| files.find(path).is_some() || files.is_directory(path);
        !there(&after) && !before.as_ref().is_some_and(|(before, _)| there(before))
    };
    if let Some(path) = root.paths.iter().find(unknown) {
        let help = "name a file or directory that the state before or after the change has";
        return Err(CliError::new(&format!("there is nothing at `{path}`"), help));
    }
    if let Some(note) = note.filter(|_| !args.quiet) {
        write::stderr(&format!("note: {note}\n"));
    }
    let selection = Selection { select: args.select.clone(), ignore: args.ignore.clone() };
    let prepared =
        |files: &Snapshot| prepare(files, &root, args.config.as_deref(), &selection, args.color);
    let (config, policy) = prepared(&after)?;
    let store = Store::new(&after);
    let today = args.today.unwrap_or_else(today);
    let history = plan.history(&root);
    let (mut checked, mut whole, change) = if let Some((before, base)) = &before {
        // A configuration that was broken before tells nothing about the state before.
        let old = prepared(before).ok();
        let (old_config, old_policy) =
            old.as_ref().map_or((&config, &policy), |(config, policy)| (config, policy));
        let old_store = store.beside(before);
        let trailers = plan.trailers(&history);
        let terms = change::Terms {
            trailers: &trailers,
            today,
            least: args.least(),
            whole: args.formats().any(Format::is_whole),
            effects: args.formats().any(Format::wants_effects),
        };
        let known = baseline::known(args, &after, &root, &config)?;
        // A baseline that was broken or absent before knew nothing.
        let old_known = baseline::known(args, before, &root, old_config).unwrap_or_default();
        let baseline = old_known.as_ref();
        let old = Side { store: &old_store, config: old_config, policy: old_policy, baseline };
        let baseline = known.as_ref();
        let new = Side { store: &store, config: &config, policy: &policy, baseline };
        let change::Changed { checked, whole, resolved, known, paths, effects } =
            change::between(old, new, terms);
        let change = Change { base: base.clone(), files: paths.len(), resolved, known, effects };
        (checked, whole, Some(change))
    } else {
        let layout = rendered.layout(&store, &config)?;
        let touched = touched(&root);
        let whole = Job::whole(&store, &config, &policy, &layout, today, &history);
        let job = Job { touched: &touched, ..whole };
        let mut checked = check::check(job);
        checked.keep_from(args.least());
        (checked, None, None)
    };
    if let Some(path) = after.absent().next() {
        return Err(absent(path));
    }
    checked.restrict(&after, &root.paths);
    if checked.is_empty() && change.is_none() && !args.allow_empty {
        // Files of other kinds are named by tools that name whatever has changed.
        let files = |path: &RepoPath| after.find(path).is_some();
        let named = !root.paths.is_empty() && root.paths.iter().all(files);
        if !(args.hook || named) {
            return Err(nothing(&root));
        }
        // No reason to stop a commit.
        if !args.quiet {
            write::stderr("note: no file of an environment is concerned: nothing was checked\n");
        }
    }
    if args.blame {
        if let Some(why) = history.unknown().filter(|_| !args.quiet) {
            write::stderr(&format!("note: --blame says nothing: {}\n", printable(why)));
        }
        checked.blame(&after, &history, &config);
    }
    let around = baseline::Around {
        snapshot: &after,
        root: &root,
        config: &config,
        policy: &policy,
        today,
        whole: change.is_none(),
    };
    let applied = baseline::apply(args, &around, &mut checked, whole.as_mut())?;
    drop(progress);
    let prefixes = prefixes::find(&root.directory);
    let report = Report {
        snapshot: &after,
        store: &store,
        outcome: &checked.outcome,
        whole: whole.as_ref(),
        change: change.as_ref(),
        baseline: applied.as_ref(),
        counts: checked.counts.clone(),
        duration: start.elapsed(),
        prefixes: &prefixes,
    };
    for output in &args.output {
        write_file(&report, output, args)?;
    }
    // What passes a hook passes without a word.
    let silent = args.hook && !args.verbose && checked.outcome.reported.is_empty();
    if !(silent && args.format.is_for_people()) {
        let options = options(args, terminal::output_style(args.color));
        write::stdout(|mut out| report::write(&report, args.format, options, &mut out))?;
    }
    let exit = verdict(&checked, applied.as_ref(), args);
    // The process ends soon; giving back every node of every file takes longer than a small check.
    std::mem::forget(store);
    std::mem::forget((after, before));
    Ok(exit)
}

fn absent(path: &RepoPath) -> CliError {
    CliError::new(
        &format!("the content of `{path}` is not in this clone"),
        "the clone is partial or damaged: fetch it whole (`git fetch --refetch --no-filter`)",
    )
}

/// The configuration and what follows from it, or everything that is wrong with them.
pub(super) fn prepare(
    snapshot: &Snapshot,
    root: &Root,
    explicit: Option<&Path>,
    selection: &Selection,
    color: Color,
) -> Result<(Config, Policy), CliError> {
    let explicit = explicit.map(|path| root.named(path)).transpose()?;
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

fn verdict(checked: &Checked, applied: Option<&Applied>, args: &CheckArgs) -> Exit {
    let fail_on: Level = args.fail_on.into();
    let fails = checked.outcome.reported.iter().any(|finding| finding.level >= fail_on);
    let gaps = args.strict && !checked.outcome.not_analysed.is_empty();
    if gaps && !args.quiet {
        let count = checked.outcome.not_analysed.len();
        let things = if count == 1 { "thing was" } else { "things were" };
        write::stderr(&format!("error: {count} {things} not analysed (--strict)\n"));
    }
    let stale = args.strict && applied.is_some_and(|applied| !applied.stale.is_empty());
    if stale && !args.quiet {
        write::stderr("error: entries of the baseline are stale (--strict)\n");
    }
    if (fails || gaps || stale) && !args.exit_zero { Exit::Findings } else { Exit::Clean }
}

/// Reads the configuration that lies in the root, or the one that is named.
pub(super) fn load(
    snapshot: &Snapshot,
    root: &Root,
    explicit: Option<&Path>,
    color: Color,
) -> Result<Config, CliError> {
    let explicit = explicit.map(|path| root.named(path)).transpose()?;
    Config::load(snapshot, explicit.as_ref())
        .map_err(|errors| CliError::config(snapshot, &errors, terminal::error_style(color)))
}

fn options(args: &CheckArgs, style: Style) -> Options {
    let CheckArgs { show_suppressed, verbose, quiet, .. } = *args;
    Options { style, show_suppressed, verbose, quiet }
}

/// Refuses to write two reports to one file.
fn one_report_for_each_file(outputs: &[Output]) -> Result<(), CliError> {
    let mut seen = BTreeSet::new();
    for Output { path, .. } in outputs {
        // A path that cannot be made absolute cannot be written either, which is told then.
        if !seen.insert(std::path::absolute(path).unwrap_or_else(|_| path.clone())) {
            let message = format!("two reports go to `{}`", path.display());
            return Err(CliError::new(&message, "name another file for each `--output`"));
        }
    }
    Ok(())
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
        "no file of an environment was found; `paritylint units` shows what is looked for, \
         `--allow-empty` accepts it",
    )
}
