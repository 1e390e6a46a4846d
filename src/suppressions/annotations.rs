//! Marks in annotations. Read line by line, because they also stand in templates and in patches
//! that are texts of another file.

use std::sync::LazyLock;

use regex::Regex;

use crate::suppressions::marks::{self, Place};
use crate::suppressions::{Expiry, Suppression};

/// Most lines of one value, and most lines between annotations of one object.
const LINES: usize = 30;

/// What the value of an annotation holds.
#[derive(Debug, Clone, Copy)]
enum Holds {
    /// `ID=reason`.
    RuleAndReason,
    /// The reason; the rule stands in the key.
    Reason,
    /// Rules, separated by commas.
    Rules,
    /// `true`; the rule stands in the key.
    True,
    /// A JSON list of objects with `rule` and `comment`.
    Json,
    /// Controls, with a reason and an end in annotations beside it.
    Controls,
}

/// How a tool's annotation is written.
#[derive(Debug)]
pub(super) struct Annotation {
    tool: &'static str,
    /// What its key begins with, as a regular expression.
    pub(super) needle: &'static str,
    /// The key from there on; `rule` is what it silences.
    key: &'static str,
    holds: Holds,
    /// What is wrong with a key that names nothing.
    flaw: Option<&'static str>,
}

/// The annotations, as the tools' own sources have them.
pub(super) const ANNOTATIONS: &[Annotation] = &[
    Annotation {
        tool: "checkov",
        needle: r"(?:checkov|bridgecrew|cortex)\.io/skip",
        key: r"^(?:checkov|bridgecrew|cortex)\.io/skip\w*",
        holds: Holds::RuleAndReason,
        flaw: Some("names no check, so checkov skips nothing"),
    },
    Annotation {
        tool: "kube-linter",
        needle: r"ignore-check\.kube-linter\.io\b",
        key: r"^ignore-check\.kube-linter\.io(?:/(?<rule>[\w.-]*))?",
        holds: Holds::Reason,
        flaw: Some("names no check, and kube-linter has ignored all or none for it"),
    },
    Annotation {
        tool: "kube-linter",
        needle: r"\bkube-linter\.io/ignore-all",
        key: r"^kube-linter\.io/(?<rule>ignore-all)",
        holds: Holds::Reason,
        flaw: None,
    },
    Annotation {
        tool: "kube-score",
        needle: r"\bkube-score/ignore\b",
        key: r"^kube-score/ignore",
        holds: Holds::Rules,
        flaw: Some("names no check, so kube-score ignores nothing"),
    },
    Annotation {
        tool: "polaris",
        needle: r"\bpolaris\.fairwinds\.com/",
        key: r"^polaris\.fairwinds\.com/(?:(?<rule>[\w.-]+)-)?exempt\b",
        holds: Holds::True,
        flaw: Some("is not `true`, so Polaris exempts nothing"),
    },
    Annotation {
        tool: "terrascan",
        needle: r"\brunterrascan\.io/skip",
        key: r"^runterrascan\.io/skip",
        holds: Holds::Json,
        flaw: Some("is not a list of objects with `rule`, so terrascan skips nothing"),
    },
    Annotation {
        tool: "kubescape",
        needle: r"\bkubescape\.io/skip-controls",
        key: r"^kubescape\.io/skip-controls",
        holds: Holds::Controls,
        flaw: Some("names no control, so Kubescape skips nothing"),
    },
];

const UNREADABLE_EXPIRY: &str = "has a `skip-expiry` that is not a time such as 2027-01-31T00:00:00Z, so Kubescape skips nothing";

static KEYS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    ANNOTATIONS.iter().filter_map(|a| Regex::new(&in_paths(a.key)).ok()).collect()
});
/// Objects of the list that terrascan reads, also where its quotes are escaped.
static JSON_RULE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\\?"(rule|comment)\\?"\s*:\s*\\?"([^"\\]*)"#).ok());

/// The pattern for keys that also stand in paths of JSON patches, where `~1` is a slash.
pub(super) fn in_paths(pattern: &str) -> String {
    pattern.replace('/', "(?:/|~1)")
}

/// The annotation that begins here, if one does.
pub(super) fn read(place: Place<'_>) -> Option<Suppression> {
    let patched = place.before.ends_with("/annotations/");
    let opening = place.before.trim_end_matches(['"', '\'']);
    let starts = opening.trim_matches([' ', '\t', '-']).is_empty()
        || opening.trim_end().ends_with(['{', ',']) && !opening.contains('#');
    let (at, key) =
        KEYS.iter().enumerate().find_map(|(at, key)| Some((at, key.captures(place.rest)?)))?;
    let annotation = ANNOTATIONS.get(at)?;
    let length = key.get(0)?.len();
    let after = place.rest.get(length..)?.trim_start_matches(['"', '\'']);
    let (value, comment) = if patched {
        operand(place)?
    } else {
        value_at(place, after.trim_start().strip_prefix(':').filter(|_| starts)?)
    };
    let rule = key.name("rule").map_or("", |rule| rule.as_str());
    let mut mark = Suppression::new(annotation.tool, Vec::new(), place.span(length));
    let mut reason = String::new();
    match annotation.holds {
        Holds::RuleAndReason => {
            let (id, why) = value.split_once('=').unwrap_or((&value, ""));
            mark.rules.extend(Some(id.trim().to_owned()).filter(|id| !id.is_empty()));
            why.clone_into(&mut reason);
        }
        Holds::Reason => {
            mark.rules.extend(Some(rule.to_owned()).filter(|rule| !rule.is_empty()));
            reason = value;
        }
        Holds::Rules => mark.rules = listed(&value),
        Holds::True if value.eq_ignore_ascii_case("true") => {
            mark.rules.push(if rule.is_empty() { "exempt" } else { rule }.to_owned());
        }
        // Nothing is exempted, and nothing else is meant.
        Holds::True if value.eq_ignore_ascii_case("false") => return None,
        Holds::True => {}
        Holds::Json => {
            for found in JSON_RULE.as_ref()?.captures_iter(&value) {
                match (&found[1], &found[2]) {
                    ("rule", rule) => mark.rules.push(rule.to_owned()),
                    (_, comment) => reason.extend([comment, "; "]),
                }
            }
        }
        Holds::Controls => {
            mark.rules = listed(&value);
            beside(place, &mut mark, &mut reason);
        }
    }
    if mark.rules.is_empty() {
        // A value that is filled in later can hold anything.
        mark.flaw = annotation.flaw.filter(|_| !reason.contains("{{"));
    }
    if mark.rules == ["ignore-all"] || mark.rules == ["exempt"] {
        mark.rules.clear();
    }
    let above = marks::comment_above(place.source, place.line);
    mark.explain(&reason, &format!("{comment} {above}"));
    Some(mark)
}

/// Kubescape's reason and end, which stand in annotations of the same object.
fn beside(place: Place<'_>, mark: &mut Suppression, reason: &mut String) {
    let lines = place.source.lines();
    let from = place.line.saturating_sub(LINES);
    for line in from..(place.line + LINES).min(lines.len()) {
        let text = &place.source.text[lines.line_range(&place.source.text, line)];
        let Some((key, value)) = text.split_once(':') else { continue };
        let same = text.find(|c: char| !c.is_whitespace())
            == Some(place.before.trim_end_matches(['"', '\'']).len());
        let value = unquoted(value);
        match key.trim().trim_matches(['"', '\'']) {
            "kubescape.io/skip-reason" if same => reason.push_str(value),
            "kubescape.io/skip-expiry" if same => match value.parse::<jiff::Timestamp>() {
                Ok(end) => {
                    let day = end.to_zoned(jiff::tz::TimeZone::UTC).date();
                    mark.expires = Some(Expiry { day, enforced: true });
                }
                Err(_) => mark.flaw = Some(UNREADABLE_EXPIRY),
            },
            _ => {}
        }
    }
}

/// The value of the operation of a JSON patch whose path stands here; `None` when it adds nothing.
fn operand(place: Place<'_>) -> Option<(String, String)> {
    const OPERATION: usize = 3;
    let lines = place.source.lines();
    let text = |number: usize| &place.source.text[lines.line_range(&place.source.text, number)];
    let opens = |number: usize| text(number).trim_start().starts_with("- ");
    let from = (place.line.saturating_sub(OPERATION)..=place.line).rev().find(|&at| opens(at));
    let from = from.unwrap_or(place.line);
    let until = (place.line + 1..lines.len().min(place.line + OPERATION)).find(|&at| opens(at));
    let until = until.unwrap_or(lines.len().min(place.line + OPERATION));
    let mut found = None;
    for number in from..until {
        let line = text(number);
        match line.trim_start().trim_start_matches("- ").split_once(':') {
            Some(("op", op)) if unquoted(op) == "remove" => return None,
            Some(("value", value)) => {
                let before = &line[..line.len() - line.trim_start().len()];
                found = Some(value_at(Place { line: number, before, ..place }, value));
            }
            _ => {}
        }
    }
    found
}

/// The value after the colon, with its further lines, and the comment behind it.
fn value_at(place: Place<'_>, value: &str) -> (String, String) {
    let value = value.trim();
    let (value, comment) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => closed(&value[1..], quote),
        _ => value.split_once(" #").unwrap_or((value, "")),
    };
    let block = value.starts_with(['|', '>']);
    let mut text = if block { String::new() } else { unquoted(value).to_owned() };
    let lines = place.source.lines();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(place.before) + 2 * usize::from(place.before.contains('-'));
    let further = if value.ends_with([',', '}']) { 0 } else { LINES };
    for number in place.line + 1..(place.line + 1 + further).min(lines.len()) {
        let line = &place.source.text[lines.line_range(&place.source.text, number)];
        let ends = indent(line) <= own || !block && line.trim_start().starts_with('#');
        if !line.trim().is_empty() && ends {
            break;
        }
        let line: String = line.trim().chars().take(LINES * 10).collect();
        text.extend([" ", line.trim_matches(['"', '\''])]);
    }
    (text.trim().to_owned(), comment.trim_start_matches([' ', '#', ',', '}']).to_owned())
}

/// A quoted text without its opening quote, parted at the closing one.
fn closed(text: &str, quote: char) -> (&str, &str) {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if character == quote && !escaped {
            return (&text[..at], &text[at + 1..]);
        }
        escaped = quote == '"' && character == '\\' && !escaped;
    }
    (text, "")
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_end_matches(',').trim_matches(['"', '\''])
}

fn listed(value: &str) -> Vec<String> {
    let ids = value.split(',').map(str::trim).filter(|id| !id.is_empty());
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{ANNOTATIONS, JSON_RULE, KEYS};

    #[test]
    fn every_grammar_compiles() {
        assert_eq!(KEYS.len(), ANNOTATIONS.len());
        assert!(JSON_RULE.is_some());
    }
}
