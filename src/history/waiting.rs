//! How long the reference has had what an environment still lacks.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::compare::{Promotion, Standing};
use crate::config::HistoryBudget;
use crate::finding::{Introduced, NotAnalysed};
use crate::history::question::{Answer, Follow, Merges, Question};
use crate::history::repository::History;
use crate::source::Snapshot;
use crate::text::{RepoPath, Span};

/// Most places that are asked about.
const PLACES: usize = 10_000;

/// Since when the reference has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Since this commit arrived.
    Commit(Introduced),
    /// Since this day or longer: there the history at hand ends.
    AtLeast(Date),
}

/// The promotions that wait, and since when.
#[derive(Debug, Default)]
pub struct Waiting {
    /// By their place among the promotions of the comparison. Those of unknown age are not there.
    pub since: BTreeMap<usize, Since>,
    /// That the age of some is not known, and why.
    pub gap: Option<NotAnalysed>,
}

impl Waiting {
    /// Dates what an environment runs in an older version than its reference.
    ///
    /// Commits and digests have no order: the one that arrived first is the older one.
    pub fn of(
        history: &History,
        snapshot: &Snapshot,
        promotions: &[Promotion],
        budget: &HistoryBudget,
    ) -> Self {
        let behind = promotions.iter().enumerate().filter(|(_, p)| p.standing != Standing::Ahead);
        let behind: Vec<_> = behind.take(PLACES).collect();
        let mut questions = Questions::default();
        let asked: Vec<(usize, usize, Option<usize>)> = behind
            .iter()
            .map(|&(at, promotion)| {
                let there = questions.ask(&promotion.there, None);
                let unordered = promotion.standing == Standing::Unordered;
                let here = unordered.then(|| questions.ask(&promotion.here, Some(there)));
                (at, there, here)
            })
            .collect();
        let traced = history.trace(snapshot, &questions.list, Merges::Arrive, budget);
        let answer = |at: usize| traced.answers.get(at).unwrap_or(&Answer::Unknown);
        let mut waiting = Self::default();
        let mut unknown = 0;
        for (at, there, here) in asked {
            let since = match answer(there) {
                Answer::Commit(introduced) => Some(Since::Commit(introduced.clone())),
                Answer::Since(day) => Some(Since::AtLeast(*day)),
                Answer::Uncommitted => continue,
                Answer::Unknown | Answer::Earlier => None,
            };
            match (since, here.map(answer)) {
                (Some(since), None | Some(Answer::Earlier)) => {
                    unknown += usize::from(matches!(since, Since::AtLeast(_)));
                    waiting.since.insert(at, since);
                }
                // The environment has moved since: it is not behind.
                (Some(_), Some(Answer::Commit(_) | Answer::Uncommitted)) => {}
                _ => unknown += 1,
            }
        }
        if unknown > 0 && !traced.gaps.is_empty() {
            let what = if unknown == 1 { "version waits" } else { "versions wait" };
            let why = traced.gaps.join("; ");
            waiting.gap = Some(NotAnalysed {
                path: RepoPath::root(),
                span: None,
                what: "history",
                detail: format!("since when {unknown} {what} for promotion: {why}"),
            });
        }
        waiting
    }
}

/// Questions without doubles.
#[derive(Default)]
struct Questions {
    list: Vec<Question>,
    known: BTreeMap<Question, usize>,
}

impl Questions {
    fn ask(&mut self, (value, place): &(String, Span), until: Option<usize>) -> usize {
        let question = Question { place: *place, follow: Follow::Value(value.clone()), until };
        *self.known.entry(question.clone()).or_insert_with(|| {
            self.list.push(question);
            self.list.len() - 1
        })
    }
}
