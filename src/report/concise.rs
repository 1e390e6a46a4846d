//! One line for each finding: `file:line:column: level[rule] message`.

use std::io::{self, Write};

use crate::finding::{Finding, Level};
use crate::report::{Options, Report, blame, place};
use crate::text::printable;

pub(super) fn write(report: &Report<'_>, options: Options, out: &mut impl Write) -> io::Result<()> {
    for finding in &report.outcome.reported {
        writeln!(out, "{}", line(report, finding, options))?;
    }
    for excepted in report.outcome.excepted.iter().filter(|_| options.show_suppressed) {
        let id = excepted.exception.id();
        writeln!(out, "{} (excepted: {id})", line(report, &excepted.finding, options))?;
    }
    for known in report.known().iter().filter(|_| options.show_suppressed) {
        let line = line(report, &known.finding, options);
        writeln!(out, "{line} (known since {})", known.accepted)?;
    }
    Ok(())
}

fn line(report: &Report<'_>, finding: &Finding, options: Options) -> String {
    let place = place::of(report.snapshot, finding.primary());
    let scope = scope(finding);
    let fingerprint =
        if options.verbose { format!(" #{}", finding.fingerprint()) } else { String::new() };
    let blame = blame::suffix(finding);
    format!(
        "{}:{}:{}: {}[{}] {}{}{fingerprint}{blame}",
        printable(&place.file),
        place.start.line,
        place.start.column,
        level(finding.level),
        finding.rule,
        printable(&finding.message),
        printable(&scope),
    )
}

/// The unit and environment, where the finding has them.
pub(super) fn scope(finding: &Finding) -> String {
    let subject = &finding.subject;
    let parts: Vec<_> =
        [&subject.unit, &subject.environment].into_iter().flatten().cloned().collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// The name of a level.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "off",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}
