//! `--baseline`, `--write-baseline` and `--prune` of `check`.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;

use crate::baseline::{Applied, Baseline, Changes, Run};
use crate::check::Checked;
use crate::cli::args::CheckArgs;
use crate::cli::error::CliError;
use crate::cli::root::Root;
use crate::cli::{terminal, write};
use crate::config::{Config, ConfigError, Located};
use crate::exceptions::Outcome;
use crate::finding::Level;
use crate::policy::Policy;
use crate::source::{Limits, Snapshot};
use crate::text::{FileId, RepoPath, printable};

/// Which findings are known.
#[derive(Debug, Args)]
pub(super) struct BaselineArgs {
    /// The findings that are known and fail nothing, instead of those of `baseline` in the
    /// configuration
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Accept what is found now: write it to a baseline, or add it to one that exists
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "staged", "base", "tree", "hook"])]
    pub(super) write_baseline: Option<PathBuf>,
    /// With --write-baseline: take out what is not found any more, and add nothing
    #[arg(long, requires = "write_baseline",
          conflicts_with_all = ["paths", "select", "ignore", "min_severity"])]
    pub(super) prune: bool,
}

/// What a baseline is read and judged with.
pub(super) struct Around<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) root: &'a Root,
    pub(super) config: &'a Config,
    pub(super) policy: &'a Policy,
    pub(super) today: Date,
    /// Whether the whole repository was checked, and not only a change.
    pub(super) whole: bool,
}

/// Takes out of `checked` what the baseline knows, after writing it where that is asked for.
pub(super) fn apply(
    args: &CheckArgs,
    around: &Around<'_>,
    checked: &mut Checked,
    whole_outcome: Option<&mut Outcome>,
) -> Result<Option<Applied>, CliError> {
    let whole = around.whole && around.root.paths.is_empty() && args.least() == Level::Note;
    let failed = std::mem::take(&mut checked.failed);
    let run = Run { today: around.today, policy: around.policy, failed: &failed, whole };
    let findings = &mut checked.outcome.reported;
    let BaselineArgs { baseline, write_baseline, prune } = &args.baseline;
    let baseline = match (write_baseline, baseline, &around.config.baseline) {
        (Some(file), _, _) => {
            let old = open(file, args)?;
            if *prune && old.is_none() {
                return Err(missing(file));
            }
            let (mut new, text) = old.clone().unwrap_or_default();
            let changes = if *prune {
                new.prune(findings, run)
            } else {
                new.accept(findings, around.snapshot, around.today)
            };
            save(&new, &text, file)?;
            if !args.quiet {
                write::stderr(&told(file, changes, *prune, old.is_none()));
            }
            new
        }
        (None, ..) => match known(args, around.snapshot, around.root, around.config)? {
            Some(baseline) => baseline,
            None => return Ok(None),
        },
    };
    if let Some(outcome) = whole_outcome {
        baseline.apply(&mut outcome.reported, run);
    }
    Ok(Some(baseline.apply(findings, run)))
}

/// The baseline of a state: the one that the command line names, or that its configuration does.
pub(super) fn known(
    args: &CheckArgs,
    snapshot: &Snapshot,
    root: &Root,
    config: &Config,
) -> Result<Option<Baseline>, CliError> {
    match (&args.baseline.baseline, &config.baseline) {
        (Some(file), _) => named(file, args, snapshot, root).map(Some),
        (None, Some(configured)) => self::configured(configured, args, snapshot).map(Some),
        (None, None) => Ok(None),
    }
}

/// The baseline that the command line names: of the snapshot if it is part of it, else from disk.
fn named(
    file: &Path,
    args: &CheckArgs,
    snapshot: &Snapshot,
    root: &Root,
) -> Result<Baseline, CliError> {
    let real = file.canonicalize().map_err(|_error| missing(file))?;
    let inside = root.relative(&real).ok();
    match inside.and_then(|path| snapshot.find(&path)) {
        Some(file) => read(snapshot, file, args),
        None => Ok(open(file, args)?.ok_or_else(|| missing(file))?.0),
    }
}

/// The baseline that the configuration names: part of the snapshot, as the configuration is.
fn configured(
    path: &Located<RepoPath>,
    args: &CheckArgs,
    snapshot: &Snapshot,
) -> Result<Baseline, CliError> {
    let Some(file) = snapshot.find(&path.value) else {
        let error = ConfigError::at(path.span, format!("there is no baseline `{}`", path.value));
        let help = format!("`paritylint check --write-baseline {}` makes one", path.value);
        let style = terminal::error_style(args.color);
        return Err(CliError::config(snapshot, &[error.help(help)], style));
    };
    read(snapshot, file, args)
}

/// The baseline on disk with its text; `None` if there is no such file.
fn open(file: &Path, args: &CheckArgs) -> Result<Option<(Baseline, String)>, CliError> {
    // A repository that is not trusted must not choose what is read, shown or written over.
    if file.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        let message = format!("the baseline `{}` is a symbolic link", file.display());
        return Err(CliError::new(&message, "name the file itself"));
    }
    let Some(snapshot) = Snapshot::from_file(file, Limits::default()) else { return Ok(None) };
    let Some((only, _)) = snapshot.files().next() else { return Ok(None) };
    let baseline = read(&snapshot, only, args)?;
    let text = snapshot.file(only).map_or(String::new(), |source| source.text.to_string());
    Ok(Some((baseline, text)))
}

fn read(snapshot: &Snapshot, file: FileId, args: &CheckArgs) -> Result<Baseline, CliError> {
    let source = snapshot.file(file).map_err(|error| {
        let message = format!("the baseline `{}` is not read: {error}", snapshot.path(file));
        CliError::new(&message, "name a file that `paritylint check --write-baseline` wrote")
    })?;
    Baseline::read(source)
        .map_err(|error| CliError::config(snapshot, &[error], terminal::error_style(args.color)))
}

/// Writes the file, unless it says the same already.
fn save(baseline: &Baseline, before: &str, file: &Path) -> Result<(), CliError> {
    let write = || {
        let text = baseline.text()?;
        if text == before { Ok(()) } else { std::fs::write(file, text) }
    };
    write().map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", file.display());
        CliError::new(&message, "name a file in a directory that exists and can be written")
    })
}

fn missing(file: &Path) -> CliError {
    let message = format!("there is no baseline `{}`", file.display());
    let help = format!("`paritylint check --write-baseline {}` makes one", file.display());
    CliError::new(&message, &help)
}

/// What was written, for people.
fn told(file: &Path, changes: Changes, prune: bool, new: bool) -> String {
    let Changes { added, grown, kept, removed, refused } = changes;
    let file = file.display().to_string();
    let file = printable(&file);
    if prune {
        return format!("baseline {file}: {removed} removed, {kept} kept\n");
    }
    let did = if new { "written" } else { "updated" };
    let grown = if grown > 0 { format!(", {grown} grown") } else { String::new() };
    let note = match refused {
        0 => String::new(),
        1 => "note: 1 finding about exceptions cannot be accepted: mend the exception\n".to_owned(),
        _ => format!("note: {refused} findings about exceptions cannot be accepted: mend them\n"),
    };
    format!("baseline {file} {did}: {added} added{grown}, {kept} kept\n{note}")
}
