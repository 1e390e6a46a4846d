//! Which words of a comment mark a temporary change, and how surely.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// The weight from which on a comment is reported wherever it stands.
pub(super) const STRONG: u32 = 3;
/// The weight from which on a single marker is reported where environments differ.
pub(super) const WEAK: u32 = 2;

/// A pattern over a comment in lower case, and how much it weighs.
///
/// Measured on comments of public repositories: a word that means a temporary change less often
/// than every second time weighs 1 or 2 and needs another one beside it.
const MARKERS: &[(&str, u32)] = &[
    // An instruction to undo the line.
    (
        r"\b(remove|delete|drop) (((this|these|that) ([a-z]+ )?)|it |them |me )?(after|once|when|until|as soon as)\b",
        3,
    ),
    (r"\b(remove|delete|drop|revert) (this |it )?(in|with) (the )?next\b", 3),
    (
        r"\b(restore|reset|(change|set|switch|scale|turn|put|go) (it |this )?back)\b.{0,40}\b(after|once|when) (the |this )?(incident|outage|event|sale|peak|load|migration|freeze|upgrade|release|fix|test|stocktake)\b",
        3,
    ),
    (
        r"\b(revert|undo|roll back|reset) (this|it|these|me|after|once|when|before|asap|to normal)\b",
        3,
    ),
    (
        r"\b(to be|please|must be|should be|can be|needs to be) (removed|reverted|undone)( (after|once|when|until|as soon as|before)\b|$)",
        3,
    ),
    (r"\b(do not|don't|never) (commit|merge|promote)\b", 3),
    (r"\b(remove|delete|revert) (me|asap)\b", 3),
    (
        r"\b(until|till|expires?( on)?|(remove|revert|delete|undo|drop|disable)( it| this)? (by|on|before)):? (the )?(end of |mid )?(20[0-9]{2}\b|q[1-4]\b|[0-3]?[0-9](st|nd|rd|th|\.)|[0-3]?[0-9] (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* )",
        3,
    ),
    // A name for the change itself.
    (r"\bhot[- ]?fix(ed)?\b", 3),
    (r"\b(quick[- ]?fix|stop-?gap|band-?aid)\b", 3),
    (r"\bshort[- ]term (fix|hack|workaround|measure|solution|change)\b", 3),
    (
        r"\b(temporary|temp|interim) (fix|hack|workaround|work-around|measure|change|override|increase|bump|setting|exception|solution|patch|value|limit|until|while|because|due)\b",
        3,
    ),
    (r"^(this is )?(temporary|temp|tmp|temporarily|interim)\b", 3),
    (r"\b(temporary|temp|interim) *([:;,.!)\u{2013}\u{2014}-]|$)", 3),
    (
        r"\btemporarily (set|raised?|lowered|bumped|increased?|reduced?|disabled?|enabled?|allow(ed)?|changed|pinned|use|using|add(ed)?|scaled?|off|on|switched)\b",
        3,
    ),
    (
        r"\b(emergency|break[- ]?glass) (fix|change|patch|override|setting|deploy|rollback|scaling|bump|increase)\b",
        3,
    ),
    (r"^(emergency|break[- ]?glass|incident) *([:\u{2013}\u{2014}]|-( |$))", 3),
    (r"\b(incident|outage) #?[0-9]{2,}\b", 3),
    (
        r"\b(incident|outage|emergency|break[- ]?glass)\b.{0,40}\b[a-z]{2,10}-?[0-9]+\b|\b[a-z]{2,10}-[0-9]+\b.{0,40}\b(incident|outage|emergency|break[- ]?glass)\b",
        3,
    ),
    // A hint that needs another one.
    (r"\b(temporary|temporarily|temp)\b", 2),
    (r"^(just |only )?for (now|the moment|the time being)\b", 3),
    (r"\bfor (now|the moment|the time being)\b", 2),
    (
        r"\b(disabled?|off|pin(ned)?|kept|keep|raised?|lowered?|increased?|reduced?|held|hold|skip(ped)?|commented out) (this |it )?(until|till)\b",
        1,
    ),
    (
        r"\b(until|till) (the |a |an )?([a-z]+ ){0,3}(fix|release|upgrade|migration|merge|patch|cut-?over)\b",
        2,
    ),
    (r"\b(break[- ]?glass)\b", 2),
    (
        r"\b(until|till) [^.;]{1,60}\b(is|are|has been|have been|gets?) (fixed|merged|released|done|over|back|ready|available|updated|upgraded|migrated|resolved|supported|gone)\b",
        2,
    ),
    (
        r"\b(after|once|when) [^.;]{1,60}\b(is|are|has been|have been|gets?) (fixed|merged|released|done|over|back|ready|available|updated|upgraded|migrated|resolved|supported|gone)\b",
        1,
    ),
    (r"\b(incident|outage|postmortem|post-mortem)\b", 1),
    (r"\b(inc|chg)-?[0-9]+\b", 2),
    (r"\bsev-?[0-9]\b", 2),
    (r"\b[a-z]{2,10}-[0-9]{2,}\b", 1),
    (r"\b(revert|roll ?back|undo)\b", 1),
    (r"\bemergency\b", 1),
    (r"\b(todo|fixme|xxx|hack)\b", 1),
    (r"\bwork-?around\b", 1),
    (r"\b(by hand|manually|manual (override|change|fix|edit|scaling|patch))\b", 1),
    (r"\bkubectl (edit|patch|scale|set)\b", 1),
    (r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9]\b", 1),
    (r"\b(load test|black friday|migration|cut-?over|stocktake|inventory)\b", 1),
];

/// Comments that speak of temporary things, and are not temporary themselves.
const HARMLESS: &str = r"(?x)
    \b(temporary|temp|tmp)\ (director(y|ies)|dirs?|files?|folders?|storage|data|volumes?|mounts?|fields?|credentials|tables?|space|tokens?|objects?|disks?|paths?|errors?|failures?|pressure|rate|flag|buckets?|databases?|resources?|workspaces?|keys?|network|outages?)\b
    | \btemporarily\ (unavailable|not|unready|unreachable|offline|stored?)\b
    | \b(resource|node|memory|disk)\ pressure\b
    | \b(remove|delete|drop|clean)(d|ed)?\ (\w+\ ){0,2}after\ [0-9]+\ ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|weeks?|months?|years?)\b
    | \b(valid|supported|maintained|available|kept|stored|cached|retained|wait|waits|waiting|retry|retries|runs?|blocks?)\ (until|till)\b
";

/// Comments that nobody of this repository wrote for this line.
const FOREIGN: &[&str] = &[
    "copyright",
    "licensed under",
    "license:",
    "spdx-",
    "do not edit",
    "generated by",
    "helm-docs",
];

static PATTERNS: LazyLock<Option<RegexSet>> =
    LazyLock::new(|| RegexSet::new(MARKERS.iter().map(|(pattern, _)| fast(pattern))).ok());
static SINGLE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    MARKERS.iter().filter_map(|(pattern, _)| Regex::new(&fast(pattern)).ok()).collect()
});
static HARMLESS_PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(HARMLESS).ok());

/// Markers that are written with a hyphen or an underscore.
static SPOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r"(?i)\b(remove|revert|delete|expires?|temp|temporary|quick|emergency|valid)[-_](after|by|on|until|once|when|fix|hack|patch|change)\b";
    Regex::new(pattern).ok()
});

/// Boundaries of ASCII words keep the search fast in any text.
fn fast(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

/// What a comment says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The sum of its markers.
    pub(super) weight: u32,
    /// The weight of the heaviest.
    pub(super) most: u32,
    /// The words of the heaviest marker.
    pub(super) words: String,
}

/// Weighs a comment.
pub(super) fn weigh(comment: &str) -> Option<Verdict> {
    let text = plain(comment);
    if text.starts_with("-- ") || FOREIGN.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let text = HARMLESS_PATTERN.as_ref().map_or(text.clone().into(), |p| p.replace_all(&text, "…"));
    let hits: Vec<_> = PATTERNS.as_ref()?.matches(&text).into_iter().collect();
    let weight = hits.iter().map(|&hit| MARKERS[hit].1).sum();
    let heaviest = hits.into_iter().max_by_key(|&hit| (MARKERS[hit].1, std::cmp::Reverse(hit)))?;
    let words = SINGLE.get(heaviest)?.find(&text)?.as_str();
    let words = words.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    Some(Verdict { weight, most: MARKERS[heaviest].1, words })
}

/// The comment in lower case, one space between words, without addresses, paths, and names that
/// merely hold a marker (`incident-web`).
fn plain(comment: &str) -> String {
    let spoken = SPOKEN.as_ref().map_or(comment.into(), |p| p.replace_all(comment, "$1 $2"));
    let words = spoken.split_whitespace().map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let known = [
            "hot-fix",
            "break-glass",
            "stop-gap",
            "band-aid",
            "work-around",
            "cut-over",
            "short-term",
            "quick-fix",
        ];
        let lower = bare.to_lowercase();
        let dated = bare.starts_with(|c: char| c.is_ascii_digit());
        let ticket =
            bare.split_once('-').is_some_and(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()));
        let name = bare.contains(['/', '_', '@', '='])
            || bare.contains('-') && !dated && !ticket && !known.contains(&lower.as_str());
        if name { "…".to_owned() } else { word.to_lowercase() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{MARKERS, PATTERNS, SINGLE, STRONG, weigh};

    fn strong(comment: &str) -> bool {
        weigh(comment).is_some_and(|verdict| verdict.weight >= STRONG)
    }

    #[test]
    fn every_pattern_compiles() {
        assert!(PATTERNS.is_some());
        assert_eq!(SINGLE.len(), MARKERS.len());
    }

    #[test]
    fn comments_that_mark_a_temporary_change() {
        for comment in [
            " TEMPORARY: raise limits for the stocktake",
            " hotfix for INC-4711",
            " remove once the migration is over",
            " TODO remove after the release",
            " Revert this after Black Friday",
            " keep the old name for now, until the controller is updated",
            " temporarily disabled",
            " FIXME: manually scaled, see incident of 2026-03-01",
            " raised by hand, temporary!",
            " to be reverted",
            " as a temporary measure we use tokens",
            " keep until 2026-05-01",
            " remove-after: 2024-05-01",
            " revert by 1 May 2024",
            " EMERGENCY: raised during the outage",
            " incident INC-4711: raised",
            " break-glass, OPS-1234",
            " raised for incident 4711",
            " remove this line once the migration has finished",
            " disabled until the bug is fixed",
            " for now",
            " restore to 3 after the incident",
        ] {
            assert!(strong(comment), "{comment}: {:?}", weigh(comment));
        }
    }

    #[test]
    fn comments_that_do_not() {
        for comment in [
            " Temporary directory for uploads",
            " the application incident-web",
            " levels: Emergency, Alert, Critical",
            " https://example.org/hotfix/for-now",
            " TODO: document",
            " workaround for a bug of the operator",
            " tolerate temporary resource pressure",
            " pods must not run on temporarily not-ready nodes",
            " Copyright 2024, remove when distributing",
            " -- Temporary flag of the chart",
            " created manually in the console",
            " image: registry.example.org/api:hotfix-12",
            " so that the operator does not revert the scale-down",
            " written to separate databases for now",
            " set manually or by hand",
            " hotfix-window: sunday",
            " may restart deployments for hotfixes",
            " the certificate is valid until 2030-01-01",
            " waits until 10 pods are ready",
            " alerts of the break-glass account",
            " see PROJ-1234",
            " delete after 30 days",
            " remove the curly braces after resources",
            " restores the number of replicas after a while",
            " TODO: move when the upstream issue is resolved",
        ] {
            assert!(!strong(comment), "{comment}: {:?}", weigh(comment));
        }
    }
}
