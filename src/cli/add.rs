//! `paritylint exceptions add`: the only command that writes into the repository.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use jiff::civil::Date;

use crate::check::{self, Checked, Job};
use crate::cli::args::{AddArgs, Color};
use crate::cli::check::{prepare, today};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::rendered::Rendered;
use crate::cli::root::{Root, canonical};
use crate::cli::write;
use crate::config::{Config, Exception, FILE_NAMES, Terms, is_registry, nearest, parse_registry};
use crate::exceptions::{Entry, Notation, Promise, covers};
use crate::finding::{Family, Finding};
use crate::history::History;
use crate::owners::CodeOwners;
use crate::policy::Selection;
use crate::report;
use crate::rules::refusal;
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, printable};

pub(super) fn run(args: &AddArgs) -> Result<Exit, CliError> {
    let root = Root::find(&[], args.config.is_some())?;
    let beside = Rendered::find(&args.rendered, &root)?;
    let snapshot = beside.open(&root)?;
    let selection = Selection::default();
    let (config, policy) =
        prepare(&snapshot, &root, args.config.as_deref(), &selection, Color::Auto)?;
    let today = args.today.unwrap_or_else(today);
    let store = Store::new(&snapshot);
    let layout = beside.layout(&store, &config)?;
    let history = History::open(&root.directory);
    let checked = check::check(Job::whole(&store, &config, &policy, &layout, today, &history));
    let finding = find(&checked, &args.fingerprint)?;
    agree(args, &config, &snapshot, finding, today)?;
    let promise = Promise {
        owner: args.owner.clone(),
        reason: args.reason.clone(),
        ticket: args.ticket.clone(),
        created: today,
        retire_by: args.until,
    };
    let entry = Entry::for_finding(finding, &promise, &snapshot);
    let target = Target::choose(&root, &snapshot, &config, args.file.as_deref())?;
    let (text, exception) = target.extended(&snapshot, &entry)?;
    let covered = |finding: &Finding| covers(&exception, finding, &layout, &snapshot);
    if !covered(finding) {
        let message =
            format!("no exception can be written that covers `{}`", finding.fingerprint());
        return Err(CliError::new(&message, "write one by hand; see docs/exceptions.md"));
    }
    target.write(&root, &text)?;
    let line = line_of(&text, &exception);
    let shown = entry.text(target.notation);
    write::stdout(|out| {
        writeln!(out, "{}:{line}\n", printable(target.path.as_str()))?;
        out.write_all(shown.as_bytes())
    })?;
    let others = checked.outcome.reported.iter().filter(|other| covered(other)).count() - 1;
    if others > 0 {
        write::stderr(&format!("note: it covers {others} more findings of the same rule\n"));
    }
    let expired = checked.outcome.exceptions.iter().find(|standing| {
        standing.exception.is_expired(today) && standing.covers.contains(&finding.primary())
    });
    if let Some(old) = expired {
        let place = report::origin(&snapshot, old.exception.span);
        write::stderr(&format!("note: the one at {place} has ended: delete it\n"));
    }
    Ok(Exit::Clean)
}

/// The finding whose fingerprint begins so.
fn find<'c>(checked: &'c Checked, prefix: &str) -> Result<&'c Finding, CliError> {
    let prefix = prefix.trim_start_matches('#').to_lowercase();
    let all: BTreeMap<String, &Finding> =
        checked.outcome.reported.iter().map(|finding| (finding.fingerprint(), finding)).collect();
    let whole = all.contains_key(&prefix);
    let means = |name: &str| {
        if whole { name == prefix } else { !prefix.is_empty() && name.starts_with(&prefix) }
    };
    let matching: Vec<_> = all.iter().filter(|(name, _)| means(name)).collect();
    match matching[..] {
        [(_, finding)] if finding.family == Family::Exceptions => {
            let message =
                format!("`{}` is about an exception and cannot be excepted", finding.rule);
            Err(CliError::new(&message, finding.help.as_deref().unwrap_or_default()))
        }
        [(_, finding)] => Ok(finding),
        [] => {
            let mut excepted = checked.outcome.excepted.iter();
            if excepted.any(|entry| entry.finding.fingerprint().starts_with(&prefix)) {
                let message = format!("an exception already covers the finding `{prefix}`");
                return Err(CliError::new(&message, "`paritylint exceptions` lists it"));
            }
            let help = match nearest(&prefix, all.keys().map(String::as_str)) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "`paritylint check -v` prints the fingerprint of every finding".to_owned(),
            };
            Err(CliError::new(
                &format!("there is no finding with the fingerprint `{prefix}`"),
                &help,
            ))
        }
        _ => {
            let names: Vec<_> =
                matching.iter().take(5).map(|(name, _)| format!("`{name}`")).collect();
            let message = format!("{} fingerprints begin with `{prefix}`", matching.len());
            Err(CliError::new(&message, &format!("give more of it: {}", names.join(", "))))
        }
    }
}

/// Whether an exception may be granted on these terms.
fn agree(
    args: &AddArgs,
    config: &Config,
    snapshot: &Snapshot,
    finding: &Finding,
    today: Date,
) -> Result<(), CliError> {
    for (name, text) in [("--owner", &args.owner), ("--reason", &args.reason)] {
        if text.trim().is_empty() {
            return Err(CliError::new(&format!("`{name}` is empty"), "say who answers, and why"));
        }
    }
    let until = args.until;
    if until < today {
        let message = format!("`--until {until}` is past");
        return Err(CliError::new(&message, &format!("today is {today} (UTC)")));
    }
    let most = config.terms.max_days;
    if most > 0 && (until - today).get_days() > i32::from(most) {
        let latest = latest(today, &config.terms);
        let message = format!("`--until {until}` is more than {most} days from now");
        let help =
            format!("the latest day is {latest}; `exceptions.max-days` in the configuration");
        return Err(CliError::new(&message, &help));
    }
    let codeowners = CodeOwners::find(snapshot);
    let place = [finding.primary()];
    match refusal(&args.owner, &config.owners, codeowners.as_ref(), &place, snapshot) {
        Some(refused) => Err(CliError::new(&refused.message, &refused.help)),
        None => Ok(()),
    }
}

fn latest(today: Date, terms: &Terms) -> Date {
    today.saturating_add(jiff::Span::new().days(terms.max_days))
}

/// The file that gets the entry.
struct Target {
    path: RepoPath,
    /// The file, if it is there.
    file: Option<FileId>,
    notation: Notation,
}

impl Target {
    /// The file that is named, or the configuration; in both cases one that is read.
    fn choose(
        root: &Root,
        snapshot: &Snapshot,
        config: &Config,
        named: Option<&Path>,
    ) -> Result<Self, CliError> {
        let own = match (&config.path, FILE_NAMES) {
            (Some(path), _) => path.clone(),
            (None, [name, ..]) => root.relative(&root.directory.join(name))?,
            (None, []) => RepoPath::root(),
        };
        let path = match named {
            None => own.clone(),
            Some(named) => below(root, named)?,
        };
        // A link inside the root is followed; what git ignores, or leads out, is not read.
        let file = snapshot.find(&path);
        let path = file.map_or(path, |file| snapshot.path(file).clone());
        if path != own && !is_registry(&config.terms, &path) {
            let message = format!("`{path}` is not read");
            let help = format!("add it to `files` under `[exceptions]` in `{own}`");
            return Err(CliError::new(&message, &help));
        }
        let notation = match path.extension().as_str() {
            "toml" if path == own => Notation::Configuration,
            "toml" => Notation::Toml,
            _ => Notation::Yaml,
        };
        Ok(Self { path, file, notation })
    }

    /// The text of the file with the entry, and the entry as it is read back.
    fn extended(
        &self,
        snapshot: &Snapshot,
        entry: &Entry,
    ) -> Result<(String, Exception), CliError> {
        let refuse = |why: &str| {
            let message = format!("`{}` cannot be extended: {why}", self.path);
            CliError::new(&message, &format!("add this by hand:\n{}", entry.text(self.notation)))
        };
        let old = match self.file.map(|file| snapshot.file(file)).transpose() {
            Ok(source) => source.map(|source| &*source.text).unwrap_or_default(),
            Err(error) => return Err(refuse(&error.to_string())),
        };
        let text = entry
            .added_to(old, self.notation)
            .ok_or_else(|| refuse("it has no list with one entry below the other"))?;
        let file = self.file.unwrap_or(FileId(0));
        let read = match self.notation {
            Notation::Configuration => Config::parse(file, &text).map(|config| config.exceptions),
            Notation::Toml | Notation::Yaml => parse_registry(file, &self.path, &text),
        };
        match read.map(|mut exceptions| exceptions.pop()) {
            Ok(Some(exception)) => Ok((text, exception)),
            Ok(None) => Err(refuse("the entry would not be read")),
            Err(errors) => {
                Err(refuse(&errors.first().map(ToString::to_string).unwrap_or_default()))
            }
        }
    }

    /// Writes the file: inside the root, and nothing but a regular file.
    fn write(&self, root: &Root, text: &str) -> Result<(), CliError> {
        let refuse =
            |why: &str| CliError::new(&format!("`{}` cannot be written: {why}", self.path), "");
        let target = root.directory.join(self.path.as_str());
        let parent = target.parent().and_then(|parent| parent.canonicalize().ok());
        if !parent.is_some_and(|parent| parent.starts_with(&root.directory)) {
            return Err(refuse("its directory does not lie in the repository"));
        }
        match (self.file, target.symlink_metadata()) {
            (Some(_), Ok(found)) if found.is_file() => {}
            (None, Err(_missing)) => {}
            _ => return Err(refuse("git ignores it, or it is a link that leads elsewhere")),
        }
        let mut file = File::create(&target).map_err(|error| refuse(&error.to_string()))?;
        file.write_all(text.as_bytes()).map_err(|error| refuse(&error.to_string()))
    }
}

/// A path of the command line, which need not be there yet, from the root.
fn below(root: &Root, named: &Path) -> Result<RepoPath, CliError> {
    let parent = named.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = canonical(parent.unwrap_or(Path::new(".")))?;
    root.relative(&named.file_name().map_or(parent.clone(), |name| parent.join(name)))
}

/// The line on which the exception begins.
fn line_of(text: &str, exception: &Exception) -> usize {
    let before = text.get(..exception.span.range().start).unwrap_or_default();
    before.matches('\n').count() + 1
}
