//! Texts that stand for each other again and again: names of environments that no word list has.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::identity::is_version;
use crate::kube::quantity::{duration, quantity};

/// How many places must agree before a pair is believed.
const PLACES: usize = 3;
/// Shortest text that can be a name.
const SHORTEST: usize = 3;

/// Two texts that stand for each other in two environments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Substitution {
    /// Indices of the environment and its reference.
    pub environments: (usize, usize),
    /// The text of the environment.
    pub here: String,
    /// The text of the reference.
    pub there: String,
    /// In how many places it was seen.
    pub places: usize,
}

/// Collects candidates from values that differ.
#[derive(Debug, Default)]
pub(crate) struct Learner {
    seen: BTreeMap<(usize, usize, String, String), Places>,
}

#[derive(Debug, Default)]
struct Places {
    all: BTreeSet<String>,
    /// Places where the pair is only a part of the value: what makes it a name.
    partial: usize,
}

impl Learner {
    /// Notes two differing values at a place.
    pub(crate) fn note(
        &mut self,
        environments: (usize, usize),
        place: &str,
        here: &str,
        there: &str,
    ) {
        let Some((a, b)) = core(here, there) else { return };
        if !is_name(a) || !is_name(b) || are_measures(a, b) {
            return;
        }
        let key = (environments.0, environments.1, a.to_owned(), b.to_owned());
        let places = self.seen.entry(key).or_default();
        if places.all.insert(place.to_owned()) && a.len() < here.len() {
            places.partial += 1;
        }
    }

    /// The pairs that recur, each text nearly always in the same one.
    pub(crate) fn finish(self) -> Vec<Substitution> {
        let mut totals: BTreeMap<(usize, usize, bool, String), usize> = BTreeMap::new();
        for ((env, reference, here, there), places) in &self.seen {
            for (side, text) in [(true, here), (false, there)] {
                let key = (*env, *reference, side, text.clone());
                *totals.entry(key).or_default() += places.all.len();
            }
        }
        let faithful = |env: usize, reference: usize, side: bool, text: &str, places: usize| {
            let total = totals.get(&(env, reference, side, text.to_owned())).copied();
            places * 5 >= total.unwrap_or(0) * 4
        };
        let mut pairs: Vec<Substitution> = self
            .seen
            .into_iter()
            .filter(|((env, reference, here, there), places)| {
                let count = places.all.len();
                count >= PLACES
                    && places.partial * 2 >= PLACES
                    && faithful(*env, *reference, true, here, count)
                    && faithful(*env, *reference, false, there, count)
            })
            .map(|((env, reference, here, there), places)| Substitution {
                environments: (env, reference),
                here,
                there,
                places: places.all.len(),
            })
            .collect();
        pairs.sort();
        pairs
    }
}

/// What is left of two texts without their common beginning and end, cut between words.
fn core<'t>(here: &'t str, there: &'t str) -> Option<(&'t str, &'t str)> {
    if here.len() > 500 || there.len() > 500 || here == there {
        return None;
    }
    let (a, b) = (pieces(here), pieces(there));
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let most = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let length = |parts: &[&str]| parts.iter().map(|part| part.len()).sum::<usize>();
    let (left, right) = (length(&a[..start]), length(&a[a.len() - end..]));
    let cut = |text: &'t str| text.get(left..text.len() - right);
    let (a, b) = (cut(here)?, cut(there)?);
    let trim = |text: &'t str| text.trim_matches(|c: char| !c.is_alphanumeric());
    Some((trim(a), trim(b)))
}

/// Words and the separators between them, in order.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = first.is_alphanumeric();
        let end = if word {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}

/// Whether the text can name something: no number, switch, size, time or version.
fn is_name(text: &str) -> bool {
    const SETTINGS: &[&str] = &[
        "true", "false", "yes", "no", "enabled", "disabled", "enable", "disable", "debug", "info",
        "warn", "warning", "error", "trace", "none", "null", "always", "never", "default",
    ];
    let plain = text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let account = text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit());
    text.len() >= SHORTEST
        && plain
        && !SETTINGS.contains(&text.to_lowercase().as_str())
        && (account || text.chars().any(char::is_alphabetic))
        && quantity(text).is_none()
        && duration(text).is_none()
        && (account || !is_version(text))
}

/// Whether two texts are one word with a size or time behind it: `Xmx512m`, `Xmx2g`.
fn are_measures(here: &str, there: &str) -> bool {
    const UNITS: &[&str] =
        &["k", "m", "g", "t", "kb", "mb", "gb", "ki", "mi", "gi", "s", "ms", "h", "d", "min"];
    let measure = |text: &str| -> Option<String> {
        let word = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text.get(word.len()..)?.to_ascii_lowercase();
        let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
        (name.len() < word.len() && UNITS.contains(&&*unit)).then(|| name.to_owned())
    };
    measure(here).is_some_and(|word| measure(there) == Some(word))
}

#[cfg(test)]
mod tests {
    use super::{Learner, core};

    #[test]
    fn the_core_is_cut_between_words() {
        assert_eq!(core("https://a.example.org/x", "https://b.example.org/x"), Some(("a", "b")));
        assert_eq!(core("orders-zrh-db", "orders-fra-db"), Some(("zrh", "fra")));
        assert_eq!(core("a.b", "a.b"), None);
    }

    #[test]
    fn recurring_names_are_learnt_and_settings_are_not() {
        let mut learner = Learner::default();
        for place in ["a", "b", "c", "d"] {
            learner.note(
                (1, 0),
                place,
                &format!("{place}-zurich.svc"),
                &format!("{place}-bern.svc"),
            );
            learner.note((1, 0), place, "mode-true", "mode-false");
            learner.note((1, 0), place, "RollingUpdate", "Recreate");
            learner.note(
                (1, 0),
                place,
                &format!("-D{place} -Xmx2g"),
                &format!("-D{place} -Xmx512m"),
            );
        }
        learner.note((1, 0), "e", "x-once.y", "x-only.y");
        let learnt = learner.finish();
        let texts: Vec<_> = learnt.iter().map(|s| (&*s.here, &*s.there, s.places)).collect();
        assert_eq!(texts, [("zurich", "bern", 4)]);
    }
}
