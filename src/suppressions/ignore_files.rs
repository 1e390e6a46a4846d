//! Files that list what to ignore, an entry a line: `.trivyignore` and `.gitleaksignore`.

use crate::config::parse_date;
use crate::source::SourceFile;
use crate::suppressions::{Expiry, MARKS, Suppression, marks};
use crate::text::Span;

const NOT_AN_ID: &str = "is not an id, so trivy ignores nothing for it";
const BAD_DATE: &str = "has an `exp:` that is not a date, so trivy drops the whole line";
const NOT_A_FINGERPRINT: &str = "is not a fingerprint, so gitleaks ignores nothing for it";

/// Reads one line: what it ignores, until when, and why it ignores nothing.
type Read = fn(&str, &mut Suppression);

const FILES: &[(&str, &str, Read)] =
    &[(".trivyignore", "trivy", trivy), (".gitleaksignore", "gitleaks", gitleaks)];

/// Every entry of the file.
pub(super) fn collect(source: &SourceFile) -> Vec<Suppression> {
    let name = source.path.file_name();
    let Some((_, tool, read)) = FILES.iter().find(|(file, ..)| *file == name) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for number in 0..source.lines().len() {
        let range = source.lines().line_range(&source.text, number);
        let line = &source.text[range.clone()];
        let entry = line.trim();
        if entry.is_empty() || entry.starts_with('#') || found.len() >= MARKS {
            continue;
        }
        let start = range.start + line.len() - line.trim_start().len();
        let length = entry.find(char::is_whitespace).unwrap_or(entry.len());
        let span = Span::new(source.id, start, start + length);
        let mut suppression = Suppression::new(tool, Vec::new(), span);
        suppression.listed = true;
        read(entry, &mut suppression);
        suppression.explain("", &marks::comments_about(source, span));
        found.push(suppression);
    }
    found
}

/// `ID [exp:DATE] [anything]`.
fn trivy(entry: &str, suppression: &mut Suppression) {
    let mut fields = entry.split_whitespace();
    let id = fields.next().unwrap_or("");
    let part = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    if id.len() > 100 || !id.chars().all(part) {
        suppression.flaw = Some(NOT_AN_ID);
    }
    suppression.rules = vec![id.chars().take(100).collect()];
    if let Some(date) = fields.find_map(|field| field.strip_prefix("exp:")) {
        match parse_date(date) {
            Ok(day) => suppression.expires = Some(Expiry { day, enforced: true }),
            Err(_) => suppression.flaw = Some(BAD_DATE),
        }
    }
}

/// `[commit:]file:rule:line`.
fn gitleaks(entry: &str, suppression: &mut Suppression) {
    let parts: Vec<&str> = entry.split(':').collect();
    match parts[..] {
        [_, rule, _] | [_, _, rule, _] => {
            suppression.rules = vec![rule.chars().take(100).collect()];
        }
        _ => suppression.flaw = Some(NOT_A_FINGERPRINT),
    }
}
