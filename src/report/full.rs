//! For people: every finding with the source of both sides, and a summary.

use std::io::{self, Write};

use crate::finding::{Finding, Role};
use crate::report::diagnostic::{Message, Printer, Spot};
use crate::report::mask::MASK;
use crate::report::{Options, Report, blame, place, summary};
use crate::text::printable;

pub(super) fn write(report: &Report<'_>, options: Options, out: &mut impl Write) -> io::Result<()> {
    let mut printer = Printer::new(report.snapshot, report.store, options.style);
    for finding in &report.outcome.reported {
        write!(out, "{}", printer.print(&message(finding, options)))?;
        writeln!(out, "{}", blame::line(finding))?;
    }
    for excepted in report.outcome.excepted.iter().filter(|_| options.show_suppressed) {
        write!(out, "{}", printer.print(&message(&excepted.finding, options)))?;
        write!(out, "{}", blame::line(&excepted.finding))?;
        let exception = &excepted.exception;
        let place = place::of(report.snapshot, exception.span);
        let owner = exception.owner.as_deref().unwrap_or("nobody");
        let until = exception.retire_by.map(|day| format!(" until {day}")).unwrap_or_default();
        let reason = exception.reason.as_deref().unwrap_or("no reason given");
        let (file, line) = (printable(&place.file), place.start.line);
        let (owner, reason) = (printable(owner), printable(reason));
        writeln!(out, "  excepted by {owner}{until}: {reason} ({file}:{line})\n")?;
    }
    for known in report.known().iter().filter(|_| options.show_suppressed) {
        write!(out, "{}", printer.print(&message(&known.finding, options)))?;
        let owner = known.owner.as_deref().map(|owner| format!(", {}", printable(owner)));
        let reason = known.reason.as_deref().map(|reason| format!(": {}", printable(reason)));
        let (owner, reason) = (owner.unwrap_or_default(), reason.unwrap_or_default());
        writeln!(out, "  known since {}{owner}{reason}\n", known.accepted)?;
    }
    if options.quiet { Ok(()) } else { summary::write(report, options, out) }
}

fn message(finding: &Finding, options: Options) -> Message<'_> {
    let secret = |value: &Option<String>| value.as_deref() == Some(MASK);
    let subject = &finding.subject;
    let spots = finding
        .labels
        .iter()
        .map(|label| Spot {
            span: label.span,
            text: &label.text,
            secret: match label.role {
                Role::Reference => secret(&subject.reference_value),
                Role::Primary | Role::Related => secret(&subject.value),
            } || secret(&subject.value) && secret(&subject.reference_value),
        })
        .collect();
    Message {
        code: Some(finding.rule),
        level: finding.level,
        text: &finding.message,
        help: finding.help.as_deref(),
        fingerprint: options.verbose.then(|| finding.fingerprint()),
        spots,
    }
}
