//! Whole files inside one string: compared line by line, keyed lines by their keys.

use std::collections::{BTreeMap, VecDeque};

use crate::compare::identity::are_identifiers;
use crate::compare::names::{Names, PairNames, without_names};
use crate::source::Snapshot;
use crate::text::Span;

/// More differences than this are not even judged one by one.
const MOST: usize = 300;

/// Most pairs of lines or elements that are tried to find those that are alike.
pub(crate) const SEARCH: usize = 40_000;

/// A line of a text: where it begins in the value, and its content without indentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line<'t> {
    /// 0-based line of the value.
    pub(crate) number: usize,
    /// The content.
    pub(crate) text: &'t str,
}

/// A line that has no equal on the other side, paired where both have its key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LinePair<'t> {
    /// What names the line: its key, or its whole text.
    pub(crate) key: &'t str,
    /// The line of the environment.
    pub(crate) here: Option<Line<'t>>,
    /// The line of the reference.
    pub(crate) there: Option<Line<'t>>,
}

/// The lines that differ; a second value above zero says how many more there are than are told.
///
/// Blank lines and comments do not count.
pub(crate) fn differing<'t>(
    here: &'t str,
    there: &'t str,
    names: &PairNames,
) -> (Vec<LinePair<'t>>, usize) {
    let (left, right) = without_common(lines(here).collect(), lines(there).collect(), |line, _| {
        line.text.to_owned()
    });
    let (mut left, mut right) = without_common(left, right, |line, mine| {
        let own = if mine { &names.here } else { &names.there };
        own.normal(line.text).into_owned()
    });
    let shortened = |own: &Names, text: &str| without_names(&own.normal(text));
    (left, right) = without_common(left, right, |line, mine| {
        shortened(if mine { &names.here } else { &names.there }, line.text)
    });
    if let Some((here, there)) = &names.substituted {
        (left, right) = without_common(left, right, |line, mine| {
            shortened(if mine { here } else { there }, line.text)
        });
    }
    left.sort();
    right.sort();
    let mut by_key: BTreeMap<&str, VecDeque<Line<'t>>> = BTreeMap::new();
    for line in right {
        by_key.entry(split_key(line.text).0).or_default().push_back(line);
    }
    let mut pairs: Vec<LinePair<'t>> = Vec::new();
    for line in left {
        let (key, _) = split_key(line.text);
        let partners = by_key.get_mut(key).filter(|_| !key.is_empty());
        let there = partners.and_then(VecDeque::pop_front);
        pairs.push(LinePair { key, here: Some(line), there });
    }
    let mut right: Vec<Line<'t>> = by_key.into_values().flatten().collect();
    right.sort();
    pair_elements(&mut pairs, &mut right);
    pair_opposites(&mut pairs, &mut right);
    pairs.extend(right.into_iter().map(|line| LinePair {
        key: split_key(line.text).0,
        here: None,
        there: Some(line),
    }));
    pairs.sort_by_key(|pair| pair.here.or(pair.there).map(|line| line.number));
    told(pairs, |pair| pair.here.is_some() && pair.there.is_some())
}

/// What is told of the differences of two texts, and how many more there are: of two that have
/// little in common one stands for all, one that `both` texts have if there is any.
pub(crate) fn told<T>(mut all: Vec<T>, both: impl Fn(&T) -> bool) -> (Vec<T>, usize) {
    if all.len() <= MOST {
        return (all, 0);
    }
    let more = all.len() - 1;
    let first = all.iter().position(both).unwrap_or(0);
    (vec![all.swap_remove(first)], more)
}

/// Pairs lines without a key, the elements of lists: those that name things of one sort, then the
/// rest in order where as many are left on both sides.
fn pair_elements<'t>(pairs: &mut [LinePair<'t>], right: &mut Vec<Line<'t>>) {
    let keyless = |line: &Line<'_>| split_key(line.text).1.is_none();
    let mut open: Vec<usize> = (0..pairs.len())
        .filter(|&at| pairs[at].there.is_none() && pairs[at].here.as_ref().is_some_and(keyless))
        .collect();
    let (mut elements, rest): (Vec<_>, Vec<_>) = right.iter().copied().partition(keyless);
    let few = open.len().saturating_mul(elements.len()) <= SEARCH;
    open.retain(|&at| {
        let Some(mine) = pairs[at].here else { return false };
        let (_, own) = value_of(mine.text);
        let alike = |other: &Line<'_>| are_identifiers(own, value_of(other.text).1);
        match few.then(|| elements.iter().position(alike)).flatten() {
            Some(found) => {
                (pairs[at].there, pairs[at].key) = (Some(elements.remove(found)), "-");
                false
            }
            None => true,
        }
    });
    if elements.len() == open.len() {
        for (at, line) in open.into_iter().zip(elements.drain(..)) {
            (pairs[at].there, pairs[at].key) = (Some(line), "-");
        }
    }
    *right = rest.into_iter().chain(elements).collect();
}

/// Words that begin a line and say yes or no to the rest of it, in servers' and firewalls' own notations.
const OPPOSITES: &[(&str, &str)] =
    &[("allow", "deny"), ("accept", "drop"), ("accept", "reject"), ("permit", "deny")];

/// Pairs a line that permits what a line of the other side refuses, in order: `deny all;`, `allow all;`.
fn pair_opposites<'t>(pairs: &mut [LinePair<'t>], right: &mut Vec<Line<'t>>) {
    let is_word = |line: &Line<'_>| {
        let word = split_key(line.text).0;
        OPPOSITES.iter().any(|&(yes, no)| word == yes || word == no)
    };
    for pair in pairs.iter_mut().filter(|pair| pair.there.is_none()) {
        let Some(mine) = pair.here.filter(is_word) else { continue };
        let found =
            right.iter().position(|other| is_word(other) && are_opposite(mine.text, other.text));
        pair.there = found.map(|at| right.remove(at));
    }
}

/// Whether one line permits what the other refuses.
pub(crate) fn are_opposite(here: &str, there: &str) -> bool {
    let ((mine, what), (theirs, that)) = (split_key(here), split_key(there));
    let opposite =
        |&(yes, no): &(&str, &str)| (mine == yes && theirs == no) || (mine == no && theirs == yes);
    what.is_some() && what == that && OPPOSITES.iter().any(opposite)
}

/// The lines of both sides whose keys the other side has not as often.
fn without_common<'t>(
    left: Vec<Line<'t>>,
    right: Vec<Line<'t>>,
    key: impl Fn(Line<'t>, bool) -> String,
) -> (Vec<Line<'t>>, Vec<Line<'t>>) {
    let mut counts: BTreeMap<String, (Vec<Line<'t>>, Vec<Line<'t>>)> = BTreeMap::new();
    for line in left {
        counts.entry(key(line, true)).or_default().0.push(line);
    }
    for line in right {
        counts.entry(key(line, false)).or_default().1.push(line);
    }
    let mut rest = (Vec::new(), Vec::new());
    for (mine, theirs) in counts.into_values() {
        let common = mine.len().min(theirs.len());
        rest.0.extend_from_slice(&mine[common..]);
        rest.1.extend_from_slice(&theirs[common..]);
    }
    rest
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines()
        .enumerate()
        .map(|(number, line)| Line { number, text: line.trim() })
        .filter(|line| !line.text.is_empty() && !is_comment(line.text))
}

fn is_comment(line: &str) -> bool {
    ["#", "//", ";", "--"].iter().any(|mark| line.starts_with(mark))
}

/// Splits `key=value`, `key: value`, `--flag=value` and `directive value;` at the first separator.
///
/// Of an element of a list, the text after the dash counts. A line without a key is its own key.
pub(crate) fn split_key(line: &str) -> (&str, Option<&str>) {
    let item = line.strip_prefix("- ").unwrap_or(line);
    // A colon separates before a space, at the end, and after a quoted key; not inside `https://`.
    let separates = |at: usize| {
        let (before, after) = (item[..at].chars().last(), item[at + 1..].chars().next());
        item[at..].starts_with('=') || after.is_none_or(char::is_whitespace) || before == Some('"')
    };
    let sign = item.match_indices(['=', ':']).map(|(at, _)| at).find(|&at| at > 0 && separates(at));
    let space = || item.find([' ', '\t']).filter(|_| item.len() == line.len());
    match sign.or_else(space) {
        Some(at) => {
            let key = item[..at].trim_matches(['"', '\'', ' ', '\t']);
            (key, Some(item[at + 1..].trim()))
        }
        None => (item, None),
    }
}

/// The value of a keyed line without quotes and final separators, and where it begins in the line.
pub(crate) fn value_of(line: &str) -> (usize, &str) {
    let (key, value) = split_key(line);
    let value = value.unwrap_or(key);
    let bare = value.trim_matches(['"', '\'', ',', ';', ' ', '\t']);
    (bare.as_ptr() as usize - line.as_ptr() as usize, bare)
}

/// The source bytes of one line of a text that was read from `span`.
///
/// Block scalars and whole files have as many source lines as the value; anything else (quoted
/// text, folded blocks) is answered with the whole span.
pub(crate) fn line_span(snapshot: &Snapshot, span: Span, value: &str, line: usize) -> Span {
    let source = snapshot.slice(span);
    let value_lines = value.trim_end_matches('\n').lines().count();
    let content = source.trim_end_matches(['\n', '\r', ' ']);
    if content.lines().count() != value_lines {
        return span;
    }
    let Some(text) = content.lines().nth(line) else { return span };
    let start = text.as_ptr() as usize - source.as_ptr() as usize;
    let indent = text.len() - text.trim_start().len();
    let from = span.start as usize + start + indent;
    Span::new(span.file, from, from + text.trim().len())
}

#[cfg(test)]
mod tests {
    use super::{differing, line_span};
    use crate::compare::names::PairNames;
    use crate::source::Snapshot;
    use crate::text::{FileId, Span};

    #[test]
    fn lines_pair_by_key_and_comments_do_not_count() {
        let names = PairNames::default();
        let pairs = differing("a=1\n# x\nb=2\nc=3\n", "b=2\na=9\nd=4\n", &names).0;
        let texts: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.key, pair.here.map(|l| l.text), pair.there.map(|l| l.text)))
            .collect();
        assert_eq!(
            texts,
            [("a", Some("a=1"), Some("a=9")), ("d", None, Some("d=4")), ("c", Some("c=3"), None)]
        );
    }

    #[test]
    fn what_is_permitted_answers_what_is_refused() {
        let names = PairNames::default();
        let pairs =
            differing("deny all;\nallow 10.0.0.0/8;\n", "allow all;\ndeny 10.1.0.0/16;\n", &names)
                .0;
        let texts: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.here.map(|l| l.text), pair.there.map(|l| l.text)))
            .collect();
        assert_eq!(texts.first(), Some(&(Some("deny all;"), Some("deny 10.1.0.0/16;"))));
        let pairs = differing("a b;\ndeny all;\n", "a b;\nallow all;\n", &names).0;
        let texts: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.here.map(|l| l.text), pair.there.map(|l| l.text)))
            .collect();
        assert_eq!(texts, [(Some("deny all;"), Some("allow all;"))]);
    }

    #[test]
    fn a_line_of_a_block_is_found_in_its_source() {
        let text = "k: |\n  one\n\n  two\n";
        let snapshot = Snapshot::from_memory([("a.yaml", text)]);
        let block = Span::new(FileId(0), 7, text.len() - 1);
        let span = line_span(&snapshot, block, "one\n\ntwo\n", 2);
        assert_eq!(snapshot.slice(span), "two");
    }
}
