//! Which of two versions is the newer one, where that can be told from their texts.
//!
//! Semantic versions, dates, calendar versions and build numbers have an order, commits and digests
//! have none. Two texts are comparable when they are of one scheme: the same words around the
//! numbers, and numbers of one sort.

use std::cmp::Ordering;

/// What comes before a release, the earliest first.
const BEFORE_RELEASE: &[&str] = &[
    "dev",
    "snapshot",
    "nightly",
    "canary",
    "unstable",
    "next",
    "ea",
    "pre",
    "preview",
    "a",
    "alpha",
    "b",
    "beta",
    "m",
    "milestone",
    "cr",
    "rc",
];
/// Longer texts are no versions.
const LONGEST: usize = 128;

/// A part of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<'t> {
    Number(&'t str),
    /// A commit or a digest: it differs and has no order.
    Hash(&'t str),
    /// Words and separators.
    Word(String),
}

/// A version in its parts.
#[derive(Debug)]
struct Version<'t> {
    /// What stands before the first number.
    prefix: Vec<Part<'t>>,
    /// The first number and those that follow it after dots.
    core: Vec<&'t str>,
    /// What follows.
    rest: Vec<Part<'t>>,
    /// Where the first word of the rest says that the release is still to come: its place there.
    before_release: Option<usize>,
}

/// How `here` and `there` are ordered; nothing where they are not of one scheme.
pub(crate) fn order(here: &str, there: &str) -> Option<Ordering> {
    if here == there {
        return Some(Ordering::Equal);
    }
    if is_range(here) || is_range(there) {
        return None;
    }
    let (a, b) = (Version::parse(here)?, Version::parse(there)?);
    let suffix = |version: &Version<'_>| {
        let shape: Vec<Part<'static>> = version.rest.iter().map(shape).collect();
        if version.before_release.is_some() { Vec::new() } else { shape }
    };
    let prefix = |version: &Version<'_>| version.prefix.iter().map(shape).collect::<Vec<_>>();
    if prefix(&a) != prefix(&b) || suffix(&a) != suffix(&b) {
        return None;
    }
    for (mine, theirs) in a.core.iter().zip(&b.core) {
        match numbers(mine, theirs)? {
            Ordering::Equal => {}
            decided => return Some(decided),
        }
    }
    if a.core.len() != b.core.len() {
        return None;
    }
    match (a.before_release, b.before_release) {
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(mine), Some(theirs)) if mine != theirs => Some(mine.cmp(&theirs)),
        _ => parts(&a.rest, &b.rest),
    }
}

/// Whether both name builds of one scheme whose texts do not tell which came first: commits, digests.
pub(crate) fn are_unordered(here: &str, there: &str) -> bool {
    if here.len().max(there.len()) > LONGEST || order(here, there).is_some() {
        return false;
    }
    let (a, b) = (split(here), split(there));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| shape(a) == shape(b))
        && a.iter().zip(&b).any(|(a, b)| matches!(a, Part::Hash(_)) && a != b)
}

/// The order of two rests, number by number.
fn parts(here: &[Part<'_>], there: &[Part<'_>]) -> Option<Ordering> {
    let mut unordered = here.len() != there.len();
    for pair in here.iter().zip(there) {
        match pair {
            (Part::Number(a), Part::Number(b)) => match numbers(a, b)? {
                Ordering::Equal => {}
                decided => return Some(decided),
            },
            (Part::Hash(a), Part::Hash(b)) => unordered |= a != b,
            (Part::Word(a), Part::Word(b)) if a == b => {}
            _ => return None,
        }
    }
    (!unordered).then_some(Ordering::Equal)
}

/// Whether a text allows many versions: `>=1.2`, `~1.4`, `1.x`, `1.2 - 1.4`.
fn is_range(text: &str) -> bool {
    text.starts_with(['<', '>', '=', '~', '^', '!'])
        || text.contains(['*', '|', ','])
        || text.contains(" - ")
        || text.split('.').any(|part| matches!(part, "x" | "X"))
}

/// Whether both texts allow the same versions, but for those that come before a release:
/// `>=1.2.0-0` and `>=1.2.0`.
pub(crate) fn same_range(here: &str, there: &str) -> bool {
    let bare = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| c.is_whitespace() || c == ',');
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(|part| part.split_once('-').map_or(part, |(range, _)| range).to_owned()).collect()
    };
    is_range(here) && is_range(there) && bare(here) == bare(there)
}

/// What two parts must share: the words, and that there is a number or a hash.
fn shape(part: &Part<'_>) -> Part<'static> {
    match part {
        Part::Number(_) => Part::Number(""),
        Part::Hash(_) => Part::Hash(""),
        Part::Word(word) => Part::Word(word.clone()),
    }
}

/// The order of two numbers of one sort, however long.
fn numbers(here: &str, there: &str) -> Option<Ordering> {
    if sort(here) != sort(there) {
        return None;
    }
    let digits = |text: &str| text.trim_start_matches('0').to_owned();
    let (a, b) = (digits(here), digits(there));
    Some(a.len().cmp(&b.len()).then_with(|| a.cmp(&b)))
}

/// Counters, years, and dates or times of each length are not compared with each other.
fn sort(digits: &str) -> usize {
    match digits.len() {
        4 if matches!(&digits[..2], "19" | "20") => 4,
        length if length < 6 => 0,
        length => length,
    }
}

impl<'t> Version<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        // Metadata of a build has no order.
        let parts = split(text.split('+').next().unwrap_or(text));
        let first = parts.iter().position(|part| matches!(part, Part::Number(_)))?;
        let mut prefix = parts[..first].to_vec();
        // `v1.2` and `1.2` are two notations of one version.
        let marked = matches!(prefix.last(), Some(Part::Word(word)) if word == "v");
        if marked {
            prefix.pop();
        }
        let mut core = Vec::new();
        let mut at = first;
        while let Some(Part::Number(number)) = parts.get(at) {
            core.push(*number);
            at += 1;
            match (parts.get(at), parts.get(at + 1)) {
                (Some(Part::Word(dot)), Some(Part::Number(_))) if dot == "." => at += 1,
                _ => break,
            }
        }
        let rest = parts[at..].to_vec();
        let word = rest.iter().find_map(|part| match part {
            Part::Word(word) if word.chars().all(char::is_alphabetic) => Some(Some(word)),
            Part::Word(_) => None,
            _ => Some(None),
        });
        let before_release =
            word.flatten().and_then(|word| BEFORE_RELEASE.iter().position(|known| known == word));
        Some(Self { prefix, core, rest, before_release })
    }
}

/// Numbers, hashes, words, and each separator on its own.
fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let separator = piece.chars().next_back().filter(|c| !c.is_alphanumeric());
        let name = &piece[..piece.len() - separator.map_or(0, char::len_utf8)];
        if is_hash(name) {
            parts.push(Part::Hash(name));
        } else {
            runs(name, &mut parts);
        }
        parts.extend(separator.map(|separator| Part::Word(separator.to_string())));
    }
    parts
}

/// Runs of digits and of other characters.
fn runs<'t>(name: &'t str, parts: &mut Vec<Part<'t>>) {
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        parts.push(if digit { Part::Number(run) } else { Part::Word(run.to_lowercase()) });
        rest = after;
    }
}

/// Whether the text is a commit, as it is or as `git describe` writes it.
fn is_hash(text: &str) -> bool {
    let text = text.strip_prefix('g').unwrap_or(text);
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (7..=64).contains(&text.len())
        && text.bytes().all(hex)
        && (text.bytes().any(|b| b.is_ascii_alphabetic()) || text.len() >= 40)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use super::{are_unordered, order};

    #[test]
    fn one_scheme_has_an_order() {
        for (here, there, expected) in [
            ("1.10.0", "1.9.3", Greater),
            ("v1.2.0", "1.2.1", Less),
            ("1.2.0-rc1", "1.2.0", Less),
            ("1.2.0", "1.2.0-rc.2", Greater),
            ("1.2.0-rc.10", "1.2.0-rc.9", Greater),
            ("1.2.0-beta.9", "1.2.0-rc.1", Less),
            ("1.3.0-SNAPSHOT", "1.2.7", Greater),
            ("1.2.0+5", "1.2.0+7", Equal),
            ("20261121", "20261120", Greater),
            ("2026.11.1", "2026.9.30", Greater),
            ("2026-11-21", "2026-11-22", Less),
            ("20261121-0a1b2c3", "20261120-fedcba9", Greater),
            ("main-0a1b2c3-1700000001", "main-fedcba9-1700000000", Greater),
            ("build-57", "build-9", Greater),
            ("1.4.2-alpine3.19", "1.4.2-alpine3.18", Greater),
            ("1.2.3-4-g0a1b2c3", "1.2.3-12-gfedcba9", Less),
            ("orders-v1.2.0", "orders-v1.1.0", Greater),
            ("8", "7", Greater),
        ] {
            assert_eq!(order(here, there), Some(expected), "{here} {there}");
            assert_eq!(order(there, here), Some(expected.reverse()), "{there} {here}");
        }
    }

    #[test]
    fn different_schemes_and_commits_have_none() {
        for (here, there) in [
            ("0a1b2c3", "fedcba9"),
            ("20261121-0a1b2c3", "20261121-fedcba9"),
            ("1.2.0", "main-57"),
            ("1.2.0", "latest"),
            ("1.3.0", "1.2.0-alpine"),
            ("1.3.0", "1.2.0-57-g0a1b2c3"),
            ("2026.11.1", "1.9.0"),
            ("20261121", "57"),
            ("1.2", "1.2.3"),
            ("release-12", "main-11"),
            ("", "1"),
        ] {
            assert_eq!(order(here, there), None, "{here} {there}");
        }
    }

    #[test]
    fn commits_of_one_scheme_are_builds() {
        let digest = |byte: &str| format!("sha256:{}", byte.repeat(32));
        for (here, there, expected) in [
            ("0a1b2c3", "fedcba9", true),
            ("main-0a1b2c3", "main-fedcba9", true),
            ("20261121-0a1b2c3", "20261121-fedcba9", true),
            (&digest("0a"), &digest("b1"), true),
            ("0a1b2c3", "0a1b2c3", false),
            ("main-0a1b2c3", "release-fedcba9", false),
            ("main-0a1b2c3-1700000001", "main-fedcba9-1700000000", false),
            ("0a1b2c3", "1.2.0", false),
            ("main", "release", false),
        ] {
            assert_eq!(are_unordered(here, there), expected, "{here} {there}");
        }
    }
}
