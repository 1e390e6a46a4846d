//! What was looked at, what was found, and what was not looked into.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::{Level, NotAnalysed};
use crate::report::{Options, Report, place};
use crate::text::printable;

/// Examples of each kind that are shown without `-v`.
const EXAMPLES: usize = 3;

pub(super) fn write(report: &Report<'_>, options: Options, out: &mut impl Write) -> io::Result<()> {
    let outcome = report.outcome;
    let counts = report.counts;
    writeln!(
        out,
        "checked {}, {}, {}, {} in {} ms",
        number(counts.files, "file"),
        number(counts.units, "unit"),
        number(counts.overlays, "overlay"),
        number(counts.comparisons, "comparison"),
        report.duration.as_millis(),
    )?;
    let of = |level| outcome.reported.iter().filter(|finding| finding.level == level).count();
    let mut parts = vec![
        number(of(Level::Error), "error"),
        number(of(Level::Warning), "warning"),
        number(of(Level::Note), "note"),
    ];
    if !outcome.excepted.is_empty() {
        parts.push(format!("{} excepted", outcome.excepted.len()));
    }
    writeln!(out, "found {}", parts.join(", "))?;
    let mut kinds: BTreeMap<&str, Vec<&NotAnalysed>> = BTreeMap::new();
    for entry in &outcome.not_analysed {
        kinds.entry(entry.what).or_default().push(entry);
    }
    for (kind, entries) in kinds {
        writeln!(out, "not analysed: {} ({kind})", entries.len())?;
        let shown = if options.verbose { entries.len() } else { EXAMPLES };
        for entry in entries.iter().take(shown) {
            let line = entry.span.map(|span| place::of(report.snapshot, span).start.line);
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            let (path, detail) = (printable(entry.path.display()), printable(&entry.detail));
            writeln!(out, "  {path}{line}: {detail}")?;
        }
        if entries.len() > shown {
            writeln!(out, "  and {} more (-v lists them)", entries.len() - shown)?;
        }
    }
    Ok(())
}

/// `1 file`, `2 files`.
fn number(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
