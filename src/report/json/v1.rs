//! The JSON document, version 1. A contract: fields are added, never changed or removed.
//!
//! Lines and columns count from 1, columns in characters; the end column is one past the last
//! character. Absent values are null. Lists are sorted.

use serde::Serialize;

use crate::baseline::Entry;
use crate::finding::{Family, Role};

#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) summary: Summary,
    pub(super) findings: Vec<Finding<'a>>,
    pub(super) suppressed: Vec<Suppressed<'a>>,
    pub(super) known: Vec<Known<'a>>,
    pub(super) stale: &'a [Entry],
    pub(super) not_analysed: Vec<NotAnalysed<'a>>,
    pub(super) change: Option<Change<'a>>,
}

#[derive(Serialize)]
pub(super) struct Change<'a> {
    pub(super) base: &'a str,
    pub(super) files: usize,
    /// The places are those of the state before.
    pub(super) resolved: Vec<Finding<'a>>,
    pub(super) known: usize,
    /// What renders differently; null where it was not worked out.
    pub(super) effects: Option<Vec<Effect<'a>>>,
    /// How many values move besides and are not listed.
    pub(super) more_effects: usize,
    /// The overlays of which one state cannot be rendered.
    pub(super) unknown_effects: Vec<Reach<'a>>,
    /// The overlays that read a changed file, render the same and are not known as a whole.
    pub(super) partial_effects: Vec<Reach<'a>>,
    /// Environments that change in one step with their reference.
    pub(super) together: Vec<Together<'a>>,
}

#[derive(Serialize)]
pub(super) struct Effect<'a> {
    pub(super) routine: bool,
    pub(super) moves: Vec<Move<'a>>,
    pub(super) overlays: Vec<Reach<'a>>,
}

#[derive(Serialize)]
pub(super) struct Move<'a> {
    /// `changed`, `added` or `removed`.
    pub(super) change: &'static str,
    /// Empty where a whole overlay comes or goes.
    pub(super) resources: Vec<Resource>,
    pub(super) more_resources: usize,
    /// Null for whole objects.
    pub(super) path: Option<String>,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    /// Further places of the same text.
    pub(super) more: usize,
}

#[derive(Serialize)]
pub(super) struct Reach<'a> {
    pub(super) unit: &'a str,
    pub(super) environment: &'a str,
    pub(super) variant: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Together<'a> {
    pub(super) environment: &'a str,
    pub(super) reference: &'a str,
    pub(super) units: &'a [String],
}

#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) files: usize,
    pub(super) units: usize,
    pub(super) overlays: usize,
    pub(super) comparisons: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    pub(super) suppressed: usize,
    pub(super) known: usize,
    pub(super) stale: usize,
    pub(super) not_analysed: usize,
    pub(super) duration_ms: u64,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    pub(super) rule: &'static str,
    pub(super) family: Family,
    pub(super) level: &'static str,
    pub(super) message: &'a str,
    pub(super) help: Option<&'a str>,
    pub(super) unit: Option<&'a str>,
    pub(super) environment: Option<&'a str>,
    pub(super) reference: Option<&'a str>,
    pub(super) variants: &'a [String],
    pub(super) resource: Option<Resource>,
    pub(super) path: Option<&'a str>,
    pub(super) class: Option<&'static str>,
    pub(super) value: Option<&'a str>,
    pub(super) reference_value: Option<&'a str>,
    pub(super) locations: Vec<Location<'a>>,
    pub(super) fingerprint: String,
    /// Who last changed the line of the primary place: null where nobody asked or it is unknown, all of
    /// it null where the line is not committed yet.
    pub(super) introduced: Option<Introduced<'a>>,
}

#[derive(Default, Serialize)]
pub(super) struct Introduced<'a> {
    pub(super) commit: Option<&'a str>,
    pub(super) author: Option<&'a str>,
    pub(super) date: Option<String>,
    pub(super) summary: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Resource {
    #[serde(rename = "apiVersion")]
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

#[derive(Serialize)]
pub(super) struct Location<'a> {
    pub(super) role: Role,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
    pub(super) label: &'a str,
}

#[derive(Serialize)]
pub(super) struct Suppressed<'a> {
    pub(super) finding: Finding<'a>,
    pub(super) exception: Exception<'a>,
}

#[derive(Serialize)]
pub(super) struct Known<'a> {
    pub(super) finding: Finding<'a>,
    pub(super) accepted: String,
    pub(super) days: usize,
    pub(super) owner: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Exception<'a> {
    pub(super) id: String,
    pub(super) owner: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
    pub(super) retire_by: Option<String>,
    pub(super) ticket: Option<&'a str>,
    pub(super) file: String,
    pub(super) line: usize,
}

#[derive(Serialize)]
pub(super) struct NotAnalysed<'a> {
    pub(super) file: &'a str,
    pub(super) line: Option<usize>,
    pub(super) what: &'static str,
    pub(super) detail: &'a str,
}
