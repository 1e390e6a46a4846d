//! Marks in comments: one line of the table for each tool's grammar.

use std::sync::LazyLock;

use regex::Regex;

use crate::config::parse_date;
use crate::suppressions::marks::{self, Place};
use crate::suppressions::{Expiry, Suppression};

/// What begins a comment in the languages that are searched.
pub(super) const LEADERS: &[&str] = &["#", "//", "/*", "--", "<!--", "*"];

/// Where in a comment a tool looks for its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// At its beginning.
    Start,
    /// Anywhere, after white space.
    Anywhere,
}

/// How a tool's mark is written in a comment.
#[derive(Debug)]
pub(super) struct Comment {
    tool: &'static str,
    /// What a mark begins with, as a regular expression that matches only within a line.
    pub(super) needle: &'static str,
    place: Where,
    /// The mark from its beginning: `rules` are split at commas and spaces, `options` hold `exp:`,
    /// `reason` is the rest.
    mark: &'static str,
    /// What is wrong with a comment that begins like a mark and is none.
    flaw: Option<&'static str>,
}

/// The grammars, as the tools' own sources have them.
pub(super) const COMMENTS: &[Comment] = &[
    Comment {
        tool: "checkov",
        needle: r"(?:checkov|bridgecrew|cortex):skip\b",
        place: Where::Anywhere,
        mark: r"^\w+:skip= *(?<rules>[A-Za-z0-9_][\w.,-]*)(?:\[[^\]]*\])?(?<reason>.*)",
        flaw: Some("names no check after `skip=`, so checkov skips nothing"),
    },
    Comment {
        tool: "trivy",
        needle: r"trivy:ignore\b",
        place: Where::Anywhere,
        mark: r"^trivy:ignore:(?<rules>[^\s:\[]+)(?:\[[^\]]*\])?(?<options>(?::[a-z]+:[^:\s]*)*)(?<reason>.*)",
        flaw: Some("names no check, so trivy ignores nothing"),
    },
    Comment {
        tool: "tfsec",
        needle: r"tfsec:ignore\b",
        place: Where::Anywhere,
        mark: r"^tfsec:ignore:(?<rules>[^\s:\[]+)(?:\[[^\]]*\])?(?<options>(?::[a-z]+:[^:\s]*)*)(?<reason>.*)",
        flaw: Some("names no check, so tfsec ignores nothing"),
    },
    Comment {
        tool: "tflint",
        needle: r"tflint-ignore(?:-file)?\b",
        place: Where::Anywhere,
        mark: r"^tflint-ignore(?:-file)?: +(?<rules>[\w-]+(?: *, *[\w-]+)*) *(?<reason>(?:\*/|#|//).*)?$",
        flaw: Some("is not `tflint-ignore: rule # reason`, so tflint ignores nothing"),
    },
    Comment {
        tool: "terrascan",
        needle: r"\bts:skip=",
        place: Where::Start,
        mark: r"^ts:skip=(?<rules>[\w.-]+)(?<reason>.*)",
        flaw: Some("names no rule, so terrascan skips nothing"),
    },
    Comment {
        tool: "kics",
        needle: r"\bkics-scan[ \t]",
        place: Where::Start,
        mark: r"^kics-scan\s+(?:ignore(?:-line|-block)?\b|disable=(?<rules>[\w,-]+))(?<reason>.*)",
        flaw: None,
    },
    Comment {
        tool: "hadolint",
        needle: r"\bhadolint[ \t]+(?:(?:global|stage)[ \t]+)?ignore\b",
        place: Where::Start,
        mark: r"^[^=]*ignore\s*=\s*(?<rules>[DLSC][DLSC0-9]+(?:\s*,\s*[DLSC0-9]+)*)(?<reason>.*)",
        flaw: Some("is not `ignore=RULE`, so hadolint ignores nothing"),
    },
    Comment {
        tool: "yamllint",
        needle: r"yamllint[ \t]+disable(?:-line|-file)\b|yamllint[ \t]+disable\b",
        place: Where::Start,
        mark: r"^yamllint disable(?:-line|-file)?(?<rules>(?: rule:\S+)*)\s*$",
        flaw: Some("has more than yamllint allows after `disable`, so yamllint does not read it"),
    },
    Comment {
        tool: "gitleaks",
        needle: r"gitleaks:allow\b",
        place: Where::Anywhere,
        mark: r"^gitleaks:allow(?<reason>.*)",
        flaw: None,
    },
    Comment {
        tool: "semgrep",
        needle: r"\bnosem(?:grep)?\b",
        place: Where::Anywhere,
        mark: r"^nosem(?:grep)?(?:[:=]\s?(?<rules>[^\s,]+(?:\s*,\s*[^\s,]+)*))?(?<reason>.*)",
        flaw: None,
    },
    Comment {
        tool: "detect-secrets",
        needle: r"\bpragma: ?(?:allow|white)list",
        place: Where::Start,
        mark: r"^pragma: ?(?:allow|white)list(?:[ -]nextline)?[ -]secret(?<reason>.*)",
        flaw: None,
    },
    Comment {
        tool: "zizmor",
        needle: r"\bzizmor:[ \t]*ignore\b",
        place: Where::Start,
        mark: r"^zizmor: ignore\[(?<rules>[^\]]+)\](?<reason>.*)",
        flaw: Some("is not `zizmor: ignore[audit]`, so zizmor ignores nothing"),
    },
];

static MARKS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| COMMENTS.iter().filter_map(|grammar| Regex::new(grammar.mark).ok()).collect());
static NEEDLES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let anchored = COMMENTS.iter().map(|grammar| format!("^(?:{})", grammar.needle));
    anchored.filter_map(|needle| Regex::new(&needle).ok()).collect()
});

/// The mark of a comment that begins here, if one does.
pub(super) fn read(place: Place<'_>) -> Option<Suppression> {
    let found = position(place.before)?;
    let at = NEEDLES.iter().position(|needle| needle.is_match(place.rest))?;
    let grammar = COMMENTS.get(at)?;
    if grammar.place == Where::Start && found != Where::Start {
        return None;
    }
    let end = |text: &str| text.trim_end().len();
    let Some(mark) = MARKS.get(at)?.captures(place.rest) else {
        // Inside of a sentence it is a word about marks, not an attempt at one.
        let flaw = grammar.flaw.filter(|_| found == Where::Start)?;
        let looks = !is_prose(place.rest);
        let mark = Suppression::new(grammar.tool, Vec::new(), place.span(end(place.rest)));
        return looks.then_some(Suppression { flaw: Some(flaw), ..mark });
    };
    let part = |name: &str| mark.name(name).map_or("", |part| part.as_str());
    let reason = mark.name("reason");
    let until = reason.map_or(place.rest.len(), |reason| reason.start());
    let span = place.span(end(place.rest.get(..until).unwrap_or(place.rest)));
    let mut suppression = Suppression::new(grammar.tool, rules(part("rules")), span);
    match option(part("options"), "exp") {
        Some(Ok(day)) => suppression.expires = Some(Expiry { day, enforced: true }),
        Some(Err(())) => suppression.flaw = Some(UNREADABLE_DATE),
        None => {}
    }
    if grammar.tool == "terrascan" && !place.before.ends_with('#') {
        suppression.flaw = Some(TERRASCAN_SPACE);
    }
    let own = reason.map_or("", |reason| without_end(reason.as_str()));
    suppression.explain(own, &marks::comment_above(place.source, place.line));
    Some(suppression)
}

/// trivy keeps the mark and forgets its date.
const UNREADABLE_DATE: &str = "has an `exp:` that is not a date, so it never ends";
const TERRASCAN_SPACE: &str =
    "has a space after `#`, and terrascan reads only `#ts:skip=`: it skips nothing";

/// Whether what follows the name of the mark is a sentence: `yamllint disable is needed here`.
fn is_prose(rest: &str) -> bool {
    let word = rest.split_whitespace().find(|word| !word.contains([':', '=', '[', '-']));
    let signs = rest.contains("rule:") || rest.contains("-line") || rest.contains("-file");
    rest.starts_with("yamllint") && word.is_some() && !signs
}

/// The ids of a list, without what some tools write before each.
fn rules(text: &str) -> Vec<String> {
    text.split([',', ' ', '\t'])
        .map(|rule| rule.trim().trim_start_matches("rule:"))
        .filter(|rule| !rule.is_empty() && !matches!(*rule, "*" | "all"))
        .map(str::to_owned)
        .collect()
}

/// The value of `:key:value`; an error when it is not a date.
fn option(options: &str, key: &str) -> Option<Result<jiff::civil::Date, ()>> {
    let mut parts = options.trim_start_matches(':').split(':');
    while let Some(name) = parts.next() {
        let value = parts.next()?;
        if name == key {
            return Some(parse_date(value).map_err(|_message| ()));
        }
    }
    None
}

/// The text without what ends a comment.
fn without_end(text: &str) -> &str {
    let ends = ["*/", "-->"];
    let at = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text[..at].trim()
}

/// Where in a comment the end of `before` is; `None` outside of comments.
fn position(before: &str) -> Option<Where> {
    if before.trim_start().starts_with("///") || before.trim_start().starts_with("//!") {
        // Documentation of code speaks of marks.
        return None;
    }
    let trimmed = before.trim_end();
    let bare = trimmed.trim_end_matches(['#', '/', '*', '-', '!']);
    let lead = &trimmed[bare.len()..];
    if LEADERS.iter().any(|leader| lead.starts_with(leader) || lead.ends_with(leader)) {
        let address = bare.ends_with(':') && lead.starts_with("//");
        let at_start = bare.trim().is_empty() || lead != "*" && !address;
        return (at_start && !is_open_quote(bare)).then_some(Where::Start);
    }
    let separated = before.ends_with(|c: char| c.is_whitespace() || "(:,;".contains(c));
    (separated && begins(before)).then_some(Where::Anywhere)
}

/// Whether a comment begins somewhere in the text, outside of quotes.
fn begins(text: &str) -> bool {
    let (mut last, mut quoted, mut ticked) = (' ', false, false);
    for (at, character) in text.char_indices() {
        let leads = |leader: &&str| *leader != "*" && text[at..].starts_with(*leader);
        if last.is_whitespace() && !quoted && !ticked && LEADERS.iter().any(leads) {
            return true;
        }
        quoted ^= character == '"';
        ticked ^= character == '`';
        last = character;
    }
    false
}

/// Whether the text ends inside of a quoted one.
fn is_open_quote(code: &str) -> bool {
    let odd = |quote: char| code.matches(quote).count() % 2 == 1;
    odd('"') || odd('`') || code.ends_with('\'') && odd('\'')
}

#[cfg(test)]
mod tests {
    use super::{COMMENTS, MARKS, NEEDLES, Where, position};

    #[test]
    fn every_grammar_compiles() {
        assert_eq!(MARKS.len(), COMMENTS.len());
        assert_eq!(NEEDLES.len(), COMMENTS.len());
    }

    #[test]
    fn where_a_comment_begins() {
        for before in ["# ", "#", "a: 1 # ", "  // ", "x */ /* ", " * ", "<!-- ", "{{/* ", "## "] {
            assert_eq!(position(before), Some(Where::Start), "{before}");
        }
        for before in ["# said: ", "a: 1 # key of the demo ", "// a, "] {
            assert_eq!(position(before), Some(Where::Anywhere), "{before}");
        }
        for before in ["a: ", "url: https://", "x = \"# ", "run: grep '#", "a#b ", "echo \"// ", ""]
        {
            assert_eq!(position(before), None, "{before}");
        }
    }
}
