//! For pull requests: a comment that is edited in place, or the summary of a job.
//!
//! The verdict comes first, then what the change does to what runs, then what it brings, unit by unit.

mod blast;
mod escape;
mod page;

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::{Finding, Level};
use crate::report::concise::level;
use crate::report::markdown::escape::{code, prose};
use crate::report::markdown::page::{Columns, Page};
use crate::report::summary::number;
use crate::report::wording::{help, label_text, rule_url};
use crate::report::{Report, place};

const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Note];
/// Notes of one unit that are shown without being asked for.
const NOTES: usize = 3;
/// Places of a finding that are named.
const PLACES: usize = 3;
/// Entries of a folded list.
const LISTED: usize = 100;

const FINDINGS: Columns = Columns(&["level", "rule", "what differs", "where", "what to do"]);

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let outcome = report.outcome;
    if let Some(change) = report.change {
        let moves = change.effects.as_ref().is_some_and(blast::is_something);
        let brings = !outcome.reported.is_empty() || !outcome.not_analysed.is_empty();
        if !moves && !brings && change.resolved.is_empty() {
            return Ok(());
        }
    }
    let mut page = Page::default();
    page.paragraph(&format!("{}\n{}", marker(report), verdict(report)));
    page.paragraph(&extent(report));
    if let Some(effects) = report.change.and_then(|change| change.effects.as_ref()) {
        blast::write(effects, &mut page);
    }
    let left = findings(report, &mut page);
    resolved(report, &mut page);
    not_analysed(report, &mut page);
    let more = if left.is_empty() {
        String::new()
    } else {
        format!("{} more: see the log of the check.", listed(&left))
    };
    out.write_all(page.end(&more).as_bytes())
}

/// What tells this comment from others. A check of a part of the repository has one of its own.
fn marker(report: &Report<'_>) -> String {
    let root = report.prefixes.repository.trim_end_matches('/');
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._/".contains(c) { c } else { '_' };
    let root: String = root.chars().map(safe).collect();
    let root = if root.is_empty() { root } else { format!(":{root}") };
    format!("<!-- paritylint{root} -->")
}

/// `1 error`, `2 warnings` …, the gravest first; nothing where there is none.
fn counts<F: Borrow<Finding>>(findings: &[F]) -> Vec<String> {
    let levels = || findings.iter().map(|finding| finding.borrow().level);
    let of = |wanted: Level| levels().filter(|&level| level == wanted).count();
    let counts = LEVELS.map(|wanted| (wanted, of(wanted)));
    let some = counts.into_iter().filter(|&(_, count)| count > 0);
    some.map(|(wanted, count)| number(count, level(wanted))).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn verdict(report: &Report<'_>) -> String {
    let counts = counts(&report.outcome.reported);
    let Some(change) = report.change else {
        let found = if counts.is_empty() { "No findings".to_owned() } else { listed(&counts) };
        return format!("**{found}**");
    };
    let new = if counts.is_empty() {
        "**Nothing new found**".to_owned()
    } else {
        format!("**{} new**", listed(&counts))
    };
    let resolved = match change.resolved.len() {
        0 => String::new(),
        count => format!(", {} resolved", number(count, "finding")),
    };
    let routine = if change.effects.as_ref().is_some_and(blast::is_routine) {
        ", **routine**: only parameters and image tags move"
    } else {
        ""
    };
    format!("{new}{resolved}{routine}")
}

/// What was looked at, and what is not told.
fn extent(report: &Report<'_>) -> String {
    let counts = &report.counts;
    let mut parts = match report.change {
        Some(change) => {
            vec![format!("{} since {}", number(change.files, "changed file"), code(&change.base))]
        }
        None => vec![
            number(counts.files, "file"),
            number(counts.units.len(), "unit"),
            number(counts.overlays, "overlay"),
            number(counts.comparisons, "comparison"),
        ],
    };
    let before = report.change.map_or(0, |change| change.known);
    let untold = [
        (before, "finding", "there before"),
        (report.known().len(), "known finding", "in the baseline"),
        (report.outcome.excepted.len(), "finding", "excepted"),
    ];
    let untold = untold.into_iter().filter(|&(count, ..)| count > 0);
    parts.extend(untold.map(|(count, noun, why)| format!("{} {why}", number(count, noun))));
    format!("<sub>{}</sub>", parts.join(" · "))
}

/// A table for each unit, the gravest first; hands back what did not fit.
fn findings(report: &Report<'_>, page: &mut Page) -> Vec<String> {
    let mut units: BTreeMap<Option<&str>, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.outcome.reported {
        units.entry(finding.subject.unit.as_deref()).or_default().push(finding);
    }
    let mut units: Vec<_> = units.into_iter().collect();
    for (_, findings) in &mut units {
        findings.sort_by_key(|finding| Reverse(finding.level));
    }
    // What belongs to no unit comes last.
    units.sort_by_key(|(unit, findings)| {
        (Reverse(findings.first().map(|finding| finding.level)), unit.is_none(), *unit)
    });
    let mut left: Vec<&Finding> = Vec::new();
    for (unit, findings) in units {
        page.paragraph(&match unit {
            Some(unit) => format!("### {}", code(unit)),
            None => "### The repository".to_owned(),
        });
        let notes = findings.iter().position(|finding| finding.level < Level::Warning);
        let notes = notes.unwrap_or(findings.len());
        let shown = if findings.len() - notes > NOTES { notes } else { findings.len() };
        let (open, folded) = findings.split_at(shown);
        let rows = |findings: &[&Finding]| -> Vec<Vec<String>> {
            findings.iter().map(|finding| row(report, finding)).collect()
        };
        let count = page.table(FINDINGS, rows(open).into_iter());
        left.extend(&open[count..]);
        let title = number(folded.len(), "note");
        if !folded.is_empty() && count == open.len() && page.fold(&title) {
            let count = page.table(FINDINGS, rows(folded).into_iter());
            left.extend(&folded[count..]);
            page.unfold();
        } else {
            left.extend(folded);
        }
    }
    counts(&left)
}

fn row(report: &Report<'_>, finding: &Finding) -> Vec<String> {
    let mut places: Vec<String> = finding
        .labels
        .iter()
        .take(PLACES)
        .map(|label| {
            let place = place::of(report.snapshot, label.span);
            let place = code(&format!("{}:{}", place.file, place.start.line));
            format!("{place} {}", prose(&label_text(finding, label)))
        })
        .collect();
    let more = finding.labels.len().saturating_sub(PLACES);
    places.extend((more > 0).then(|| number(more, "more place")));
    vec![
        level(finding.level).to_owned(),
        format!("[{}]({})", finding.rule, rule_url(finding.rule)),
        prose(&finding.message),
        places.join("<br>"),
        help(finding).map(|help| prose(&help)).unwrap_or_default(),
    ]
}

fn resolved(report: &Report<'_>, page: &mut Page) {
    let Some(change) = report.change else { return };
    let title = format!("{} resolved, well done", number(change.resolved.len(), "finding"));
    let rows = change.resolved.iter().take(LISTED).map(|finding| {
        let unit = finding.subject.unit.as_deref().map(code).unwrap_or_default();
        let rule = format!("[{}]({})", finding.rule, rule_url(finding.rule));
        vec![level(finding.level).to_owned(), rule, unit, prose(&finding.message)]
    });
    list(
        &title,
        Columns(&["level", "rule", "unit", "what differed"]),
        change.resolved.len(),
        rows,
        page,
    );
}

fn not_analysed(report: &Report<'_>, page: &mut Page) {
    let entries = &report.outcome.not_analysed;
    let since = if report.change.is_some() { " that the change brings" } else { "" };
    let title = format!("{}{since} not analysed", number(entries.len(), "thing"));
    let rows = entries.iter().take(LISTED).map(|entry| {
        let line = entry.span.map(|span| place::of(report.snapshot, span).start.line);
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        vec![
            code(&format!("{}{line}", entry.path.display())),
            entry.what.to_owned(),
            prose(&entry.detail),
        ]
    });
    list(&title, Columns(&["where", "what", "which"]), entries.len(), rows, page);
}

/// A table that is folded, with the number of rows that it does not have.
fn list(
    title: &str,
    columns: Columns,
    count: usize,
    rows: impl Iterator<Item = Vec<String>>,
    page: &mut Page,
) {
    if count == 0 || !page.fold(title) {
        return;
    }
    let shown = page.table(columns, rows);
    if count > shown {
        page.paragraph(&format!("and {} more", count - shown));
    }
    page.unfold();
}
