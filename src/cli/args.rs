//! Commands and flags: parsing only.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;

use crate::cli::baseline::BaselineArgs;
use crate::config::parse_date;
use crate::finding::Level;
use crate::report::{Format, ListStyle};

/// Finds unintended differences between the environments of a GitOps repository
#[derive(Debug, Parser)]
#[command(
    name = "paritylint",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command, `check` runs.\n\n\
                  Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 usage, configuration, \
                  or nothing to check."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) check: CheckArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check a repository (the default)
    Check(CheckArgs),
    /// Print two environments of a unit side by side
    Diff(DiffArgs),
    /// Print what a directory renders to
    Render(RenderArgs),
    /// Print the units, environments and variants that were found, and why
    Units(UnitsArgs),
    /// List all exceptions by owner and date, or add one
    Exceptions(ExceptionsArgs),
    /// List all rules
    Rules(RulesArgs),
    /// Explain a rule
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the JSON schema of the configuration, of files with exceptions, or of baselines
    Schema(SchemaArgs),
}

/// What `check` takes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  paritylint check\n  \
                        paritylint check apps/orders --min-severity warning\n  \
                        paritylint check --staged\n  \
                        paritylint check --base origin/main\n  \
                        paritylint check --tree v1.4.0\n  \
                        paritylint check --rendered staging=out/staging \\\n    \
                        --rendered production=out/production\n  \
                        paritylint check --select parity,exception-expired --fail-on warning\n  \
                        paritylint check --format concise --output json=report.json \\\n    \
                        --output sarif=paritylint.sarif\n  \
                        paritylint check --write-baseline paritylint-baseline.json\n  \
                        paritylint check --baseline paritylint-baseline.json")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct CheckArgs {
    /// Report only what concerns these paths; the whole repository is looked at all the same
    pub(super) paths: Vec<PathBuf>,
    /// Check what is staged: report only what it brings, compared with the last commit
    #[arg(long, conflicts_with_all = ["base", "tree", "hook", "rendered"], help_heading = "Changes")]
    pub(super) staged: bool,
    /// Report only what changed since this branch or commit (its merge base with `--tree` or HEAD)
    #[arg(long, value_name = "REV", conflicts_with_all = ["hook", "rendered"], help_heading = "Changes")]
    pub(super) base: Option<String>,
    /// The files to check: `worktree`, `index`, or a commit
    #[arg(long, value_name = "TREE", conflicts_with_all = ["hook", "rendered"], help_heading = "Changes")]
    pub(super) tree: Option<String>,
    /// Find out what the git hook, pre-commit or prek that runs this is about, and check that
    #[arg(long, conflicts_with = "rendered", help_heading = "Changes")]
    pub(super) hook: bool,
    #[command(flatten)]
    pub(super) rendered: RenderedArgs,
    /// The configuration, instead of `paritylint.toml` in the root
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Run only these rules or families
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Do not run these rules or families
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Report nothing below this level; without it `note`, and `warning` with --hook
    #[arg(long, value_name = "LEVEL")]
    pub(super) min_severity: Option<Severity>,
    /// The level from which on findings make the command fail
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    pub(super) fail_on: Severity,
    /// How to print findings
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub(super) format: Format,
    /// Write a report to a file as well; may be given several times
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_output)]
    pub(super) output: Vec<Output>,
    /// Print findings that an exception covers or the baseline knows, too
    #[arg(long)]
    pub(super) show_suppressed: bool,
    #[command(flatten)]
    pub(super) baseline: BaselineArgs,
    /// Say of every finding which commit last changed its line
    #[arg(long)]
    pub(super) blame: bool,
    /// The day on which exceptions are judged, instead of today (UTC)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(super) today: Option<Date>,
    /// Fail when something could not be analysed, or an entry of the baseline is stale
    #[arg(long)]
    pub(super) strict: bool,
    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Accept a repository with nothing to check
    #[arg(long)]
    pub(super) allow_empty: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Show no progress
    #[arg(long)]
    pub(super) no_progress: bool,
    /// Print findings only
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// List everything that was not analysed, and the fingerprint of every finding
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Threads to use; all cores without it
    #[arg(short, long, value_name = "N")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,
}

impl CheckArgs {
    /// The lowest level that is reported.
    pub(super) fn least(&self) -> Level {
        let own = if self.hook { Severity::Warning } else { Severity::Note };
        self.min_severity.unwrap_or(own).into()
    }

    /// Every format in which a report is wanted.
    pub(super) fn formats(&self) -> impl Iterator<Item = Format> {
        std::iter::once(self.format).chain(self.output.iter().map(|output| output.format))
    }
}

/// Manifests that were rendered elsewhere.
#[derive(Debug, Args)]
pub(super) struct RenderedArgs {
    /// Manifests of an environment that a pipeline rendered, with `helm template` or anything else:
    /// they are compared and validated too; may be given several times
    #[arg(long, value_name = "ENVIRONMENT[/VARIANT]=DIR", value_parser = parse_rendered)]
    pub(super) rendered: Vec<RenderedArg>,
}

/// A directory with the manifests of one environment.
#[derive(Debug, Clone)]
pub(super) struct RenderedArg {
    pub(super) environment: String,
    pub(super) variant: Option<String>,
    pub(super) directory: PathBuf,
}

fn parse_rendered(text: &str) -> Result<RenderedArg, String> {
    let usage = || "write it as ENVIRONMENT=DIR, for example production=out/production".to_owned();
    let (name, directory) = text.split_once('=').ok_or_else(usage)?;
    let (environment, variant) =
        name.split_once('/').map_or((name, None), |(name, variant)| (name, Some(variant)));
    if environment.is_empty() || variant == Some("") || directory.is_empty() {
        return Err(usage());
    }
    Ok(RenderedArg {
        environment: environment.to_owned(),
        variant: variant.map(str::to_owned),
        directory: directory.into(),
    })
}

/// What `diff` takes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  paritylint diff apps/orders\n  \
                        paritylint diff apps/orders staging production\n  \
                        paritylint diff apps/orders staging/eu-west-1 production/eu-west-1\n  \
                        paritylint diff apps/orders --format json\n\n\
                        Exit codes: 0 done; 1 with --exit-code if there are differences; 2 usage, \
                        configuration, or an overlay that cannot be rendered.")]
pub(super) struct DiffArgs {
    /// The unit, as `paritylint units` prints it, or the end of its name
    pub(super) unit: String,
    /// The environments, each with its variant where it has any: `ENV/VARIANT`. Without them the
    /// highest environment and its reference; one alone is compared with its reference
    #[arg(value_name = "ENVIRONMENT", num_args = 0..=2)]
    pub(super) environments: Vec<String>,
    /// The repository, instead of the one around the current directory
    #[arg(short = 'C', long, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
    #[command(flatten)]
    pub(super) rendered: RenderedArgs,
    /// The configuration, instead of `paritylint.toml` in the root
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ListFormat,
    /// Exit with 1 if there are differences
    #[arg(long)]
    pub(super) exit_code: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

/// What `render` takes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        paritylint render apps/orders/overlays/production --origins\n  \
                        paritylint render apps/orders production\n  \
                        paritylint render apps/orders production/eu-west-1 --origins")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct RenderArgs {
    /// The directory with the kustomization, or what else an overlay is made of; with an
    /// environment the unit, as `paritylint units` prints it, or the end of its name
    #[arg(value_name = "PATH|UNIT")]
    pub(super) target: PathBuf,
    /// The environment of the unit, with its variant where it has any: `ENV/VARIANT`
    pub(super) environment: Option<String>,
    /// Say beside every value which file and line set it
    #[arg(long)]
    pub(super) origins: bool,
    /// Print the secrets in values, variables and configuration too; those of objects always are
    #[arg(long)]
    pub(super) show_secrets: bool,
    /// Allow files outside of the kustomization's own directory, inside the repository; always
    /// allowed in a unit's overlay
    #[arg(long)]
    pub(super) unrestricted: bool,
    /// Leave out what cannot be rendered here, such as remote bases; always left out of a unit's
    /// overlay
    #[arg(long)]
    pub(super) partial: bool,
    /// The repository of the unit, instead of the one around the current directory
    #[arg(short = 'C', long, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
    /// The configuration, instead of `paritylint.toml` in the root
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// What `units` takes.
#[derive(Debug, Args)]
pub(super) struct UnitsArgs {
    /// The repository
    pub(super) path: Option<PathBuf>,
    #[command(flatten)]
    pub(super) rendered: RenderedArgs,
    /// The configuration, instead of `paritylint.toml` in the root
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ListFormat,
}

/// What `exceptions` takes.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  paritylint exceptions --expiring 30d\n  \
                  paritylint exceptions --owner @nordwerk/team-orders --format markdown\n  \
                  paritylint exceptions add 3f2a91c0 --owner @nordwerk/team-orders \\\n    \
                  --until 2027-01-31 --reason \"the new ERP comes in January\""
)]
pub(super) struct ExceptionsArgs {
    #[command(subcommand)]
    pub(super) command: Option<ExceptionsCommand>,
    /// The repository
    pub(super) path: Option<PathBuf>,
    /// The configuration, instead of `paritylint.toml` in the root
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Only those that have ended or end within so many days
    #[arg(long, value_name = "DAYS", value_parser = parse_days)]
    pub(super) expiring: Option<u16>,
    /// Only those of this owner
    #[arg(long, value_name = "OWNER")]
    pub(super) owner: Option<String>,
    /// The day from which days are counted, instead of today (UTC)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(super) today: Option<Date>,
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: InventoryFormat,
}

#[derive(Debug, Subcommand)]
pub(super) enum ExceptionsCommand {
    /// Write an exception for a finding
    Add(AddArgs),
}

/// What `exceptions add` takes.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The finding's fingerprint, or how it begins; `paritylint check -v` prints it
    pub(super) fingerprint: String,
    /// Who answers for it, as in CODEOWNERS
    #[arg(long, value_name = "OWNER")]
    pub(super) owner: String,
    /// The last day on which it holds, in UTC
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(super) until: Date,
    /// Why the difference is there
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: String,
    /// Where it was agreed
    #[arg(long, value_name = "TICKET")]
    pub(super) ticket: Option<String>,
    /// The file that gets the entry, instead of the configuration; one of `exceptions.files`
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) rendered: RenderedArgs,
    /// The configuration, instead of `paritylint.toml` in the root
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The day on which it is agreed, instead of today (UTC)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(super) today: Option<Date>,
}

/// What `schema` takes.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which schema
    #[arg(default_value = "configuration")]
    pub(super) of: SchemaOf,
}

/// A file that has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SchemaOf {
    /// `paritylint.toml`
    Configuration,
    /// The files of `exceptions.files`
    Exceptions,
    /// The file of `--baseline`
    Baseline,
}

/// What `rules` takes.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ListFormat,
}

/// What `explain` takes.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  paritylint explain mutable-image")]
pub(super) struct ExplainArgs {
    /// The rule's name
    pub(super) rule: String,
}

/// What `completions` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  paritylint completions bash > /etc/bash_completion.d/paritylint"
)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: Shell,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// Text for people, or JSON.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Json,
}

/// A way to print the list of exceptions.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum InventoryFormat {
    Text,
    Json,
    Markdown,
}

impl From<InventoryFormat> for ListStyle {
    fn from(format: InventoryFormat) -> Self {
        match format {
            InventoryFormat::Text => Self::Text,
            InventoryFormat::Json => Self::Json,
            InventoryFormat::Markdown => Self::Markdown,
        }
    }
}

/// A level of findings.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Severity {
    Note,
    Warning,
    Error,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::Note,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

/// A report that is written to a file.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) path: PathBuf,
}

fn parse_output(text: &str) -> Result<Output, String> {
    let (format, path) =
        text.split_once('=').ok_or("write it as FORMAT=PATH, for example json=report.json")?;
    let format = Format::from_str(format, false).map_err(|_unknown| {
        let known = Format::value_variants().iter().filter_map(Format::to_possible_value);
        let known: Vec<_> = known.map(|value| value.get_name().to_owned()).collect();
        format!("unknown format `{format}`: one of {}", known.join(", "))
    })?;
    if path.is_empty() {
        return Err("the path is missing".to_owned());
    }
    Ok(Output { format, path: path.into() })
}

/// `30d`, `6w` or `30`.
fn parse_days(text: &str) -> Result<u16, String> {
    let (number, factor) = match text.strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (text.strip_suffix('d').unwrap_or(text), 1),
    };
    let days = number.parse::<u16>().ok().and_then(|number| number.checked_mul(factor));
    days.ok_or_else(|| "write a number of days or weeks, for example 30d or 6w".to_owned())
}
