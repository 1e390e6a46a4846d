//! For Jenkins, GitLab and whatever shows tests: every unit is a suite, every finding a case.
//!
//! Errors and warnings are failures, notes are skipped cases, and what has no findings passes.
//! Written by hand: the crates that write this bring clocks, ids and XML readers with them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::{Finding, Level};
use crate::report::concise::level;
use crate::report::wording::{help, label_text, sentence};
use crate::report::{Report, place};
use crate::text::printable;

/// Places of one case that are named.
const PLACES: usize = 10;
/// The suite of findings that belong to no unit.
const REPOSITORY: &str = "the repository";

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let found = &report.outcome.reported;
    let mut suites: BTreeMap<Option<&str>, Vec<&Finding>> = BTreeMap::from([(None, Vec::new())]);
    suites.extend(report.counts.units.iter().map(|unit| (Some(unit.as_str()), Vec::new())));
    for finding in found {
        suites.entry(finding.subject.unit.as_deref()).or_default().push(finding);
    }
    let tests: usize = suites.values().map(|findings| findings.len().max(1)).sum();
    let failures = found.iter().filter(|finding| fails(finding)).count();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="paritylint" tests="{tests}" failures="{failures}" errors="0" time="0">"#
    )?;
    for (unit, findings) in suites {
        suite(report, unit.unwrap_or(REPOSITORY), &findings, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn fails(finding: &Finding) -> bool {
    finding.level >= Level::Warning
}

fn suite(
    report: &Report<'_>,
    name: &str,
    findings: &[&Finding],
    out: &mut impl Write,
) -> io::Result<()> {
    let tests = findings.len().max(1);
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let skipped = findings.len() - failures;
    let name = escape(&printable(name));
    writeln!(
        out,
        r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}" time="0">"#
    )?;
    if findings.is_empty() {
        writeln!(out, r#"    <testcase name="no findings" classname="{name}" time="0"/>"#)?;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let title = format!("{}: {}", finding.rule, printable(&finding.message));
        let count = seen.entry(title.clone()).or_default();
        *count += 1;
        let title = if *count > 1 { format!("{title} ({count})") } else { title };
        case(report, &name, &title, finding, out)?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(
    report: &Report<'_>,
    suite: &str,
    title: &str,
    finding: &Finding,
    out: &mut impl Write,
) -> io::Result<()> {
    let path = |span| {
        let place = place::of(report.snapshot, span);
        let file = report.prefixes.in_workspace(&place.file);
        (printable(&file).into_owned(), place.start.line)
    };
    let (file, line) = path(finding.primary());
    let (title, file) = (escape(title), escape(&file));
    writeln!(
        out,
        r#"    <testcase name="{title}" classname="{suite}" file="{file}" line="{line}" time="0">"#
    )?;
    let message = escape(&sentence(&finding.message));
    if fails(finding) {
        let places = finding.labels.iter().take(PLACES).map(|label| {
            let (file, line) = path(label.span);
            format!("{file}:{line}: {}", label_text(finding, label))
        });
        let help = help(finding).map(|help| format!("help: {help}"));
        let text = places.chain(help).collect::<Vec<_>>().join("\n");
        let (kind, text) = (level(finding.level), escape(&text));
        writeln!(out, r#"      <failure message="{message}" type="{kind}">{text}</failure>"#)?;
    } else {
        writeln!(out, r#"      <skipped message="{message}"/>"#)?;
    }
    writeln!(out, "    </testcase>")
}

/// Text for attributes and elements of XML 1.0.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // XML 1.0 has no way to write these.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push('\u{fffd}');
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn only_what_xml_can_hold_is_left() {
        assert_eq!(escape("<a b=\"'&\">]]>"), "&lt;a b=&quot;&apos;&amp;&quot;&gt;]]&gt;");
        assert_eq!(escape("\u{1b}\0\u{ffff}\n\té"), "\u{fffd}\u{fffd}\u{fffd}\n\té");
    }
}
