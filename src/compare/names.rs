//! The names under which an environment speaks of itself, taken out before values are compared.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::layout::{Environment, Overlay};
use crate::text::RepoPath;

/// Stands for the environment's own name; a private character, so that no text holds it.
const ENVIRONMENT: char = '\u{E000}';
/// Stands for the overlay's own cluster, region or tenant.
const VARIANT: char = '\u{E001}';
/// The first of the characters that stand for learnt or configured substitutions.
const FIRST_SUBSTITUTION: u32 = 0xE100;
/// Most substitutions that have a character of their own.
const SUBSTITUTIONS: usize = 0x1000;

/// What one overlay calls itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Lower-case texts and what stands for them, the longest first.
    words: Vec<(String, char)>,
}

impl Names {
    /// The words of the environment, and the path segments that name the overlay's variant.
    pub(crate) fn of(environment: &Environment, overlay: &Overlay) -> Self {
        Self::at(environment, overlay, None)
    }

    /// The same, with the segments of the path of the cluster that deploys the overlay.
    pub(crate) fn at(
        environment: &Environment,
        overlay: &Overlay,
        cluster: Option<&RepoPath>,
    ) -> Self {
        let aliases: BTreeSet<String> =
            environment.aliases.iter().map(|word| word.to_lowercase()).collect();
        let mut words: Vec<(String, char)> =
            aliases.iter().map(|word| (word.clone(), ENVIRONMENT)).collect();
        let named = |segment: &&str| tokens(segment).any(|token| aliases.contains(token));
        let paths = [Some(&overlay.root), cluster].into_iter().flatten();
        let segments =
            paths.flat_map(RepoPath::segments).map(str::to_lowercase).collect::<Vec<_>>();
        let own = segments.iter().map(String::as_str).filter(named);
        // A site and an environment that are one word in the path are one name.
        for token in segments.iter().flat_map(|segment| tokens(segment)) {
            let parts = overlay.variant.iter().flat_map(|variant| tokens(variant));
            let fused = parts.map(str::to_lowercase).any(|site| {
                let rest = token.strip_prefix(&*site).or_else(|| token.strip_suffix(&*site));
                rest.is_some_and(|rest| aliases.contains(rest))
            });
            if fused {
                words.push((token.to_owned(), ENVIRONMENT));
            }
        }
        let variant = overlay.variant.iter().map(String::as_str);
        let parts = overlay.variant.iter().flat_map(|variant| variant.split('/'));
        for text in own.chain(variant).chain(parts).map(str::to_lowercase) {
            let tells = text.len() >= 3 && text.chars().any(char::is_alphabetic);
            if tells && !aliases.contains(&text) {
                words.push((text, VARIANT));
            }
        }
        Self::sorted(words)
    }

    /// The same names plus texts that stand for each other on the two sides, by position.
    fn with_substitutions<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Self {
        let mut words = self.words.clone();
        for (text, code) in texts.take(SUBSTITUTIONS).zip(FIRST_SUBSTITUTION..) {
            if let (false, Some(mark)) = (text.is_empty(), char::from_u32(code)) {
                words.push((text.to_lowercase(), mark));
            }
        }
        Self::sorted(words)
    }

    /// Whether the text bears the name of this environment, of its variant aside.
    pub(crate) fn names_environment(&self, text: &str) -> bool {
        self.normal(text).contains(ENVIRONMENT)
    }

    /// The names of the environment alone, without those of clusters, regions and tenants.
    pub(crate) fn of_environment_only(&self) -> Self {
        let words = self.words.iter().filter(|(_, mark)| *mark == ENVIRONMENT);
        Self { words: words.cloned().collect() }
    }

    fn sorted(mut words: Vec<(String, char)>) -> Self {
        words.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        words.dedup_by(|a, b| a.0 == b.0);
        Self { words }
    }

    /// The text with every own name replaced by its mark. Names end where letters and digits end.
    ///
    /// Borrows where there is none, which is nearly always: one look at every word's first letter.
    pub(crate) fn normal<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut result = String::new();
        let (mut copied, mut at) = (0, 0);
        let mut boundary = true;
        while let Some(character) = text[at..].chars().next() {
            if let Some((word, mark)) = boundary.then(|| self.word_at(&text[at..])).flatten() {
                result.push_str(&text[copied..at]);
                result.push(mark);
                at += word;
                copied = at;
                boundary = false;
            } else {
                at += character.len_utf8();
                boundary = !character.is_alphanumeric();
            }
        }
        if copied == 0 && result.is_empty() {
            return Cow::Borrowed(text);
        }
        result.push_str(&text[copied..]);
        Cow::Owned(result)
    }

    /// The length and mark of the name that the text begins with.
    fn word_at(&self, text: &str) -> Option<(usize, char)> {
        let first = text.as_bytes().first()?.to_ascii_lowercase();
        self.words
            .iter()
            .filter(|(word, _)| word.as_bytes().first() == Some(&first))
            .find(|(word, _)| {
                text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                    && !text[word.len()..].starts_with(char::is_alphanumeric)
            })
            .map(|(word, mark)| (word.len(), *mark))
    }
}

/// The parts between separators, in the text's own case.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty())
}

/// A normal form with the names left out: `orders-{env}.example.org` and `orders.example.org` meet, so
/// do `Orders ({env})` and `Orders`.
pub(crate) fn without_names(normal: &str) -> String {
    let mut result = String::with_capacity(normal.len());
    // A name was left out here: a separator goes with it, and so do brackets that hold nothing else.
    let (mut skip_separator, mut emptied) = (false, false);
    for character in normal.chars() {
        let opening = opening_of(character).filter(|_| emptied);
        let empty = opening.is_some_and(|opening| result.ends_with(opening));
        if empty || matches!(character, ENVIRONMENT | VARIANT) {
            if empty {
                result.pop();
            }
            let separated = result.ends_with(is_separator);
            if separated && result.pop() == Some(' ') && result.ends_with(" -") {
                result.truncate(result.len() - 2);
            }
            (skip_separator, emptied) = (!separated, true);
        } else if is_separator(character) && skip_separator {
            skip_separator = false;
        } else {
            (skip_separator, emptied) = (false, false);
            result.push(character);
        }
    }
    result
}

fn is_separator(character: char) -> bool {
    matches!(character, '-' | '_' | '.' | '/' | ':' | ' ')
}

/// The bracket that a closing one answers.
fn opening_of(character: char) -> Option<char> {
    match character {
        ')' => Some('('),
        ']' => Some('['),
        '}' => Some('{'),
        '>' => Some('<'),
        _ => None,
    }
}

/// Whether two texts are the same but for the names of their environments.
pub(crate) fn same_but_names(here: &str, there: &str, names: &PairNames) -> bool {
    let same = |own: &Names, other: &Names| {
        let (here, there) = (own.normal(here), other.normal(there));
        let replaced = matches!(here, Cow::Owned(_)) || matches!(there, Cow::Owned(_));
        let short = || without_names(&here);
        // Two different names alone are not the same; a name and nothing are.
        let tells = || here.is_empty() || there.is_empty() || !short().is_empty();
        replaced && (here == there || tells() && short() == without_names(&there))
    };
    here == there
        || same(&names.here, &names.there)
        || names.substituted.as_ref().is_some_and(|(here, there)| same(here, there))
}

/// The names of the two sides of a comparison.
#[derive(Debug, Clone, Default)]
pub(crate) struct PairNames {
    /// Of the environment.
    pub(crate) here: Names,
    /// Of its reference.
    pub(crate) there: Names,
    /// Both with the substitutions besides, if there are any.
    pub(crate) substituted: Option<(Names, Names)>,
}

impl PairNames {
    /// The names for comparing the reference with itself.
    pub(crate) fn among_there(&self) -> Self {
        Self { here: self.there.clone(), there: self.there.clone(), substituted: None }
    }

    /// The names for comparing the environment with itself.
    pub(crate) fn among_here(&self) -> Self {
        Self { here: self.here.clone(), there: self.here.clone(), substituted: None }
    }

    /// The names of both sides, with pairs of texts that stand for each other.
    pub(crate) fn new(here: Names, there: Names, substitutions: &[(&str, &str)]) -> Self {
        let substituted = (!substitutions.is_empty()).then(|| {
            (
                here.with_substitutions(substitutions.iter().map(|(here, _)| *here)),
                there.with_substitutions(substitutions.iter().map(|(_, there)| *there)),
            )
        });
        Self { here, there, substituted }
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, PairNames, same_but_names};
    use crate::layout::{Environment, Overlay, OverlayKind};
    use crate::text::RepoPath;

    fn names(words: &[&str], root: &str, variant: Option<&str>) -> Names {
        let environment = Environment {
            name: words[0].to_owned(),
            rank: 0,
            aliases: words.iter().map(ToString::to_string).collect(),
        };
        let overlay = Overlay {
            environment: 0,
            variant: variant.map(str::to_owned),
            root: RepoPath::new(root).unwrap(),
            kind: OverlayKind::Kustomize,
            build: None,
            application: None,
            helmfile: None,
            why: String::new(),
        };
        Names::of(&environment, &overlay)
    }

    #[test]
    fn own_names_are_taken_out_at_word_borders_only() {
        let pair = PairNames {
            here: names(&["prod", "production"], "apps/a/production/eu-prod-01", Some("eu-01")),
            there: names(&["stg", "staging"], "apps/a/staging/us-stg-01", Some("us-01")),
            substituted: None,
        };
        let same = |here, there| same_but_names(here, there, &pair);
        assert!(same("https://orders.prod.example.org", "https://orders.stg.example.org"));
        assert!(same("https://orders.example.org", "https://orders-staging.example.org"));
        assert!(same("data", "data-stg"));
        assert!(same("api.eu-prod-01.example.org", "api.us-stg-01.example.org"));
        assert!(same("ORDERS_PROD", "ORDERS_STG"));
        assert!(same("production/a/eu-prod-01/keys", "staging/a/us-stg-01/keys"));
        assert!(same("Ledger", "Ledger (Staging)"));
        assert!(same("[Ledger] Report", "[Ledger Staging] Report"));
        assert!(same("Ledger [prod] Report", "Ledger Report"));
        assert!(same("Ledger", "Ledger - Staging"));
        assert!(same("", "staging") && same("", "-stg"));
        assert!(!same("Ledger ()", "Ledger"));
        assert!(!same("a  b prod", "a b stg") && !same("", "us"));
        assert!(!same("product", "stgduct"));
        assert!(!same("orders.stg.example.org", "orders.stg.example.net"));
        assert!(!same("5", "6"));
    }

    #[test]
    fn the_other_environments_name_is_not_taken_out() {
        let pair =
            PairNames::new(names(&["prod"], "prod", None), names(&["stg"], "stg", None), &[]);
        assert!(!same_but_names("db.stg.example.org", "db.stg.example.com", &pair));
        assert!(!same_but_names("db-stg", "db", &pair));
    }
}
