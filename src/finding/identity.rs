//! What tells a finding from others, before and after an unrelated edit.
//!
//! An identity holds names that people would use for the thing: unit, environment, object, path. It has no
//! positions, counts or values in it, nor the path of a file, so a finding stays itself when a file is
//! reindented or moved, or when a value drifts further.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::finding::{Finding, Subject};

/// What a finding is known by within its rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity(Vec<String>);

impl Identity {
    /// By these names alone.
    pub fn named(parts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(parts.into_iter().map(Into::into).collect())
    }

    /// By what it is about, and by what that does not tell apart.
    pub fn of(subject: &Subject, key: &[String]) -> Self {
        let resource = subject.resource.as_ref();
        let names = [&subject.unit, &subject.environment, &subject.reference];
        let names = names.into_iter().map(|name| name.clone().unwrap_or_default());
        let path = subject.path.as_deref().map(unnumbered).unwrap_or_default();
        let object = resource.map(|id| format!("{}/{id}", id.gvk.group)).unwrap_or_default();
        Self(names.chain([path, object]).chain(key.iter().cloned()).collect())
    }

    /// One of several that nothing else tells apart.
    #[must_use]
    pub fn numbered(mut self, at: usize) -> Self {
        self.0.extend((at > 0).then(|| at.to_string()));
        self
    }

    pub(super) fn hash(&self, rule: &str) -> String {
        let mut hash = Sha256::new();
        for part in std::iter::once(rule).chain(self.0.iter().map(String::as_str)) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// A path without the numbers of list elements: they move with their neighbours.
fn unnumbered(path: &str) -> String {
    let mut parts = path.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        text.push('[');
        text.push_str(if rest.starts_with(']') { rest } else { part });
    }
    text
}

impl Finding {
    /// Adds to the identity what rule and subject do not tell apart.
    #[must_use]
    pub fn key(mut self, parts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.key.extend(parts.into_iter().map(Into::into));
        self
    }

    /// Makes these names the identity, where the subject is only an example of what it is about.
    #[must_use]
    pub fn known_by(mut self, parts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.identity = Some(Identity::named(parts));
        self
    }

    /// The name of the finding: the same on both sides of an unrelated edit, and its own in a run.
    pub fn fingerprint(&self) -> String {
        let name = self.bare_fingerprint();
        if self.occurrence == 0 { name } else { format!("{name}:{}", self.occurrence + 1) }
    }

    /// The names of everything that it says: of a finding about one thing, its fingerprint. Of one about
    /// several, each has the fingerprint of a finding about that thing alone.
    pub fn parts(&self) -> BTreeSet<String> {
        if self.members.is_empty() {
            return BTreeSet::from([self.fingerprint()]);
        }
        self.members.iter().map(|member| member.identity.hash(self.rule)).collect()
    }

    /// Whether it says nothing but what is known; `known` are the [`Finding::parts`] of what is.
    pub fn is_among(&self, known: &BTreeSet<String>) -> bool {
        self.parts().is_subset(known)
    }

    fn bare_fingerprint(&self) -> String {
        match &self.identity {
            Some(identity) => identity.hash(self.rule),
            None => Identity::of(&self.subject, &self.key).hash(self.rule),
        }
    }
}

/// Tells findings of one run that share an identity apart, by their order.
pub fn number(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.bare_fingerprint()).or_default();
        finding.occurrence = *count;
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Identity, number};
    use crate::finding::{Finding, Subject};
    use crate::text::{FileId, Span};

    fn finding(message: &str, start: usize) -> Finding {
        Finding::at(Span::new(FileId(0), start, start + 1), message)
    }

    #[test]
    fn positions_values_and_words_do_not_tell() {
        let subject = |value: &str| Subject {
            unit: Some("apps/orders".to_owned()),
            value: Some(value.to_owned()),
            ..Subject::default()
        };
        let path = |path: &str| Subject { path: Some(path.to_owned()), ..Subject::default() };
        let at = |text: &str| finding("a", 1).about(path(text)).fingerprint();
        assert_eq!(at("rules[2].verbs[10]"), at("rules[3].verbs[9]"));
        assert_ne!(at("env[name=1].value"), at("env[name=2].value"));
        let one = finding("30 differs", 1).about(subject("30"));
        let other = finding("31 differs", 9).about(subject("31"));
        assert_eq!(one.fingerprint(), other.fingerprint());
        assert_ne!(one.fingerprint(), one.clone().key(["a"]).fingerprint());
        assert_ne!(one.clone().key(["ab", "c"]).fingerprint(), one.key(["a", "bc"]).fingerprint());
    }

    #[test]
    fn findings_of_a_run_have_names_of_their_own() {
        let mut all = vec![finding("a", 1), finding("b", 2), finding("c", 3).key(["x"])];
        number(&mut all);
        let names: BTreeSet<_> = all.iter().map(Finding::fingerprint).collect();
        assert_eq!(names.len(), 3);
        assert_eq!(all[1].fingerprint(), format!("{}:2", all[0].fingerprint()));
    }

    #[test]
    fn a_group_is_old_news_only_with_all_its_members() {
        let group = |names: &[&str]| {
            finding("many", 1).made_of(names.iter().map(|name| Identity::named([*name])))
        };
        let known = group(&["a", "b"]).parts();
        assert_eq!(known.len(), 2);
        assert!(group(&["b", "a"]).is_among(&known));
        assert!(!group(&["a", "b", "c"]).is_among(&known));
        assert!(group(&["a", "b"]).is_among(&group(&["a", "b", "c"]).parts()), "one was fixed");
        assert!(finding("one", 1).known_by(["a"]).is_among(&known), "all but one were fixed");
    }
}
