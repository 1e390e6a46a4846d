//! For machines: one JSON document.

mod effects;
mod v1;

use std::io::{self, Write};

use serde::Serialize;

use crate::baseline::Known;
use crate::exceptions::Excepted;
use crate::finding::{Blame, Finding, Label, Level, NotAnalysed};
use crate::kube::ResourceId;
use crate::report::concise::level;
use crate::report::{Report, place};
use crate::source::Snapshot;
pub(super) use crate::text::ascii_controls;

/// The version of this program.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let outcome = report.outcome;
    let snapshot = report.snapshot;
    let of = |level| outcome.reported.iter().filter(|finding| finding.level == level).count();
    let document = v1::Document {
        schema: "paritylint/v1",
        version: VERSION,
        summary: v1::Summary {
            files: report.counts.files,
            units: report.counts.units.len(),
            overlays: report.counts.overlays,
            comparisons: report.counts.comparisons,
            errors: of(Level::Error),
            warnings: of(Level::Warning),
            notes: of(Level::Note),
            suppressed: outcome.excepted.len(),
            known: report.known().len(),
            stale: report.stale().len(),
            not_analysed: outcome.not_analysed.len(),
            duration_ms: u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
        },
        findings: outcome.reported.iter().map(|found| finding(snapshot, found)).collect(),
        suppressed: outcome.excepted.iter().map(|entry| suppressed(snapshot, entry)).collect(),
        known: report.known().iter().map(|entry| known(snapshot, entry)).collect(),
        stale: report.stale(),
        not_analysed: outcome.not_analysed.iter().map(|entry| gap(snapshot, entry)).collect(),
        change: report.change.map(|change| effects::change(snapshot, change)),
    };
    let text = serde_json::to_string_pretty(&document)?;
    out.write_all(ascii_controls(&text).as_bytes())?;
    out.write_all(b"\n")
}

/// Writes a document of a format that others have made, on one line.
pub(super) fn write_line(document: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let text = serde_json::to_string(document)?;
    out.write_all(ascii_controls(&text).as_bytes())?;
    out.write_all(b"\n")
}

fn finding<'f>(snapshot: &Snapshot, finding: &'f Finding) -> v1::Finding<'f> {
    let subject = &finding.subject;
    v1::Finding {
        rule: finding.rule,
        family: finding.family,
        level: level(finding.level),
        message: &finding.message,
        help: finding.help.as_deref(),
        unit: subject.unit.as_deref(),
        environment: subject.environment.as_deref(),
        reference: subject.reference.as_deref(),
        variants: &subject.variants,
        resource: subject.resource.as_ref().filter(|id| !id.gvk.is_document()).map(resource),
        path: subject.path.as_deref(),
        class: subject.class,
        value: subject.value.as_deref(),
        reference_value: subject.reference_value.as_deref(),
        locations: finding.labels.iter().map(|label| location(snapshot, label)).collect(),
        fingerprint: finding.fingerprint(),
        introduced: finding.blame.as_ref().map(introduced),
    }
}

fn resource(id: &ResourceId) -> v1::Resource {
    v1::Resource {
        api_version: id.gvk.api_version(),
        kind: id.gvk.kind.to_string(),
        namespace: id.namespace.to_string(),
        name: id.name.to_string(),
    }
}

fn introduced(blame: &Blame) -> v1::Introduced<'_> {
    match blame {
        Blame::Uncommitted => v1::Introduced::default(),
        Blame::Commit(introduced) => v1::Introduced {
            commit: Some(&introduced.commit),
            author: Some(&introduced.author),
            date: introduced.authored.map(|day| day.to_string()),
            summary: Some(&introduced.summary),
        },
    }
}

fn location<'l>(snapshot: &Snapshot, label: &'l Label) -> v1::Location<'l> {
    let place = place::of(snapshot, label.span);
    v1::Location {
        role: label.role,
        file: place.file,
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        label: &label.text,
    }
}

fn suppressed<'e>(snapshot: &Snapshot, entry: &'e Excepted) -> v1::Suppressed<'e> {
    let exception = &entry.exception;
    let place = place::of(snapshot, exception.span);
    v1::Suppressed {
        finding: finding(snapshot, &entry.finding),
        exception: v1::Exception {
            id: exception.id(),
            owner: exception.owner.as_deref(),
            reason: exception.reason.as_deref(),
            retire_by: exception.retire_by.map(|day| day.to_string()),
            ticket: exception.ticket.as_deref(),
            file: place.file,
            line: place.start.line,
        },
    }
}

fn known<'e>(snapshot: &Snapshot, entry: &'e Known) -> v1::Known<'e> {
    v1::Known {
        finding: finding(snapshot, &entry.finding),
        accepted: entry.accepted.to_string(),
        days: entry.days,
        owner: entry.owner.as_deref(),
        reason: entry.reason.as_deref(),
    }
}

fn gap<'g>(snapshot: &Snapshot, entry: &'g NotAnalysed) -> v1::NotAnalysed<'g> {
    v1::NotAnalysed {
        file: entry.path.display(),
        line: entry.span.map(|span| place::of(snapshot, span).start.line),
        what: entry.what,
        detail: &entry.detail,
    }
}
