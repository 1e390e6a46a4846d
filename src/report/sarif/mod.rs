//! For GitHub code scanning and other readers of SARIF 2.1.0: one run, one compact document.

mod catalogue;
mod line_hash;
mod uri;
mod v2;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::finding::{Finding, Label, NotAnalysed, Role};
use crate::report::json::{self, VERSION};
use crate::report::place::Columns;
use crate::report::wording::{REPOSITORY, help, inert, inert_of, label_text, sentence, side};
use crate::report::{Report, gravest, place};
use crate::rules::RULES;
use crate::text::{FileId, Span, printable};

/// Results that GitHub shows of one run.
const RESULTS: usize = 5_000;
/// Places of one result besides the primary one.
const RELATED: usize = 10;
/// Notifications about what was not analysed; nobody reads more.
const NOTIFICATIONS: usize = 1_000;

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let found = &report.outcome.reported;
    let kept = gravest(found, RESULTS);
    let hashes = Hashes::new(report, &kept);
    let driver = v2::Driver {
        name: "paritylint",
        full_name: format!("paritylint {VERSION}"),
        semantic_version: VERSION,
        information_uri: REPOSITORY,
        rules: catalogue::rules(),
        notifications: catalogue::notifications(),
    };
    let run = v2::Run {
        tool: v2::Tool { driver },
        invocations: [v2::Invocation {
            execution_successful: true,
            tool_execution_notifications: notifications(report, found.len() - kept.len()),
        }],
        automation_details: v2::AutomationDetails { id: "paritylint/" },
        column_kind: "unicodeCodePoints",
        results: kept.iter().map(|finding| result(report, finding, &hashes)).collect(),
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    json::write_line(&v2::Log { schema, version: "2.1.0", runs: [run] }, out)
}

/// Fingerprints of lines, by file and line.
struct Hashes(BTreeMap<FileId, BTreeMap<usize, String>>);

impl Hashes {
    fn new(report: &Report<'_>, findings: &[&Finding]) -> Self {
        let snapshot = report.snapshot;
        let mut wanted: BTreeMap<FileId, BTreeSet<usize>> = BTreeMap::new();
        for finding in findings {
            let span = finding.primary();
            let line = place::of(snapshot, span).start.line;
            wanted.entry(span.file).or_default().insert(line);
        }
        let hashes = wanted.into_iter().filter_map(|(file, lines)| {
            let bytes = snapshot.bytes(file).ok()?;
            Some((file, line_hash::line_hashes(&String::from_utf8_lossy(bytes), &lines)))
        });
        Self(hashes.collect())
    }

    fn get(&self, file: FileId, line: usize) -> Option<&String> {
        self.0.get(&file)?.get(&line)
    }
}

fn result(report: &Report<'_>, finding: &Finding, hashes: &Hashes) -> v2::Result {
    let span = finding.primary();
    let line = place::of(report.snapshot, span).start.line;
    let mut fingerprints = BTreeMap::from([("paritylint/v1", finding.fingerprint())]);
    let hash = hashes.get(span.file, line).cloned();
    fingerprints.extend(hash.map(|hash| ("primaryLocationLineHash", hash)));
    let sides = sides(finding);
    let place = |label: &Label, id| location(report, finding, label, id);
    let flow = sides.iter().filter(|label| label.role != Role::Related);
    let step = |label: &&Label| v2::ThreadFlowLocation { location: place(label, None) };
    let steps: Vec<_> = flow.map(step).collect();
    let code_flows = if steps.len() > 1 {
        vec![v2::CodeFlow { thread_flows: [v2::ThreadFlow { locations: steps }] }]
    } else {
        Vec::new()
    };
    v2::Result {
        rule_id: finding.rule,
        rule_index: RULES.iter().position(|entry| entry.meta.id == finding.rule).unwrap_or(0),
        level: catalogue::sarif_level(finding.level),
        message: v2::Message { text: message(finding, &sides) },
        locations: [v2::Location { id: None, physical: physical(report, span), message: None }],
        related_locations: sides
            .iter()
            .enumerate()
            .map(|(at, label)| place(label, Some(at + 1)))
            .collect(),
        code_flows,
        partial_fingerprints: fingerprints,
    }
}

/// The places in the order in which a reader wants them: the reference, what deviates from it, and
/// others. None when there is only the primary one.
fn sides(finding: &Finding) -> Vec<&Label> {
    if finding.labels.len() < 2 {
        return Vec::new();
    }
    let order = |label: &&Label| match label.role {
        Role::Reference => 0,
        Role::Primary => 1,
        Role::Related => 2,
    };
    let mut sides: Vec<_> = finding.labels.iter().take(RELATED).collect();
    sides.sort_by_key(order);
    sides
}

/// What is wrong, with a link to every side; then what to do.
fn message(finding: &Finding, sides: &[&Label]) -> String {
    let what = sentence(&finding.message);
    let what = what.strip_suffix('.').unwrap_or(&what);
    let links = sides.iter().enumerate().map(|(at, label)| {
        let name = printable(side(finding, label)).replace(['[', ']', '\\'], " ");
        format!("[{name}]({})", at + 1)
    });
    let links: Vec<_> = links.collect();
    let links = if links.is_empty() { String::new() } else { format!(": {}", links.join(", ")) };
    let help = help(finding).map(|help| format!(" {}", inert_of(finding, &sentence(&help))));
    format!("{}{links}.{}", inert_of(finding, what), help.unwrap_or_default())
}

fn location(
    report: &Report<'_>,
    finding: &Finding,
    label: &Label,
    id: Option<usize>,
) -> v2::Location {
    v2::Location {
        id,
        physical: physical(report, label.span),
        message: Some(v2::Message { text: inert_of(finding, &label_text(finding, label)) }),
    }
}

fn physical(report: &Report<'_>, span: Span) -> v2::PhysicalLocation {
    let place = place::in_one_line(report.snapshot, span, Columns::Characters);
    v2::PhysicalLocation {
        artifact_location: artifact(report, &place.file),
        region: Some(v2::Region {
            start_line: place.start.line,
            start_column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        }),
    }
}

fn artifact(report: &Report<'_>, path: &str) -> v2::ArtifactLocation {
    v2::ArtifactLocation { uri: uri::encode(&report.prefixes.in_repository(path)) }
}

/// What was not analysed, and how many results are not in the report.
fn notifications(report: &Report<'_>, cut: usize) -> Vec<v2::Notification> {
    let gaps = &report.outcome.not_analysed;
    let warning = |descriptor, text| v2::Notification {
        descriptor,
        level: "warning",
        message: v2::Message { text },
        locations: Vec::new(),
    };
    let mut notes = Vec::new();
    if cut > 0 {
        let text = format!("{cut} findings of the lowest levels are not in this report.");
        notes.push(warning(catalogue::RESULTS_CUT, text));
    }
    notes.extend(gaps.iter().take(NOTIFICATIONS).map(|gap| notification(report, gap)));
    if gaps.len() > NOTIFICATIONS {
        let more = gaps.len() - NOTIFICATIONS;
        let text = format!("{more} more things were not analysed; `paritylint -v` lists them.");
        notes.push(warning(catalogue::NOT_ANALYSED, text));
    }
    notes
}

fn notification(report: &Report<'_>, gap: &NotAnalysed) -> v2::Notification {
    let place = match gap.span {
        Some(span) => Some(physical(report, span)),
        // The root is no file that could be linked.
        None if gap.path.is_root() => None,
        None => Some(v2::PhysicalLocation {
            artifact_location: artifact(report, gap.path.as_str()),
            region: None,
        }),
    };
    let text = format!("{}: {}", gap.what, gap.detail);
    v2::Notification {
        descriptor: catalogue::NOT_ANALYSED,
        level: "note",
        message: v2::Message { text: inert(&sentence(&text)) },
        locations: place
            .into_iter()
            .map(|physical| v2::Location { id: None, physical, message: None })
            .collect(),
    }
}
