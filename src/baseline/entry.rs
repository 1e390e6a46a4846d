//! What the file holds.

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::config::parse_date;
use crate::finding::{Finding, Level};
use crate::rules;
use crate::source::Snapshot;
use crate::text::printable;

/// The form of the file.
pub(super) const SCHEMA: &str = "paritylint-baseline/v1";
/// Longest message that is kept, in characters: it is for readers, and identifies nothing.
const LONGEST: usize = 200;

/// Findings that were accepted, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The entries, each with a fingerprint of its own.
    pub entries: Vec<Entry>,
}

/// Findings that were accepted, each on its day
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
#[schemars(rename = "baseline")]
pub struct BaselineSchema {
    /// The form of the file: `paritylint-baseline/v1`
    pub(super) schema: String,
    /// The findings, one on a line
    pub(super) findings: Vec<Entry>,
}

/// A finding that was accepted
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct Entry {
    /// What the finding is known by; `paritylint check -v` prints it
    pub fingerprint: String,
    /// The rule
    pub rule: String,
    /// How much it mattered when it was accepted; when it matters more, it is new
    pub level: Level,
    /// The day on which it was accepted
    #[serde(serialize_with = "write_date", deserialize_with = "read_date")]
    #[schemars(schema_with = "date_schema")]
    pub accepted: Date,
    /// Who sees to it; written by people, and kept
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Why it is there; written by people, and kept
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The unit, for readers
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The environment, for readers
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The file, for readers
    pub file: String,
    /// The message, for readers
    pub message: String,
    /// What a finding about several things is made of; without it the fingerprint alone
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub parts: BTreeSet<String>,
}

impl Entry {
    /// An entry for a finding that is accepted on a day.
    pub(super) fn new(finding: &Finding, snapshot: &Snapshot, accepted: Date) -> Self {
        let fingerprint = finding.fingerprint();
        let mut parts = finding.parts();
        if parts.len() == 1 && parts.contains(&fingerprint) {
            parts.clear();
        }
        let subject = &finding.subject;
        Self {
            fingerprint,
            rule: finding.rule.to_owned(),
            level: finding.level,
            accepted,
            owner: None,
            reason: None,
            unit: subject.unit.clone(),
            environment: subject.environment.clone(),
            file: snapshot.path(finding.primary().file).to_string(),
            message: shortened(&finding.message),
            parts,
        }
    }

    /// The names of everything that was accepted, as [`Finding::parts`] gives them.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        if self.parts.is_empty() {
            BTreeSet::from([self.fingerprint.as_str()])
        } else {
            self.parts.iter().map(String::as_str).collect()
        }
    }

    /// The order of the file: what belongs together stands together, wherever its lines are.
    pub(super) fn order(&self) -> impl Ord + '_ {
        (&self.rule, &self.unit, &self.environment, &self.fingerprint, self.accepted)
    }
}

/// Whether a finding can be in a baseline: an exception that is over, or has no owner, must be seen.
pub(super) fn is_acceptable(finding: &Finding) -> bool {
    rules::find(finding.rule).is_none_or(|entry| !rules::is_about_exceptions(entry.meta))
}

fn shortened(message: &str) -> String {
    let message = printable(message);
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.into_owned(),
    }
}

fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    parse_date(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn write_date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

fn date_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date" })
}
