//! The tables of the configuration.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::config::constraint::Constraint;
use crate::config::exception::{Exception, RawException};
use crate::config::glob::Glob;
use crate::config::kubernetes::{KubernetesVersions, VersionsSchema};
use crate::config::observability::Observability;
use crate::config::path_pattern::PathPattern;
use crate::config::reader::Located;
use crate::config::team::{RawTeamSchema, TeamSchema};
use crate::finding::Level;
use crate::text::{RepoPath, Span};

/// The whole configuration; everything is optional.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file that it was read from.
    pub path: Option<RepoPath>,
    /// Paths that are not checked.
    pub exclude: Vec<Glob>,
    /// The file with findings that were accepted.
    pub baseline: Option<Located<RepoPath>>,
    /// Environments in promotion order, instead of the built-in words; empty for the latter.
    pub environments: Vec<Located<Names>>,
    /// Units that discovery does not find.
    pub units: Vec<Located<UnitEntry>>,
    /// Environments that are compared with another one than the one before them.
    pub compare: Vec<Located<Override>>,
    /// Texts that stand for each other.
    pub substitutions: Vec<Substitution>,
    /// Values that may differ.
    pub parameters: Vec<Located<Parameter>>,
    /// Built-in permissions that are switched on or off, by name.
    pub built_in: BTreeMap<String, bool>,
    /// Differences that somebody answers for, those of other files included.
    pub exceptions: Vec<Exception>,
    /// The terms on which exceptions are granted.
    pub terms: Terms,
    /// Levels and options of rules, by id.
    pub rules: BTreeMap<String, RuleSetting>,
    /// What the team says of its files itself.
    pub schemas: Vec<TeamSchema>,
    /// Who may own an exception.
    pub owners: Owners,
    /// What has to be known of the programs of an environment.
    pub observability: Observability,
    /// How far the history of git is looked into.
    pub history: HistoryBudget,
    /// The version of Kubernetes that environments run.
    pub kubernetes: KubernetesVersions,
    /// Directories with schemas of kinds, named as kubeconform names them.
    pub kubernetes_schemas: Vec<Located<RepoPath>>,
}

impl Config {
    /// Whether a built-in permission or noise rule is in force.
    pub fn is_on(&self, built_in: &str) -> bool {
        self.built_in.get(built_in) != Some(&false)
    }
}

/// An environment and the words that mean it.
#[derive(Debug, Clone)]
pub struct Names {
    /// Its name.
    pub name: String,
    /// The words that mean it in paths and names.
    pub words: Vec<String>,
}

/// A unit that discovery does not find
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Unit")]
pub struct UnitEntry {
    /// Its name in reports
    pub name: String,
    /// The path of its overlays with `{env}` for the environment
    pub template: String,
}

/// An environment that is compared with another one than the one before it
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Compare")]
pub struct Override {
    /// The environment that is judged
    pub environment: String,
    /// The environment that it is compared with
    pub reference: String,
}

/// Texts that stand for each other, by environment.
#[derive(Debug, Clone)]
pub struct Substitution {
    /// Where it stands.
    pub span: Span,
    /// The text of each environment.
    pub texts: BTreeMap<String, String>,
}

/// Values that may differ between environments, and how far
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Parameter {
    /// Keys from the top of the object, separated by dots; list elements as `[name=api]` or
    /// `[*]`; `*` is any one step, `**` any number of steps
    pub path: PathPattern,
    /// The kind of the objects; all kinds without it
    pub kind: Option<String>,
    /// Names of units, as a glob; all units without it
    pub unit: Option<Glob>,
    /// The environments that it holds for; all without it
    #[serde(default)]
    pub environments: Vec<String>,
    /// What must hold for the values
    pub constraint: Constraint,
    /// Why they differ
    pub reason: Option<String>,
}

/// What the configuration says about one rule.
#[derive(Debug, Clone)]
pub struct RuleSetting {
    /// The name's place.
    pub span: Span,
    /// The level, if it is set.
    pub level: Option<Level>,
    /// Options for the rule to read.
    pub options: toml::Table,
    /// Where the level and the options stand.
    pub value_span: Span,
}

/// Who may own an exception
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Owners {
    /// Names, as globs; without it CODEOWNERS decides, and without that everybody may
    #[serde(default)]
    pub allowed: Vec<Glob>,
    /// What CODEOWNERS must say of an owner
    pub codeowners: Option<Ownership>,
}

/// What CODEOWNERS must say of the owner of an exception
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ownership {
    /// Nothing
    Ignore,
    /// Any line names the owner; the default, unless `allowed` is set
    Named,
    /// The owner owns the files of everything that the exception covers
    Owns,
}

/// The terms on which exceptions are granted
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Terms {
    /// Files with further exceptions, in TOML or YAML: paths from the root, or globs
    #[schemars(with = "Vec<String>")]
    pub files: Vec<Spanned<String>>,
    /// The days for which an exception is granted at most; 0 for any number
    pub max_days: u16,
    /// From how many days before its end on an exception is reported
    pub warn_days: u16,
    /// How often an exception may be renewed
    pub max_renewals: u16,
}

impl Terms {
    /// Whether the end of an exception with so many days left is to be announced.
    pub fn is_soon(&self, left: i32) -> bool {
        self.warn_days > 0 && (0..=i32::from(self.warn_days)).contains(&left)
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self { files: Vec::new(), max_days: 180, warn_days: 30, max_renewals: 2 }
    }
}

/// How far the history of git is looked into
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "History")]
pub struct HistoryBudget {
    /// Most commits that are looked at to answer a question
    pub commits: u32,
}

impl Default for HistoryBudget {
    fn default() -> Self {
        Self { commits: 5_000 }
    }
}

/// Configuration of paritylint
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, rename = "paritylint")]
#[expect(dead_code, reason = "describes the file for editors; the reader decodes table by table")]
pub struct ConfigSchema {
    /// Paths that are not checked, as globs
    exclude: Option<Vec<Glob>>,
    /// The file with findings that were accepted, by its path from the root; see docs/baseline.md
    baseline: Option<String>,
    /// Environments in promotion order, each with the words that mean it
    environments: Option<BTreeMap<String, Vec<String>>>,
    /// Units that discovery does not find
    unit: Option<Vec<UnitEntry>>,
    /// Environments that are compared with another one than the one before them
    compare: Option<Vec<Override>>,
    /// Texts that stand for each other, by environment
    substitution: Option<Vec<BTreeMap<String, String>>>,
    /// Values that may differ
    parameter: Option<Vec<Parameter>>,
    /// Built-in permissions and noise rules, by name
    built_in: Option<BTreeMap<String, bool>>,
    /// Differences that somebody answers for, up to a date
    exception: Option<Vec<RawException>>,
    /// The terms on which exceptions are granted
    exceptions: Option<Terms>,
    /// Levels and options of rules
    rules: Option<BTreeMap<String, Level>>,
    /// JSON schemas of the repository, and the files that must follow them
    schema: Option<Vec<RawTeamSchema>>,
    /// Who may own an exception
    owners: Option<Owners>,
    /// What has to be known of the programs of an environment
    observability: Option<Observability>,
    /// How far the history of git is looked into
    history: Option<HistoryBudget>,
    /// The version of Kubernetes that all environments run, `"1.31"`, or a table with the version
    /// of each environment; `default` is that of the others
    kubernetes_version: Option<VersionsSchema>,
    /// Directories with JSON Schemas of kinds, by their paths from the root, named as kubeconform
    /// names them: `deployment-apps-v1.json`, `argoproj.io/application_v1alpha1.json`
    kubernetes_schemas: Option<Vec<String>>,
}
