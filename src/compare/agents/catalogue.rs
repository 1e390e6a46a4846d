//! The catalogue as rows: signs, whom they belong to, and what they let one know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::compare::difference::Topic;
use crate::config::Provision;
use crate::kube::kinds::rows;

/// What one lets know of a program.
pub type Provisions = BTreeSet<Provision>;

/// What a sign shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Whose sign it is.
    pub agent: &'static str,
    /// Which rule speaks where one environment lacks it.
    pub topic: Topic,
    /// What is known of the unit that bears it.
    pub provides: Provisions,
    /// What is known of every unit of an environment in which the agent is a unit of its own.
    pub covers: Provisions,
}

/// How an agent shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// An object of a kind.
    Kind,
    /// A container's image.
    Image,
    /// An annotation or label.
    Annotation,
    /// A variable, or a key of a configuration or secret.
    Variable,
    /// The name of a secret that is referred to.
    Secret,
    /// A word of a command.
    Argument,
    /// A chart.
    Chart,
}

const SIGNS: &[(&str, Sign)] = &[
    ("kind", Sign::Kind),
    ("image", Sign::Image),
    ("annotation", Sign::Annotation),
    ("variable", Sign::Variable),
    ("secret", Sign::Secret),
    ("argument", Sign::Argument),
    ("chart", Sign::Chart),
];

const TOPICS: &[(&str, Topic)] = &[
    ("agent", Topic::Agent),
    ("scrape", Topic::Scrape),
    ("alerts", Topic::Alerts),
    ("tracing", Topic::Tracing),
    ("logs", Topic::Logs),
];

type Rows = BTreeMap<Sign, Vec<(&'static str, Shown)>>;

static CATALOGUE: LazyLock<Rows> = LazyLock::new(|| {
    let mut catalogue = Rows::new();
    for [sign, pattern, agent, topic, provides, covers] in rows(include_str!("catalogue.tsv")) {
        let (Some(sign), Some(topic)) = (named(SIGNS, sign), named(TOPICS, topic)) else {
            continue;
        };
        let (provides, covers) = (provisions(provides), provisions(covers));
        let shown = Shown { agent, topic, provides, covers };
        catalogue.entry(sign).or_default().push((pattern, shown));
    }
    catalogue
});

fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn provisions(list: &str) -> Provisions {
    list.split(',').filter_map(Provision::named).collect()
}

/// What the first row of a sign shows whose pattern `fits`.
pub(super) fn find(sign: Sign, fits: impl Fn(&str) -> bool) -> Option<&'static Shown> {
    let rows = CATALOGUE.get(&sign)?;
    rows.iter().find(|(pattern, _)| fits(pattern)).map(|(_, shown)| shown)
}

/// Whether a text is what a pattern says; `*` stands for any characters.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').collect::<Vec<_>>();
    let end = parts.pop().unwrap_or("");
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::{CATALOGUE, SIGNS, TOPICS, matches, named};
    use crate::config::Provision;
    use crate::kube::kinds::rows;

    #[test]
    fn every_row_is_read() {
        let table = include_str!("catalogue.tsv");
        let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert_eq!(CATALOGUE.values().map(Vec::len).sum::<usize>(), lines.count());
        for [sign, pattern, _, topic, provides, covers] in rows(table) {
            assert!(named(SIGNS, sign).is_some() && named(TOPICS, topic).is_some(), "{pattern}");
            let lists =
                provides.split(',').chain(covers.split(',')).filter(|word| !word.is_empty());
            for word in lists {
                assert!(Provision::named(word).is_some(), "{pattern}: {word}");
            }
        }
    }

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text) in [
            ("a", "a"),
            ("a*", "a"),
            ("*a", "ba"),
            ("*a*", "bac"),
            ("prometheus-*-exporter", "prometheus-node-exporter"),
            ("a*b*c", "abbc"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*a", "a"), ("*a", "ab"), ("a*b*c", "acb")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
