//! The things that a finding about several is made of.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Identity, Role};

/// Most things of one finding that are told apart; what is beyond them comes and goes unnoticed.
const MOST: usize = 256;
/// No more than this are told one by one where the others of a group are known.
const ONE_BY_ONE: usize = 4;

/// One of several things that a finding says at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is known by.
    pub identity: Identity,
    /// What would be said of it alone, where the rule can tell.
    pub alone: Option<Finding>,
}

impl Finding {
    /// Says what a finding about several things is made of. It is old news only where all of them are.
    #[must_use]
    pub fn made_of(mut self, members: impl IntoIterator<Item = Identity>) -> Self {
        let members: BTreeSet<Identity> = members.into_iter().take(MOST).collect();
        let member = |identity| Member { identity, alone: None };
        self.members = members.into_iter().map(member).collect();
        self
    }

    /// As [`Finding::made_of`], with the finding that each of the things would be alone.
    #[must_use]
    pub fn made_of_findings(
        mut self,
        members: impl IntoIterator<Item = (Identity, Finding)>,
    ) -> Self {
        let members: BTreeMap<Identity, Finding> = members.into_iter().take(MOST).collect();
        let member = |(identity, finding): (Identity, Finding)| {
            let alone = Finding { identity: Some(identity.clone()), ..finding };
            Member { identity, alone: Some(alone) }
        };
        self.members = members.into_iter().map(member).collect();
        self
    }

    /// What it says of those of its parts that are in `news`, at their places: a few are told one by
    /// one. All of it where nothing else is in it.
    pub fn narrowed(self, news: &BTreeSet<String>) -> Vec<Self> {
        let is_news = |member: &&Member| news.contains(&member.identity.hash(self.rule));
        let fresh: Vec<&Member> = self.members.iter().filter(is_news).collect();
        let told: Option<Vec<&Finding>> =
            fresh.iter().map(|member| member.alone.as_ref()).collect();
        let told = match told {
            Some(told) if !told.is_empty() && told.len() < self.members.len() => told,
            _ => return vec![self],
        };
        let (rule, family, level) = (self.rule, self.family, self.level);
        if told.len() <= ONE_BY_ONE {
            let one = |told: &Self| Self { rule, family, level, ..told.clone() };
            return told.into_iter().map(one).collect();
        }
        let message = format!("{}; {} of them are new", self.message, told.len());
        let mut labels: Vec<_> = told.iter().filter_map(|it| it.labels.first().cloned()).collect();
        for label in labels.iter_mut().skip(1) {
            label.role = Role::Related;
        }
        let members = fresh.into_iter().cloned().collect();
        vec![Self { message, labels, members, ..self }]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::finding::{Finding, Identity, Level};
    use crate::text::{FileId, Span};

    fn at(start: usize, message: &str) -> Finding {
        Finding::at(Span::new(FileId(0), start, start + 1), message)
    }

    fn group(count: usize) -> Finding {
        let one = |n: usize| (Identity::named([format!("{n:02}")]), at(n, &format!("{n} differs")));
        let group = Finding { level: Level::Note, rule: "differs", ..at(0, "many differ") };
        group.made_of_findings((0..count).map(one))
    }

    fn parts(of: &Finding, which: std::ops::Range<usize>) -> BTreeSet<String> {
        which.map(|n| of.members[n].identity.hash(of.rule)).collect()
    }

    #[test]
    fn the_new_entry_of_a_group_is_told_at_its_place() {
        let known = group(9);
        let news = parts(&known, 6..7);
        let told = known.clone().narrowed(&news);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].message.as_str(), told[0].primary().start), ("6 differs", 6));
        assert_eq!((told[0].rule, told[0].level), ("differs", Level::Note));
        assert_eq!(told[0].parts(), news, "it is known by the same name");
        assert_eq!(known.clone().narrowed(&parts(&known, 0..9)), [known]);
    }

    #[test]
    fn many_new_entries_are_one_finding_at_the_first_of_them() {
        let known = group(9);
        let news = parts(&known, 3..8);
        let told = known.narrowed(&news);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].message, "many differ; 5 of them are new");
        let places: Vec<_> = told[0].labels.iter().map(|label| label.span.start).collect();
        assert_eq!(places, [3, 4, 5, 6, 7]);
        assert_eq!(told[0].parts(), news);
    }

    #[test]
    fn a_group_that_cannot_be_taken_apart_is_told_whole() {
        let whole = at(0, "many").made_of((0..3).map(|n| Identity::named([n.to_string()])));
        assert_eq!(whole.clone().narrowed(&parts(&whole, 1..2)), [whole]);
    }
}
