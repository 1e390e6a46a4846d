//! What people write into reasons: who, until when, and where it was agreed.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::config::parse_date;

/// Longest reason that is kept, in characters.
const LONGEST: usize = 500;

/// Words before an owner. The word alone says nothing (`the owner is unknown`): a sign must follow.
const OWNER: &str = r#"(?i)\b(?:owner|contact|responsible|team|approver)\s*[:=]\s*["']?(@?[\w][\w./@+-]*)|\b(?:owned|approved|accepted|signed off) by\s+(@?[\w][\w./@+-]*)"#;
/// `@person`, `@organisation/team`.
const HANDLE: &str = r#"(?:^|[\s(\[,;:"'])@([A-Za-z][\w-]*(?:/[A-Za-z][\w.-]*)?)"#;
const MAIL: &str = r"[\w.+-]{1,64}@[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)+";
/// An address of a discussion, or a key such as `OPS-1234`.
const TICKET: &str = r"https?://[^\s<>]+/(?:issues|pull|pulls|merge_requests|browse)/[^\s<>),;]+|\b[A-Z][A-Z0-9]{1,9}-[0-9]+\b|(?:^|[\s(])#[0-9]+\b";
/// Beginnings of names that look like the key of a ticket.
const NO_TICKETS: &[&str] =
    &["CVE-", "CWE-", "AVD-", "KSV-", "RFC-", "UTF-", "SHA-", "ISO-", "AES-", "TLS-", "RHSA-"];
/// A last day: a word that says so, and a date. `review 2026-01-01` may be the day of the last
/// review, and so it needs a word between.
const LAST_DAY: &str = r#"(?ix)
    \b(?: until | till | til | through | exp | expir(?:es|y|ing|ation|e|ed) | retire[sd]?(?:[-\ ]by)?
        | valid\s+(?:until|till|to|through) | due | ends? | before | by | no\ later\ than
        | (?:re-?)?(?:review|visit|evaluate|move|check)\ (?:by|before|after|in) )
    (?:[\s:=_-]+(?:date|on|at|by|the|end|of))*
    [\s:=_"'(-]* ([0-9]{4}-[0-9]{2}-[0-9]{2}) \b"#;

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    Some(Patterns {
        owner: Regex::new(OWNER).ok()?,
        handle: Regex::new(HANDLE).ok()?,
        mail: Regex::new(MAIL).ok()?,
        ticket: Regex::new(TICKET).ok()?,
        last_day: Regex::new(LAST_DAY).ok()?,
    })
});

struct Patterns {
    owner: Regex,
    handle: Regex,
    mail: Regex,
    ticket: Regex,
    last_day: Regex,
}

/// The text as a reason; `None` when it says nothing.
pub(super) fn reason(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "#:/*-–—;,.<>{}".contains(c));
    let says = text.chars().any(char::is_alphabetic) && !matches!(text, "true" | "nosec");
    says.then(|| text.chars().take(LONGEST).collect())
}

/// Who the text says answers for the mark.
pub(super) fn owner(text: &str) -> Option<String> {
    let patterns = PATTERNS.as_ref()?;
    if let Some(found) = patterns.owner.captures(text) {
        let name = found.get(1).or_else(|| found.get(2))?.as_str();
        return Some(name.trim_end_matches(['.', '-', '/', '@']).to_owned());
    }
    if let Some(found) = patterns.handle.captures(text) {
        return Some(format!("@{}", found.get(1)?.as_str()));
    }
    patterns.mail.find(text).map(|found| found.as_str().to_owned())
}

/// Where the text says it was agreed.
pub(super) fn ticket(text: &str) -> Option<String> {
    let mut tickets = PATTERNS.as_ref()?.ticket.find_iter(text).map(|found| found.as_str());
    let ticket = tickets.find(|key| !NO_TICKETS.iter().any(|start| key.starts_with(start)))?;
    Some(ticket.trim_start_matches([' ', '\t', '(']).to_owned())
}

/// The last day that the text names.
pub(super) fn last_day(text: &str) -> Option<Date> {
    let found = PATTERNS.as_ref()?.last_day.captures(text)?;
    parse_date(found.get(1)?.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::{last_day, owner, reason, ticket};

    #[test]
    fn owners() {
        for (text, expected) in [
            ("owner=@nordwerk/team-orders until=2027-01-01", "@nordwerk/team-orders"),
            ("Owner: billing-team.", "billing-team"),
            ("accepted by security", "security"),
            ("the ERP needs it (@kim)", "@kim"),
            ("ask platform@nordwerk.example", "platform@nordwerk.example"),
        ] {
            assert_eq!(owner(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["the owner is unknown", "image@sha256:ab", "a team decision", "a @ b", ""] {
            assert_eq!(owner(text), None, "{text}");
        }
    }

    #[test]
    fn tickets() {
        for (text, expected) in [
            ("see OPS-1234", "OPS-1234"),
            ("until #77 is done", "#77"),
            (
                "https://git.example/nordwerk/app/issues/7, later",
                "https://git.example/nordwerk/app/issues/7",
            ),
            ("CVE-2024-1 is CHG-9", "CHG-9"),
        ] {
            assert_eq!(ticket(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(ticket("CVE-2024-3154 and AVD-KSV-0041"), None);
    }

    #[test]
    fn last_days_need_a_word_that_says_so() {
        for text in [
            "until 2026-03-01",
            "expires: 2026-03-01",
            "exp=2026-03-01",
            "expiry date 2026-03-01",
            "(valid until 2026-03-01)",
            "remove by 2026-03-01",
            "review before 2026-03-01",
            "until=\"2026-03-01\"",
        ] {
            assert_eq!(last_day(text).unwrap().to_string(), "2026-03-01", "{text}");
        }
        for text in
            ["reviewed 2026-03-01", "added 2026-03-01", "review 2026-03-01", "until 2026-13-01"]
        {
            assert_eq!(last_day(text), None, "{text}");
        }
    }

    #[test]
    fn a_reason_says_something() {
        assert_eq!(reason(" : false positive -->").as_deref(), Some("false positive"));
        assert_eq!(reason(" -- "), None);
        assert_eq!(reason(&"ä".repeat(9_999)).unwrap().chars().count(), 500);
    }
}
