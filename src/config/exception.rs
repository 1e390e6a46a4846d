//! A documented, owned, dated permission for findings.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use crate::config::date::Day;
use crate::config::error::ConfigError;
use crate::config::glob::Glob;
use crate::config::path_pattern::PathPattern;
use crate::text::Span;

/// An exception, from `[[exception]]` or from a comment.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Where it stands.
    pub span: Span,
    /// The rules that it silences, each with the place of its name.
    pub rules: Vec<(String, Span)>,
    /// The units that it holds for; `None` for all.
    pub unit: Option<Glob>,
    /// The environments that it holds for; empty for all.
    pub environments: Vec<String>,
    /// The objects that it holds for: `Kind/name`, or a name; `None` for all.
    pub resource: Option<Glob>,
    /// The paths inside an object that it holds for; `None` for all.
    pub path: Option<PathPattern>,
    /// The files that it holds for; `None` for all.
    pub file: Option<Glob>,
    /// The marks of other tools that it holds for, such as `checkov:CKV_AWS_18`; `None` for all.
    pub suppression: Option<Glob>,
    /// For a comment, the line that it covers.
    pub covers: Option<Span>,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where the owner stands; `None` for a comment.
    pub owner_at: Option<Span>,
    /// Since when.
    pub created: Option<Date>,
    /// When it was agreed on again, in order.
    pub renewed: Vec<Date>,
    /// The last day on which it holds.
    pub retire_by: Option<Date>,
    /// Where the last day stands; `None` for a comment.
    pub retire_by_at: Option<Span>,
    /// Where it was agreed.
    pub ticket: Option<String>,
}

impl Exception {
    /// Whether the last day is past.
    pub fn is_expired(&self, today: Date) -> bool {
        self.retire_by.is_some_and(|last| last < today)
    }

    /// The day on which it was last agreed on.
    pub fn agreed(&self) -> Option<Date> {
        self.renewed.last().copied().or(self.created)
    }

    /// What it is narrowed to, in words: `unit apps/orders`, `path data.**`.
    pub fn scope(&self) -> Vec<String> {
        let part = |name: &str, value: Option<String>| value.map(|value| format!("{name} {value}"));
        let environments = (!self.environments.is_empty()).then(|| self.environments.join(", "));
        let parts = [
            part("unit", self.unit.as_ref().map(ToString::to_string)),
            part("in", environments),
            part("resource", self.resource.as_ref().map(ToString::to_string)),
            part("path", self.path.as_ref().map(ToString::to_string)),
            part("file", self.file.as_ref().map(ToString::to_string)),
            part("suppression", self.suppression.as_ref().map(ToString::to_string)),
            self.covers.map(|_line| "one line".to_owned()),
        ];
        parts.into_iter().flatten().collect()
    }

    /// Whether it holds at this place of the file at `path`.
    pub fn is_at(&self, path: &str, place: Span) -> bool {
        let line = self.covers.is_none_or(|line| {
            line.file == place.file && (line.start..=line.end).contains(&place.start)
        });
        line && self.file.as_ref().is_none_or(|glob| glob.matches(path))
    }

    /// Whether it holds for marks of other tools with these names.
    pub fn is_about(&self, suppressions: &[String]) -> bool {
        self.suppression.as_ref().is_none_or(|glob| {
            !suppressions.is_empty() && suppressions.iter().all(|name| glob.matches(name))
        })
    }

    /// A name that does not depend on the position in the file.
    pub fn id(&self) -> String {
        let mut hash = Sha256::new();
        let rules: Vec<_> = self.rules.iter().map(|(rule, _)| rule.as_str()).collect();
        let scope = [
            rules.join(","),
            self.unit.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.environments.join(","),
            self.resource.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.path.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.file.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.suppression.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.reason.clone().unwrap_or_default(),
        ];
        hash.update(scope.join("\0"));
        hash.finalize().iter().take(4).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// The rules as a reader names them: `a`, `b`.
    pub fn rule_names(&self) -> String {
        let names: Vec<_> = self.rules.iter().map(|(rule, _)| format!("`{rule}`")).collect();
        names.join(", ")
    }
}

/// A documented permission for findings, with an owner and a last day
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Exception")]
pub(super) struct RawException {
    /// The rule that it silences
    #[schemars(with = "Option<String>")]
    rule: Option<Spanned<String>>,
    /// The rules that it silences
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    rules: Vec<Spanned<String>>,
    /// Names of units, as a glob
    unit: Option<Glob>,
    /// The environment that it holds for
    environment: Option<String>,
    /// The environments that it holds for
    #[serde(default)]
    environments: Vec<String>,
    /// `Kind/name` or the name of an object, as a glob
    resource: Option<Glob>,
    /// A path inside an object, as in `[[parameter]]`
    path: Option<PathPattern>,
    /// Paths of files from the root, as a glob: the places that findings point at
    file: Option<Glob>,
    /// Marks of other tools as `tool:rule`, as a glob; for `undocumented-suppression`
    suppression: Option<Glob>,
    /// Why the difference is there
    reason: Option<String>,
    /// Who answers for it, as in CODEOWNERS
    #[schemars(with = "Option<String>")]
    owner: Option<Spanned<String>>,
    /// The day on which it was agreed
    created: Option<Day>,
    /// The days on which it was agreed on again, the oldest first
    #[serde(default)]
    renewed: Vec<Day>,
    /// The last day on which it holds, in UTC
    #[schemars(with = "Option<Day>")]
    retire_by: Option<Spanned<Day>>,
    /// Where it was agreed
    ticket: Option<String>,
}

/// Exceptions in a file of their own, in TOML or YAML
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, rename = "exceptions")]
#[expect(dead_code, reason = "describes the file for editors; the reader decodes entry by entry")]
pub struct RegistrySchema {
    /// Differences that somebody answers for, up to a date
    exception: Vec<RawException>,
}

/// An empty text says nothing.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl RawException {
    /// Checks what one field cannot know of another.
    pub(super) fn checked(self, span: Span, errors: &mut Vec<ConfigError>) -> Exception {
        let place = |range: std::ops::Range<usize>| Span::new(span.file, range.start, range.end);
        let environments: Vec<_> = self.environment.into_iter().chain(self.environments).collect();
        let exception = Exception {
            span,
            rules: self
                .rule
                .into_iter()
                .chain(self.rules)
                .map(|rule| {
                    let at = place(rule.span());
                    (rule.into_inner(), at)
                })
                .collect(),
            unit: self.unit,
            environments,
            resource: self.resource,
            path: self.path,
            file: self.file,
            suppression: self.suppression,
            covers: None,
            reason: said(self.reason),
            owner_at: self.owner.as_ref().map(|owner| place(owner.span())),
            owner: said(self.owner.map(Spanned::into_inner)),
            created: self.created.map(|day| day.0),
            renewed: self.renewed.into_iter().map(|day| day.0).collect(),
            retire_by_at: self.retire_by.as_ref().map(|day| place(day.span())),
            retire_by: self.retire_by.map(|day| day.into_inner().0),
            ticket: said(self.ticket),
        };
        if exception.rules.is_empty() {
            errors.push(
                ConfigError::at(span, "the exception names no rule")
                    .help("add `rule = \"…\"`; `paritylint rules` lists them"),
            );
        }
        if exception.scope().is_empty() {
            errors.push(
                ConfigError::at(span, "the exception holds for the whole repository").help(
                    "narrow it with `unit`, `environments`, `resource`, `path`, `file` or \
                     `suppression`",
                ),
            );
        }
        errors.extend(disorder(&exception).map(|message| {
            ConfigError::at(span, message).help("dates are read as year-month-day")
        }));
        exception
    }
}

/// What is wrong with the order of the dates: created, renewed, last day.
fn disorder(exception: &Exception) -> Option<String> {
    let created = exception.created.map(|day| ("created", day));
    let renewed = exception.renewed.iter().map(|&day| ("renewed", day));
    let last = exception.retire_by.map(|day| ("retire-by", day));
    let dates: Vec<_> = created.into_iter().chain(renewed).chain(last).collect();
    dates.windows(2).find_map(|pair| {
        let [(earlier, first), (later, second)] = pair else { return None };
        (second < first).then(|| format!("`{later}` ({second}) is before `{earlier}` ({first})"))
    })
}
