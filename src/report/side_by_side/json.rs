//! The document `paritylint-diff/v1`. A contract: fields are added, never changed or removed.
//!
//! Lines and columns count from 1, columns in characters; the end column is one past the last
//! character. Absent values are null. Lists are sorted.

use serde::Serialize;

use crate::compare::{Change, Contrast, Side};
use crate::finding::NotAnalysed;
use crate::report::json::{VERSION, ascii_controls};
use crate::report::place;
use crate::report::side_by_side::{Mark, SideBySide, mark};

/// Longest value, in characters.
const LONGEST: usize = 1_000;

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    version: &'static str,
    unit: &'a str,
    left: Overlay<'a>,
    right: Overlay<'a>,
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Overlay<'a> {
    environment: &'a str,
    variant: Option<&'a str>,
    root: &'a str,
    kind: &'static str,
    not_analysed: Vec<Gap<'a>>,
}

#[derive(Serialize)]
struct Gap<'a> {
    file: &'a str,
    line: Option<usize>,
    what: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Difference {
    /// Null for documents.
    resource: Option<Resource>,
    /// Null for Kubernetes objects.
    document: Option<Document>,
    /// Null for whole objects.
    path: Option<String>,
    class: &'static str,
    /// `changed`, `left-only` or `right-only`.
    change: &'static str,
    left: Half,
    right: Half,
    /// `judged`, or why the rules do not judge it.
    verdict: &'static str,
    /// The parameter, noise rule or overlay that says so.
    by: Option<String>,
    /// The rule that speaks of it in a check; null where none does.
    rule: Option<String>,
    /// Its level.
    level: Option<&'static str>,
    /// Whether an exception covers what the rule says.
    excepted: bool,
    /// Further places of the same text.
    more: usize,
}

/// Configuration that is no Kubernetes object.
#[derive(Serialize)]
struct Document {
    /// `values`, `variables`, `module` or `config`.
    kind: String,
    name: String,
}

#[derive(Serialize)]
struct Resource {
    #[serde(rename = "apiVersion")]
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

#[derive(Serialize)]
struct Half {
    /// Whether this side has it.
    set: bool,
    /// Null for whole objects and where nothing is set; secrets are masked.
    value: Option<String>,
    /// What sets it, or removes it; of what is not set, what is nearest to its place.
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

pub(super) fn write(report: &SideBySide<'_>) -> String {
    let (left, right) = &report.not_analysed;
    let document = Report {
        schema: "paritylint-diff/v1",
        version: VERSION,
        unit: &report.evaluated[report.left].unit.name,
        left: overlay(report, report.left, left),
        right: overlay(report, report.right, right),
        differences: report.contrasts.iter().map(|it| difference(report, it)).collect(),
    };
    // Texts, numbers and lists of them can always be written.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    format!("{}\n", ascii_controls(&text))
}

fn overlay<'a>(report: &'a SideBySide<'_>, at: usize, gaps: &'a [NotAnalysed]) -> Overlay<'a> {
    let overlay = report.overlay(at);
    let environment = report.layout.environment(overlay.environment);
    Overlay {
        environment: environment.map_or("", |environment| &environment.name),
        variant: overlay.variant.as_deref(),
        root: overlay.root.display(),
        kind: overlay.kind.name(),
        not_analysed: gaps
            .iter()
            .map(|gap| Gap {
                file: gap.path.display(),
                line: gap.span.map(|span| place::of(report.snapshot, span).start.line),
                what: gap.what,
                detail: &gap.detail,
            })
            .collect(),
    }
}

fn difference(report: &SideBySide<'_>, contrast: &Contrast) -> Difference {
    let (left, right) = report.sides(contrast);
    let id = &contrast.resource;
    let is_document = id.gvk.is_document();
    let Mark { word, by } = mark(report, contrast);
    let told = report.told(contrast);
    let here_only = contrast.change == Change::OnlyHere;
    Difference {
        resource: (!is_document).then(|| Resource {
            api_version: id.gvk.api_version(),
            kind: id.gvk.kind.to_string(),
            namespace: id.namespace.to_string(),
            name: id.name.to_string(),
        }),
        document: is_document
            .then(|| Document { kind: id.gvk.kind.to_string(), name: id.name.to_string() }),
        path: (!contrast.path.steps().is_empty()).then(|| contrast.path.to_string()),
        class: contrast.class.name(),
        change: match contrast.change {
            Change::Changed => "changed",
            _ if here_only == (report.here == report.left) => "left-only",
            _ => "right-only",
        },
        left: half(report, contrast, left),
        right: half(report, contrast, right),
        verdict: word,
        by,
        rule: told.map(|told| told.rule.to_owned()),
        level: told.map(|told| told.level),
        excepted: told.is_some_and(|told| told.excepted),
        more: contrast.more,
    }
}

fn half(report: &SideBySide<'_>, contrast: &Contrast, side: &Side) -> Half {
    let place = place::of(report.snapshot, side.span);
    Half {
        set: side.value.is_some(),
        value: contrast.shown(side, LONGEST),
        file: place.file,
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}
