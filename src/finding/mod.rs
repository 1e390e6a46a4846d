//! What a rule says: plain data, without lines, colours or formats.

mod identity;
mod member;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::kube::ResourceId;
use crate::text::RepoPath;
use crate::text::Span;

pub use identity::{Identity, number};
pub use member::Member;

/// How much a finding matters. The names are SARIF's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The rule does not run.
    Off,
    /// Deserves to be known.
    Note,
    /// An unexplained difference or a risk.
    Warning,
    /// Breaks something, or changes behaviour without a word.
    Error,
}

/// The five questions that the program answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Differences between environments.
    Parity,
    /// Traces of manual or temporary changes.
    Hotfix,
    /// Agents, probes, scrape targets, alerts and logs.
    Observability,
    /// Exceptions and suppressions.
    Exceptions,
    /// Manifests that would be refused.
    Schema,
}

/// What a place has to do with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The bytes that cause the finding. Every finding has exactly one.
    Primary,
    /// Its counterpart in the other environment.
    Reference,
    /// Another place that helps to understand it.
    Related,
}

/// A place with a short text about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the place has to do with the finding.
    pub role: Role,
    /// The bytes.
    pub span: Span,
    /// What stands there, in a few words.
    pub text: String,
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The unit's name.
    pub unit: Option<String>,
    /// The environment that deviates.
    pub environment: Option<String>,
    /// The environment that it is compared with.
    pub reference: Option<String>,
    /// The variants of the environment that the cause reaches, sorted.
    pub variants: Vec<String>,
    /// The object, as the deviating environment names it.
    pub resource: Option<ResourceId>,
    /// The path inside the object, list elements by their keys.
    pub path: Option<String>,
    /// What marks of other tools silence, where it is about them: `checkov:CKV_AWS_18`.
    pub suppressions: Vec<String>,
    /// The class of the field.
    pub class: Option<&'static str>,
    /// The value in the environment, ready to be shown (secrets are masked).
    pub value: Option<String>,
    /// The value in the reference, ready to be shown.
    pub reference_value: Option<String>,
}

/// A commit, as far as it is told. Author and summary are what a stranger wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    /// Its id, in hexadecimal digits.
    pub commit: String,
    /// The author's name; no address.
    pub author: String,
    /// The day on which it was written, in UTC; nothing where the commit says nonsense.
    pub authored: Option<Date>,
    /// The day on which it was committed, in UTC.
    pub committed: Option<Date>,
    /// The first line of its message, shortened.
    pub summary: String,
}

impl Introduced {
    /// The first digits of the id.
    pub fn short(&self) -> &str {
        self.commit.get(..8).unwrap_or(&self.commit)
    }
}

/// Who last changed the line of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blame {
    /// A commit.
    Commit(Introduced),
    /// Nobody yet: the change is not committed.
    Uncommitted,
}

/// One thing to tell the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// The rule's family.
    pub family: Family,
    /// How much it matters.
    pub level: Level,
    /// What is wrong: lower-case, no full stop, values in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The primary place first, then the others in the order to show them.
    pub labels: Vec<Label>,
    /// What it is about.
    pub subject: Subject,
    /// Parts of the identity beyond rule and subject.
    pub key: Vec<String>,
    /// The whole identity within the rule, where the subject is only an example.
    pub identity: Option<Identity>,
    /// What a finding about several things is made of, sorted.
    pub members: Vec<Member>,
    /// How many findings of the run have the same identity and come before it, see [`number`].
    pub occurrence: usize,
    /// Who last changed the line of the primary place, where somebody asked and it is known.
    pub blame: Option<Blame>,
}

impl Finding {
    /// A finding at `span`; rule, family and level are filled in by [`crate::rules`].
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self {
            rule: "",
            family: Family::Schema,
            level: Level::Warning,
            message: message.into(),
            help: None,
            labels: vec![Label { role: Role::Primary, span, text: String::new() }],
            subject: Subject::default(),
            key: Vec::new(),
            identity: None,
            members: Vec::new(),
            occurrence: 0,
            blame: None,
        }
    }

    /// Says what stands at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn place(mut self, role: Role, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { role, span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says what the finding is about.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// The bytes that cause the finding.
    pub fn primary(&self) -> Span {
        self.labels[0].span
    }
}

/// Something that was seen and not looked into: never dropped without a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotAnalysed {
    /// The file or directory.
    pub path: RepoPath,
    /// The bytes in the file, where a part of it is meant.
    pub span: Option<Span>,
    /// What it is: `template`, `remote base`, `unplaced`.
    pub what: &'static str,
    /// Its name or address, or why.
    pub detail: String,
}
