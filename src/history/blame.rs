//! Who introduced a finding.

use crate::config::HistoryBudget;
use crate::finding::{Blame, Finding, NotAnalysed};
use crate::history::question::{Answer, Follow, Merges, Question};
use crate::history::repository::History;
use crate::source::Snapshot;
use crate::text::RepoPath;

/// Adds to every finding the commit that last changed the line of its primary place.
///
/// Merges are looked through, as `git blame` does. Gives back why some have none.
pub fn blame<'f>(
    history: &History,
    snapshot: &Snapshot,
    budget: &HistoryBudget,
    findings: impl Iterator<Item = &'f mut Finding>,
) -> Option<NotAnalysed> {
    // Nobody commits what a pipeline renders.
    let written = |finding: &&mut Finding| !snapshot.is_mounted(finding.primary().file);
    let mut findings: Vec<&mut Finding> = findings.filter(written).collect();
    let question = |finding: &&mut Finding| Question {
        place: finding.primary(),
        follow: Follow::Line,
        until: None,
    };
    let questions: Vec<Question> = findings.iter().map(question).collect();
    let traced = history.trace(snapshot, &questions, Merges::Pass, budget);
    let mut unknown = 0;
    for (finding, answer) in findings.iter_mut().zip(traced.answers) {
        finding.blame = match answer {
            Answer::Commit(introduced) => Some(Blame::Commit(introduced)),
            Answer::Uncommitted => Some(Blame::Uncommitted),
            Answer::Earlier | Answer::Since(_) | Answer::Unknown => None,
        };
        unknown += usize::from(finding.blame.is_none());
    }
    (unknown > 0 && !traced.gaps.is_empty()).then(|| {
        let what = if unknown == 1 { "finding" } else { "findings" };
        let why = traced.gaps.join("; ");
        NotAnalysed {
            path: RepoPath::root(),
            span: None,
            what: "history",
            detail: format!("who changed the lines of {unknown} {what}: {why}"),
        }
    })
}
