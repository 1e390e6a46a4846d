//! The words that name environments, and how they are found inside a name.

use std::collections::BTreeMap;

/// How far a word can be trusted to mean an environment when nothing else says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// Also an everyday word of software: never alone.
    Weak,
    /// Means an environment where the repository uses that environment elsewhere.
    Fair,
    /// Hardly ever means anything else.
    Strong,
}

use Trust::{Fair, Strong, Weak};

/// A stage of the promotion path and the words for it.
struct Entry {
    rank: u32,
    words: &'static [(&'static str, Trust)],
}

/// The built-in stages in promotion order. Words of one entry mean the same stage wherever they
/// meet; words of two entries are two environments where a repository has both.
const STAGES: &[Entry] = &[
    Entry { rank: 5, words: &[("local", Weak)] },
    Entry { rank: 10, words: &[("sandbox", Fair), ("sbox", Fair), ("sbx", Fair)] },
    Entry { rank: 12, words: &[("lab", Weak), ("labs", Weak)] },
    Entry { rank: 14, words: &[("ephemeral", Weak)] },
    Entry {
        rank: 20,
        words: &[
            ("dev", Fair),
            ("devel", Weak),
            ("develop", Weak),
            ("development", Fair),
            ("dvl", Weak),
        ],
    },
    Entry { rank: 24, words: &[("preview", Weak), ("previews", Weak)] },
    Entry { rank: 26, words: &[("playground", Weak), ("play", Weak)] },
    Entry { rank: 28, words: &[("demo", Weak)] },
    Entry { rank: 30, words: &[("ci", Weak)] },
    Entry { rank: 35, words: &[("e2e", Weak)] },
    Entry { rank: 40, words: &[("test", Weak), ("tst", Weak), ("testing", Weak)] },
    Entry { rank: 45, words: &[("qa", Fair), ("qas", Weak)] },
    Entry { rank: 50, words: &[("int", Weak), ("integ", Weak), ("integration", Weak)] },
    Entry { rank: 52, words: &[("sit", Weak)] },
    Entry {
        rank: 56,
        words: &[("perf", Weak), ("perftest", Fair), ("performance", Weak), ("loadtest", Fair)],
    },
    Entry { rank: 58, words: &[("ithc", Fair)] },
    Entry {
        rank: 60,
        words: &[
            ("nonprod", Strong),
            ("non-prod", Strong),
            ("nonprd", Strong),
            ("nonproduction", Strong),
            ("non-production", Strong),
        ],
    },
    Entry {
        rank: 70,
        words: &[("stg", Strong), ("stag", Weak), ("stage", Fair), ("staging", Strong)],
    },
    Entry { rank: 74, words: &[("aat", Fair)] },
    Entry { rank: 76, words: &[("acc", Weak), ("accept", Weak), ("acceptance", Fair)] },
    Entry { rank: 78, words: &[("uat", Fair)] },
    Entry {
        rank: 90,
        words: &[
            ("preprod", Strong),
            ("pre-prod", Strong),
            ("preprd", Strong),
            ("ppd", Weak),
            ("preproduction", Strong),
            ("pre-production", Strong),
            ("prelive", Fair),
            ("pre-live", Fair),
        ],
    },
    Entry {
        rank: 100,
        words: &[("prd", Strong), ("prod", Strong), ("production", Strong), ("live", Weak)],
    },
];

/// The rank of the first configured environment: whoever names an environment means it.
const CONFIGURED: u32 = 110;
/// The most tokens that one word spans (`pre-production`).
const LONGEST_WORD: usize = 4;
/// The shortest word that is looked for inside a token (`siteprod`).
const SHORTEST_FUSED: usize = 3;
/// The least that must be left of a token beside a fused word.
const SHORTEST_SITE: usize = 2;
/// Names longer than this name no environment.
const LONGEST_NAME: usize = 200;
/// Tokens that say nothing beside an environment (`env-prod`, `values-prod`, `prod-cluster`).
pub(super) const EMPTY_TOKENS: &[&str] = &[
    "cluster",
    "env",
    "environment",
    "overlay",
    "overlays",
    "terraform",
    "tfvars",
    "auto",
    "value",
    "values",
];

/// An environment found in a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Index of the stage.
    pub stage: usize,
    /// The word as the lexicon has it.
    pub word: String,
    /// How far the word can be trusted.
    pub trust: Trust,
    /// The bytes of the name that are the word.
    pub at: std::ops::Range<usize>,
    /// What the name says beside the environment; empty when nothing.
    pub rest: String,
    /// The word is a part of a longer token (`siteprod`).
    pub fused: bool,
}

impl Mark {
    /// Whether the name says nothing but the environment.
    pub(super) fn is_exact(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether the word means several environments at once, such as all but production.
    pub(super) fn is_broad(&self) -> bool {
        self.word.starts_with("non")
    }

    /// The name with the word replaced by `{env}`.
    pub(super) fn templated(&self, name: &str) -> String {
        let before = name.get(..self.at.start).unwrap_or("");
        let after = name.get(self.at.end..).unwrap_or("");
        format!("{before}{{env}}{after}")
    }
}

/// One meaning of a word.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    stage: usize,
    trust: Trust,
}

/// What a stage is called and where it stands.
#[derive(Debug)]
pub(super) struct Stage {
    /// The place in the promotion order.
    pub rank: u32,
    /// The name that the configuration gives it.
    pub name: Option<String>,
    /// Words that mean it whether the repository uses them in paths or not.
    pub words: Vec<String>,
}

/// The words in force: the built-in ones, or those of the configuration.
#[derive(Debug)]
pub(super) struct Lexicon {
    stages: Vec<Stage>,
    words: BTreeMap<String, Meaning>,
    /// Whole tokens that hold a word and a site name, learnt from the repository.
    fused: BTreeMap<String, Inner>,
    /// Tokens that have been looked into already.
    known: BTreeMap<String, Vec<Inner>>,
}

/// A word inside a token.
type Inner = (std::ops::Range<usize>, Meaning);

impl Lexicon {
    /// The built-in lexicon, or the one that `chosen` gives in promotion order.
    pub(super) fn new(chosen: &[(String, Vec<String>)]) -> Self {
        let mut lexicon = Self {
            stages: vec![],
            words: BTreeMap::new(),
            fused: BTreeMap::new(),
            known: BTreeMap::new(),
        };
        for (name, aliases) in chosen {
            let place = u32::try_from(lexicon.stages.len()).unwrap_or(u32::MAX / 20);
            let rank = CONFIGURED + place * 10;
            let words = std::iter::once(name).chain(aliases).map(|word| word.to_lowercase());
            lexicon.add(rank, Some(name.clone()), words.map(|word| (word, Strong)).collect());
        }
        if chosen.is_empty() {
            for entry in STAGES {
                let words = entry.words.iter().map(|&(word, trust)| (word.to_owned(), trust));
                lexicon.add(entry.rank, None, words.collect());
            }
        }
        lexicon
    }

    fn add(&mut self, rank: u32, name: Option<String>, words: Vec<(String, Trust)>) {
        let stage = self.stages.len();
        let known = words.iter().filter(|(_, trust)| *trust >= Fair).map(|(word, _)| word.clone());
        self.stages.push(Stage { rank, name, words: known.collect() });
        for (word, trust) in words {
            self.words.entry(word).or_insert(Meaning { stage, trust });
        }
    }

    /// The stage with this index.
    pub(super) fn stage(&self, stage: usize) -> Option<&Stage> {
        self.stages.get(stage)
    }

    /// The environment that a name tells: the most trusted word, then the longest, then the last.
    pub(super) fn read(&self, name: &str) -> Option<Mark> {
        if name.len() > LONGEST_NAME {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        if let Some((word, meaning)) = self.words.get_key_value(&lower) {
            return Some(mark(&lower, word, *meaning, 0..lower.len(), false));
        }
        let tokens = tokens(&lower);
        let mut best: Option<Mark> = None;
        for first in 0..tokens.len() {
            for last in first..tokens.len().min(first + LONGEST_WORD) {
                let range = tokens[first].start..tokens[last].end;
                let joined: Vec<&str> =
                    tokens[first..=last].iter().map(|at| &lower[at.clone()]).collect();
                let Some((word, meaning)) = self.words.get_key_value(&joined.join("-")) else {
                    continue;
                };
                let found = mark(&lower, word, *meaning, range, false);
                let key = |mark: &Mark| (mark.trust, mark.word.len(), mark.at.start);
                if best.as_ref().is_none_or(|best| {
                    !(best.at.start <= found.at.start && found.at.end <= best.at.end)
                        && key(best) <= key(&found)
                        || (found.at.start <= best.at.start && best.at.end <= found.at.end)
                }) {
                    best = Some(found);
                }
            }
        }
        best.or_else(|| {
            tokens.iter().find_map(|token| {
                let (range, meaning) = self.fused.get(&lower[token.clone()])?;
                let range = token.start + range.start..token.start + range.end;
                Some(mark(&lower, &lower[range.clone()], *meaning, range.clone(), true))
            })
        })
    }

    /// Learns tokens that fuse a site and an environment from names that stand beside each other.
    ///
    /// `osldev` and `oslprod` share a scheme; a word that merely contains one (`latest`,
    /// `product`) has no sibling with another stage in its place.
    pub(super) fn learn<'n>(&mut self, siblings: impl Iterator<Item = &'n str>) {
        let mut schemes: BTreeMap<_, Vec<(String, std::ops::Range<usize>, Meaning)>> =
            BTreeMap::new();
        for name in siblings.filter(|name| name.len() <= LONGEST_NAME) {
            let lower = name.to_ascii_lowercase();
            for token in tokens(&lower) {
                let text = &lower[token.clone()];
                if !self.known.contains_key(text) {
                    self.known.insert(text.to_owned(), self.inside(text));
                }
                for (range, meaning) in self.known.get(text).into_iter().flatten().cloned() {
                    let word = token.start + range.start..token.start + range.end;
                    let scheme = (lower[..word.start].to_owned(), lower[word.end..].to_owned());
                    let found = (text.to_owned(), range, meaning);
                    schemes.entry(scheme).or_default().push(found);
                }
            }
        }
        for found in schemes.into_values() {
            let first = found.first().map(|(.., meaning)| meaning.stage);
            let several = found.iter().any(|(.., meaning)| Some(meaning.stage) != first);
            // One trusted word makes the scheme one of environments.
            if several && found.iter().any(|(.., meaning)| meaning.trust >= Fair) {
                self.fused.extend(found.into_iter().map(|(token, at, m)| (token, (at, m))));
            }
        }
    }

    /// The words that a token begins or ends with.
    fn inside(&self, token: &str) -> Vec<Inner> {
        if self.words.contains_key(token) {
            return vec![];
        }
        let mut found = vec![];
        for (word, meaning) in &self.words {
            if word.len() < SHORTEST_FUSED || token.len() < word.len() + SHORTEST_SITE {
                continue;
            }
            if token.ends_with(word.as_str()) {
                found.push((token.len() - word.len()..token.len(), *meaning));
            }
            if token.starts_with(word.as_str()) {
                found.push((0..word.len(), *meaning));
            }
        }
        found
    }
}

fn mark(name: &str, word: &str, meaning: Meaning, at: std::ops::Range<usize>, fused: bool) -> Mark {
    let around = [&name[..at.start], &name[at.end..]];
    let rest: Vec<&str> = around
        .iter()
        .map(|part| part.trim_matches(is_separator))
        .flat_map(|part| part.split(is_separator).filter(|token| !EMPTY_TOKENS.contains(token)))
        .filter(|token| !token.is_empty())
        .collect();
    let rest = rest.join("-");
    Mark { stage: meaning.stage, word: word.to_owned(), trust: meaning.trust, at, rest, fused }
}

fn is_separator(character: char) -> bool {
    matches!(character, '-' | '_' | '.')
}

/// The byte ranges between separators.
fn tokens(name: &str) -> Vec<std::ops::Range<usize>> {
    let mut ranges = vec![];
    let mut start = 0;
    for (at, character) in name.char_indices().chain([(name.len(), '-')]) {
        if is_separator(character) {
            if start < at {
                ranges.push(start..at);
            }
            start = at + 1;
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::Lexicon;

    fn read(lexicon: &Lexicon, name: &str) -> Option<(u32, String)> {
        let mark = lexicon.read(name)?;
        Some((lexicon.stage(mark.stage)?.rank, mark.rest))
    }

    #[test]
    fn finds_words_between_separators() {
        let lexicon = Lexicon::new(&[]);
        let cases = [
            ("production", Some((100, ""))),
            ("PROD", Some((100, ""))),
            ("valve-prd-eu02", Some((100, "valve-eu02"))),
            ("prod.01", Some((100, "01"))),
            ("pre-prod", Some((90, ""))),
            ("weu-pre-production", Some((90, "weu"))),
            ("non_prod", Some((60, ""))),
            ("values-staging", Some((70, ""))),
            ("staging-downstream", Some((70, "downstream"))),
            ("product", None),
            ("devices", None),
            ("latest", None),
            ("interface", None),
            ("reproduction", None),
        ];
        for (name, expected) in cases {
            let expected = expected.map(|(rank, rest)| (rank, rest.to_owned()));
            assert_eq!(read(&lexicon, name), expected, "{name}");
        }
    }

    #[test]
    fn learns_fused_names_from_siblings_only() {
        let mut lexicon = Lexicon::new(&[]);
        lexicon.learn(["product", "latest", "sitedev", "devices", "interface"].into_iter());
        assert_eq!(read(&lexicon, "sitedev"), None);
        lexicon.learn(["sitedev", "siteint", "siteprod", "latest"].into_iter());
        assert_eq!(read(&lexicon, "siteint"), Some((50, "site".to_owned())));
        assert_eq!(read(&lexicon, "siteprod-batch"), Some((100, "site-batch".to_owned())));
        assert_eq!(read(&lexicon, "latest"), None);
    }

    #[test]
    fn the_configuration_replaces_the_words() {
        let chosen = [("base".to_owned(), vec!["valley-stand".to_owned()])];
        let lexicon = Lexicon::new(&chosen);
        assert_eq!(read(&lexicon, "values-valley-stand"), Some((110, String::new())));
        assert_eq!(read(&lexicon, "production"), None);
    }
}
