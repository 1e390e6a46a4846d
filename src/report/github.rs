//! For the log of a GitHub workflow: annotations, and the text for people.
//!
//! GitHub drops annotations beyond ten of a level in a step without a word, so that many are
//! written, the gravest first, and one that says how many more there are.

use std::collections::BTreeMap;
use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use crate::finding::{Finding, Level, Role};
use crate::report::concise::{level, scope};
use crate::report::place::Columns;
use crate::report::summary::number;
use crate::report::wording::{help, sentence};
use crate::report::{Options, Report, full, place};
use crate::text::printable;

/// Annotations of one level in one step.
const ANNOTATIONS: usize = 10;

pub(super) fn write(report: &Report<'_>, options: Options, out: &mut impl Write) -> io::Result<()> {
    let mut left = BTreeMap::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        let found = &report.outcome.reported;
        let found: Vec<_> = found.iter().filter(|finding| finding.level == level).collect();
        let rest: usize = left.values().sum();
        // The last word is a notice, too.
        let full = level == Level::Note && (rest > 0 || found.len() > ANNOTATIONS);
        let room = ANNOTATIONS - usize::from(full);
        for finding in found.iter().take(room) {
            writeln!(out, "{}", annotation(report, finding))?;
        }
        left.insert(level, found.len().saturating_sub(room));
    }
    if let Some(more) = more(&left) {
        writeln!(out, "::notice title=paritylint::{}", data(&more))?;
    }
    let mut text = Vec::new();
    full::write(report, options, &mut text)?;
    let text = neutral(&String::from_utf8_lossy(&text));
    let token = token(&text);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write!(out, "::stop-commands::{token}\n{text}{end}::{token}::\n")
}

/// How many findings have no annotation.
fn more(left: &BTreeMap<Level, usize>) -> Option<String> {
    let total: usize = left.values().sum();
    let parts = left.iter().rev().filter(|&(_, &count)| count > 0);
    let parts: Vec<_> = parts.map(|(of, &count)| number(count, level(*of))).collect();
    let total = (total > 0).then(|| number(total, "more finding"));
    total.map(|total| format!("{total} ({}): see the log", parts.join(", ")))
}

fn annotation(report: &Report<'_>, finding: &Finding) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "notice",
    };
    let place = place::in_one_line(report.snapshot, finding.primary(), Columns::Characters);
    let file = report.prefixes.in_workspace(&place.file);
    // The end column is that of the last character.
    let end = place.end.column.saturating_sub(1).max(place.start.column);
    let mut lines = vec![sentence(&finding.message)];
    lines.extend(finding.labels.iter().find(|label| label.role == Role::Reference).map(|label| {
        let side = finding.subject.reference.as_deref().unwrap_or("compare");
        let place = place::of(report.snapshot, label.span);
        let file = report.prefixes.in_workspace(&place.file);
        format!("{}: {}:{}", printable(side), printable(&file), place.start.line)
    }));
    lines.extend(help(finding).map(|help| format!("help: {help}")));
    format!(
        "::{command} file={},line={},col={},endColumn={end},title={}::{}",
        property(&printable(&file)),
        place.start.line,
        place.start.column,
        property(&format!("{}{}", finding.rule, printable(&scope(finding)))),
        data(&lines.join("\n")),
    )
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    neutral(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Takes the meaning from the older form of commands, which the page of a log knows everywhere.
fn neutral(text: &str) -> String {
    text.replace("##[", "## [")
}

/// A word that ends the text for people: not in the text, and not to be known to who wrote parts
/// of it.
fn token(text: &str) -> String {
    let mut hash = Sha256::new();
    loop {
        hash.update(text.as_bytes());
        let digest = hash.clone().finalize();
        let digits = digest.iter().take(16);
        let token = digits.fold(String::new(), |token, byte| format!("{token}{byte:02x}"));
        if !text.contains(&token) {
            return token;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_in_a_text_is_a_command() {
        assert_eq!(data("a%0Ab\n::error::c\r##[error]d"), "a%250Ab%0A::error::c%0D## [error]d");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
