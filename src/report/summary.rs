//! What was looked at, what was found, and what was not looked into.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::{Level, NotAnalysed};
use crate::report::{Change, Counts, Options, Report, place};
use crate::text::printable;

/// Examples of each kind that are shown without `-v`.
const EXAMPLES: usize = 3;
/// Most parts of a total that are named.
const PARTS: usize = 6;

pub(super) fn write(report: &Report<'_>, options: Options, out: &mut impl Write) -> io::Result<()> {
    let outcome = report.outcome;
    let counts = &report.counts;
    writeln!(
        out,
        "checked {}, {}, {}, {} in {} ms",
        number(counts.files, "file"),
        number(counts.units.len(), "unit"),
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
    if !report.known().is_empty() {
        parts.push(format!("{} known", report.known().len()));
    }
    let parts = parts.join(", ");
    match report.change {
        Some(change) => change_of(change, &parts, out)?,
        None => writeln!(out, "found {parts}")?,
    }
    baseline(report, options, out)?;
    // What does not report the whole does not explain it either.
    if report.change.is_none() || options.verbose {
        passed_over(counts, out)?;
    }
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

/// What the baseline knows, since when, and what of it is gone.
fn baseline(report: &Report<'_>, options: Options, out: &mut impl Write) -> io::Result<()> {
    let known = report.known();
    if let Some(oldest) = known.iter().min_by_key(|known| known.accepted) {
        let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
        for owner in known.iter().filter_map(|known| known.owner.as_deref()) {
            *owners.entry(owner).or_default() += 1;
        }
        let owned: usize = owners.values().sum();
        let named = match owned {
            0 => String::new(),
            _ => format!("; {owned} with an owner: {}", shares(owners.into_iter())),
        };
        let (count, days) = (number(known.len(), "known finding"), number(oldest.days, "day"));
        let since = oldest.accepted;
        writeln!(out, "{count} in the baseline, the oldest since {since} ({days}){named}")?;
    }
    let stale = report.stale();
    if !stale.is_empty() {
        let entries = if stale.len() == 1 { "entry" } else { "entries" };
        let remedy = "`--write-baseline FILE --prune` takes them out";
        let count = stale.len();
        writeln!(out, "{count} stale {entries} in the baseline, not found any more: {remedy}")?;
        let shown = if options.verbose { count } else { EXAMPLES };
        for entry in stale.iter().take(shown) {
            let (rule, message) = (printable(&entry.rule), printable(&entry.message));
            writeln!(out, "  {rule} of {}: {message}", entry.accepted)?;
        }
        if count > shown {
            writeln!(out, "  and {} more (-v lists them)", count - shown)?;
        }
    }
    Ok(())
}

/// What was compared and not reported, and why.
fn passed_over(counts: &Counts, out: &mut impl Write) -> io::Result<()> {
    tally("allowed by parameters", counts.allowed.iter().map(|(k, v)| (k.as_str(), *v)), out)?;
    tally("passed over as noise", counts.noise.iter().map(|(k, v)| (*k, *v)), out)?;
    for learnt in &counts.learnt {
        writeln!(out, "learnt: {}", printable(learnt))?;
    }
    if counts.unknown > 0 {
        writeln!(out, "not analysed: {} (filled in later)", number(counts.unknown, "value"))?;
    }
    Ok(())
}

/// What a change brings, ends, and leaves as it was.
fn change_of(change: &Change, parts: &str, out: &mut impl Write) -> io::Result<()> {
    let files = number(change.files, "changed file");
    writeln!(out, "{files} since {}: {parts} new", printable(&change.base))?;
    if !change.resolved.is_empty() {
        let resolved = number(change.resolved.len(), "finding");
        writeln!(out, "resolved by the change: {resolved}, well done")?;
    }
    if change.known > 0 {
        let known = number(change.known, "finding");
        writeln!(out, "there before in what was looked at, not shown: {known}")?;
    }
    Ok(())
}

/// One line with a total and its parts, the largest first; nothing where there is none.
fn tally<'a>(
    what: &str,
    parts: impl Iterator<Item = (&'a str, usize)>,
    out: &mut impl Write,
) -> io::Result<()> {
    let parts: Vec<(&str, usize)> = parts.collect();
    if parts.is_empty() {
        return Ok(());
    }
    let total: usize = parts.iter().map(|(_, count)| count).sum();
    let shares = shares(parts.into_iter());
    writeln!(out, "{what}: {} ({shares})", number(total, "difference"))
}

/// The parts of a total, the largest first.
fn shares<'a>(parts: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut parts: Vec<(&str, usize)> = parts.collect();
    parts.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    let rest = parts.len().saturating_sub(PARTS);
    let mut parts: Vec<String> = parts
        .iter()
        .take(PARTS)
        .map(|(name, count)| format!("{} {count}", printable(name)))
        .collect();
    parts.extend((rest > 0).then(|| format!("{rest} more")));
    parts.join(", ")
}

/// `1 file`, `2 files`.
pub(super) fn number(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
